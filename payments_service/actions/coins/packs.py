"""Packs of coins: what they are, and what somebody gets for them now."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.payments.coins import PackChange, PackNew, PackOffer, PackOffers
from kit.events import audit
from payments_service.models.coins import Pack
from payments_service.queries import coins, promotions
from payments_service.queries import packs as queries
from payments_service.rules.packs import Buyer, priced

KIND = "coins"  # of the orders, and of prices by country
EMPTIED = frozenset({"season_from", "season_until", "bonus_days", "discount_until"})


async def buyer(session: AsyncSession, account_id: UUID | None, code: str) -> Buyer:
    is_first = account_id is not None and not await coins.has_bought(session, account_id)
    return Buyer(is_first=is_first, code=code, at=clock.now())


async def offers(
    session: AsyncSession, account_id: UUID | None, country: str | None, code: str
) -> PackOffers:
    """Return the packs on sale, as this buyer gets them."""
    who = await buyer(session, account_id, code)
    here = await promotions.prices_in(session, KIND, country)
    items = []
    for pack in await queries.packs(session):
        own = here.get(str(pack.id))
        amount, currency = (own.amount, own.currency) if own else (pack.amount, pack.currency)
        found = priced(pack, amount, currency, who)
        items.append(
            PackOffer(
                id=pack.id,
                name_fr=pack.name_fr,
                name_en=pack.name_en or pack.name_fr,
                coins=pack.coins,
                bonus=found.bonus,
                is_first=found.is_first,
                bonus_days=pack.bonus_days,
                list_amount=found.list_amount,
                amount=found.amount,
                currency=found.currency,
                discount_percent=found.discount_percent,
                until=found.until,
            )
        )
    return PackOffers(items=items)


async def make(session: AsyncSession, caller: Caller, new: PackNew) -> Pack:
    at = clock.now()
    given = new.model_dump(exclude_unset=True)
    pack = Pack(**_defaults() | given, created_at=at, updated_at=at)
    session.add(pack)
    await session.flush()
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "pack.make", f"pack:{pack.id}", told)
    return pack


async def change(session: AsyncSession, caller: Caller, pack_id: UUID, new: PackChange) -> Pack:
    pack = await queries.pack_for_update(session, pack_id)
    for name, value in new.model_dump(exclude_unset=True).items():
        if value is not None or name in EMPTIED:
            setattr(pack, name, value)
    pack.updated_at = clock.now()
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "pack.change", f"pack:{pack_id}", told)
    return pack


async def withdraw(session: AsyncSession, caller: Caller, pack_id: UUID) -> None:
    """Take it off sale: orders that name it stay good."""
    pack = await queries.pack_for_update(session, pack_id)
    if pack.is_on_sale:
        pack.is_on_sale = False
        pack.updated_at = clock.now()
        await audit(session, caller, "pack.withdraw", f"pack:{pack_id}", {})


def _defaults() -> dict[str, object]:
    return {
        "name_en": "",
        "currency": "XOF",
        "bonus_coins": 0,
        "first_coins": 0,
        "season_coins": 0,
        "code": "",
        "code_coins": 0,
        "discount_percent": 0,
        "is_on_sale": True,
        "position": 0,
    }
