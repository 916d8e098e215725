"""Who sells what: one line for each kind of order."""

from collections.abc import Mapping

from kit.contracts.payments.shop import BundleKind, GrantKind
from payments_service.actions.bundles.selling import BundleSeller
from payments_service.actions.coins.selling import CoinSeller
from payments_service.actions.films.selling import FilmSeller
from payments_service.actions.orders.sellers import Seller
from payments_service.actions.promotions.discounting import Discounting
from payments_service.actions.subscriptions.selling import SubscriptionSeller
from payments_service.actions.vouchers.gift_cards import GiftCardSeller

WITH_COUPONS: Mapping[str, Seller] = {
    "coins": CoinSeller(),
    "film": FilmSeller(GrantKind.own),
    "rental": FilmSeller(GrantKind.rental),
    "bundle": BundleSeller(BundleKind.bundle),
    "season": BundleSeller(BundleKind.season),
    "subscription": SubscriptionSeller(),
}
SELLERS: Mapping[str, Seller] = {
    **{kind: Discounting(seller) for kind, seller in WITH_COUPONS.items()},
    "gift_card": GiftCardSeller(),  # what is owed on a card is what was paid for it
}
