"""Who sells what: one line for each kind of order."""

from collections.abc import Mapping

from kit.contracts.payments.shop import BundleKind, GrantKind
from payments_service.actions.bundles.selling import BundleSeller
from payments_service.actions.coins.selling import CoinSeller
from payments_service.actions.films.selling import FilmSeller
from payments_service.actions.orders.sellers import Seller

SELLERS: Mapping[str, Seller] = {
    "coins": CoinSeller(),
    "film": FilmSeller(GrantKind.own),
    "rental": FilmSeller(GrantKind.rental),
    "bundle": BundleSeller(BundleKind.bundle),
    "season": BundleSeller(BundleKind.season),
}
