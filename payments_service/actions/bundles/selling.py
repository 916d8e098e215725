"""Selling bundles and season passes: orders of the kinds `bundle` and `season`."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.errors import NeedsAccount, NotForSale
from kit.contracts.payments.orders import OrderNew
from kit.contracts.payments.shop import BundleKind
from payments_service.actions.bundles import having
from payments_service.actions.films import returning
from payments_service.actions.films.selling import (
    give_all,
    hold_all,
    release_all,
    take_all_back,
)
from payments_service.actions.orders.seeing import account_of
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.queries import promotions
from payments_service.queries import shop as queries
from payments_service.rules.accounts import income
from payments_service.rules.ids import uuid_in
from payments_service.rules.journals import Leg
from payments_service.rules.taxes import tax_within


class BundleSeller:
    """Films together, for an account: a season pass goes on opening what comes later."""

    def __init__(self, kind: BundleKind) -> None:
        self.kind = kind

    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        """Return the price; raise BundleNotFound, NotForSale, OwnedAlready, OwnFilm."""
        account_id = account_of(caller)
        if account_id is None:
            raise NeedsAccount
        bundle_id = uuid_in(asked.subject)
        if bundle_id is None or asked.quantity != 1:
            raise NotForSale
        bundle = await queries.bundle(session, bundle_id)
        if bundle.kind != self.kind or not bundle.is_on_sale:
            raise NotForSale
        await having.check(session, bundle, account_id)
        own = await promotions.price_in(session, self.kind, asked.subject, asked.country)
        amount, currency = (own.amount, own.currency) if own else (bundle.amount, bundle.currency)
        title = bundle.title_fr if asked.locale == "fr" else bundle.title_en or bundle.title_fr
        return Quote(
            title=title,
            list_amount=amount,
            currency=currency,
            tax_amount=tax_within(amount, tools.settings.tax_percent),
            needs_account=True,
            details={
                "bundle_id": str(bundle.id),
                "films": {str(item.film_id): item.title for item in bundle.items},
            },
        )

    def credits(self, order: Order) -> list[Leg]:
        return [(income("bundles", order.currency), -order.amount)] if order.amount else []

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Give the films that were in it when it was ordered, but those they have."""
        films = {UUID(film_id): str(title) for film_id, title in order.details["films"].items()}
        bundle_id = UUID(str(order.details["bundle_id"]))
        await give_all(session, tools, order, films, bundle_id=bundle_id)
        order.given = {"bundle_id": str(bundle_id), "film_ids": [str(one) for one in films]}

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        await take_all_back(session, order, refunded)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await hold_all(session, order)

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await release_all(session, order)

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await returning.give_again(session, tools, order)

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Nothing was kept for it."""
