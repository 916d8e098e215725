"""Having all films of a bundle for coins."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.errors import (
    OwnedAlready,
    OwnFilm,
)
from kit.contracts.payments.shop import GrantKind, UnlockedBundle
from kit.contracts.payments.shop_errors import (
    BundleNotFound,
    NotForCoins,
)
from kit.db import new_id
from payments_service.actions.bundles import having
from payments_service.actions.coins.spending import Asked, Terms, spend
from payments_service.actions.films import granting, seeing
from payments_service.actions.films.granting import Giving
from payments_service.actions.films.having import of_many
from payments_service.actions.films.unlocking import opened, tell
from payments_service.actions.tools import Tools
from payments_service.models.shop import Bundle, Grant
from payments_service.queries import coins, wallets
from payments_service.queries import shop as queries
from payments_service.rules.shares import split_evenly


async def unlock(tools: Tools, account_id: UUID, bundle_id: UUID) -> UnlockedBundle:
    """Let an account have a bundle for coins; nothing is charged when there is nothing new in it.

    Raise BundleNotFound, NotForCoins, NotEnoughCoins.
    """
    async with tools.database.sessions.begin() as session:
        await coins.lock_wallet(session, account_id)  # two requests at once: one of them pays
        bundle = await queries.bundle(session, bundle_id)
        if not bundle.is_on_sale:
            raise BundleNotFound
        charged, new = await _pay(session, tools, account_id, bundle)
        balance = await wallets.balance(session, account_id, clock.now())
    for grant in new:
        await opened(tools, grant)
    async with tools.database.reads() as session:
        held = await of_many(session, account_id, [item.film_id for item in bundle.items])
    return UnlockedBundle(
        bundle_id=bundle.id,
        grants=[seeing.shown(tools, grant) for grant in held.values()],
        charged=charged,
        balance=balance,
    )


async def _pay(
    session: AsyncSession, tools: Tools, account_id: UUID, bundle: Bundle
) -> tuple[int, list[Grant]]:
    """Return what was charged and what was given for it."""
    try:
        await having.check(session, bundle, account_id)
    except (OwnedAlready, OwnFilm):
        return 0, []
    if bundle.coins is None:
        raise NotForCoins
    held = await of_many(session, account_id, [item.film_id for item in bundle.items])
    owned = {film_id for film_id, grant in held.items() if grant.kind == GrantKind.own}
    new = [item for item in bundle.items if item.film_id not in owned]
    shares = split_evenly(bundle.coins, [item.film_id for item in new])
    asked = Asked(
        account_id=account_id,
        key=f"bundle:{bundle.id}:{new_id()}",
        amount=bundle.coins,
        subject=f"bundle:{bundle.id}",
        title=bundle.title_fr,
        what="bundles",
    )
    spent = await spend(session, asked, Terms.of(tools))
    given = []
    for item in new:
        giving = Giving(
            account_id=account_id,
            film_id=item.film_id,
            title=item.title,
            key=f"spend:{spent.id}:{item.film_id}",
            spend_id=spent.id,
            bundle_id=bundle.id,
            coins=shares[item.film_id],
        )
        grant = await granting.give(session, tools, giving)
        if grant is not None:
            given.append(grant)
            await tell(session, grant, spent)
    return bundle.coins, given
