"""Who made a film, how they share, and on which terms."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, Role, may
from kit.clock import now
from kit.contracts.payments import earnings as wire
from kit.contracts.payments.errors import FilmWithoutMakers, TermsNotFound, WrongShares
from kit.errors import Forbidden
from kit.events import audit, notify
from kit.jobs import enqueue
from payments_service.actions.tools import Tools
from payments_service.models.earnings import EarningTerms, MakerShare
from payments_service.queries import earnings
from payments_service.rules.earnings import House, house_terms
from payments_service.rules.shares import Part

WHOLE = 1000


async def makers(session: AsyncSession, caller: Caller, film_id: UUID) -> wire.Makers:
    """Return a film's makers to them and to staff; raise FilmWithoutMakers for everybody else."""
    rows = await earnings.makers(session, film_id)
    if not may(caller, "money:read") and not _is_one(caller, rows):
        raise FilmWithoutMakers
    return _shown(film_id, rows)


async def set_makers(
    session: AsyncSession, tools: Tools, caller: Caller, film_id: UUID, change: wire.MakersChange
) -> wire.Makers:
    """Say who made a film; raise WrongShares, Forbidden. What rounding owes stays with them.

    A producer may change the shares of films they made; everybody whose share changed is told.
    """
    await earnings.lock_film(session, film_id)
    rows = {row.account_id: row for row in await earnings.makers(session, film_id)}
    if not may(caller, "money:write") and not _may_share(caller, list(rows.values())):
        raise Forbidden(permission="money:write")
    wanted = {share.account_id: share.per_mille for share in change.shares}
    whole = sum(wanted.values())
    if len(wanted) != len(change.shares) or (wanted and whole != WHOLE):
        raise WrongShares
    before = {account: row.per_mille for account, row in rows.items()}
    title = change.film_title or next((row.film_title for row in rows.values()), "")
    await earnings.forget_makers(session, film_id, rows.keys() - wanted.keys())
    for account_id, per_mille in wanted.items():
        row = rows.get(account_id)
        if row is None:
            row = MakerShare(film_id=film_id, account_id=account_id, carry={})
            session.add(row)
        row.per_mille, row.film_title = per_mille, title
        row.given_by, row.given_at = caller.id or caller.kind, now()
    await session.flush()
    told = {"shares": {str(one): share for one, share in wanted.items()}}
    await audit(session, caller, "makers.set", f"film:{film_id}", told)
    await _tell(session, tools, before, wanted, title)
    await enqueue(session, "accrue_all", key="all")  # what was earned before anybody was named
    return _shown(film_id, await earnings.makers(session, film_id))


async def all_terms(session: AsyncSession, tools: Tools) -> wire.TermsList:
    found = house(tools)
    settings = tools.settings
    shown = wire.HouseTerms(
        per_view_millionths=found.per_view,
        sale_per_mille=found.sale_per_mille,
        currency=settings.currency,
        hold_days=settings.earning_hold_days,
        minimum_amount=settings.payout_minimum,
    )
    rows = await earnings.all_terms(session)
    return wire.TermsList(house=shown, items=[_terms(row) for row in rows])


async def set_terms(
    session: AsyncSession, caller: Caller, of: wire.Of, of_id: UUID, change: wire.TermsChange
) -> wire.Terms:
    """Give a film or a maker terms of their own; they hold for what is accrued from now on."""
    row = await session.get(EarningTerms, (of, of_id), with_for_update=True)
    if row is None:
        row = EarningTerms(of=of, id=of_id)
        session.add(row)
    row.per_view_millionths = change.per_view_millionths
    row.sale_per_mille = change.sale_per_mille
    row.changed_by, row.changed_at = caller.id or caller.kind, now()
    await session.flush()
    await audit(session, caller, "terms.set", f"{of}:{of_id}", change.model_dump())
    return _terms(row)


async def delete_terms(session: AsyncSession, caller: Caller, of: wire.Of, of_id: UUID) -> None:
    """Let the house's terms apply again; raise TermsNotFound."""
    row = await session.get(EarningTerms, (of, of_id), with_for_update=True)
    if row is None:
        raise TermsNotFound
    await session.delete(row)
    await audit(session, caller, "terms.delete", f"{of}:{of_id}")


def house(tools: Tools) -> House:
    return house_terms(tools.settings.view_amount, tools.settings.sale_share_percent)


async def parts_of(
    session: AsyncSession, tools: Tools, film_id: UUID, rows: Sequence[MakerShare]
) -> list[Part]:
    """Return each maker's share and terms: the film's, else the maker's, else the house's."""
    of_film = (await earnings.terms(session, "film", [film_id])).get(film_id)
    of_maker = await earnings.terms(session, "maker", [row.account_id for row in rows])
    ours = house(tools)
    found = []
    for row in rows:
        known = [one for one in (of_film, of_maker.get(row.account_id)) if one is not None]
        per_view = next((t.per_view_millionths for t in known if t.per_view_millionths is not None),
                        ours.per_view)  # fmt: skip
        sale = next((t.sale_per_mille for t in known if t.sale_per_mille is not None),
                    ours.sale_per_mille)  # fmt: skip
        found.append(Part(row.account_id, row.per_mille, per_view, sale))
    return found


def _is_one(caller: Caller, rows: Sequence[MakerShare]) -> bool:
    return caller.kind == "person" and any(str(row.account_id) == caller.id for row in rows)


def _may_share(caller: Caller, rows: Sequence[MakerShare]) -> bool:
    return Role.producer in caller.roles and _is_one(caller, rows)


async def _tell(
    session: AsyncSession,
    tools: Tools,
    before: dict[UUID, int],
    after: dict[UUID, int],
    title: str,
) -> None:
    for account_id in before.keys() | after.keys():
        if before.get(account_id) == after.get(account_id):
            continue
        share = f"{after.get(account_id, 0) / 10:g} %"
        values = {"title": title, "share": share, "link": f"{tools.home}/account/earnings"}
        await notify(session, "money.share", account_id, values)


def _shown(film_id: UUID, rows: Sequence[MakerShare]) -> wire.Makers:
    shares = [wire.Share(account_id=row.account_id, per_mille=row.per_mille) for row in rows]
    return wire.Makers(
        film_id=film_id, film_title=next((row.film_title for row in rows), ""), shares=shares
    )


def _terms(row: EarningTerms) -> wire.Terms:
    return wire.Terms.model_validate(row)
