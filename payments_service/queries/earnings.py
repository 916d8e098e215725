"""Earnings: views counted, makers and terms, what is not accrued yet, what was."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.earnings import (
    Accrual,
    Earning,
    EarningKind,
    EarningTerms,
    MakerShare,
    View,
)
from payments_service.rules.earnings import Event

FILM_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('film:' || :film, 5064))")
VIEWED = text("""
    SELECT view.film_id, view.day, count(*) FROM view
    WHERE view.day BETWEEN :since AND :until
      AND EXISTS (SELECT FROM maker_share WHERE maker_share.film_id = view.film_id)
      AND NOT EXISTS (SELECT FROM accrual
                      WHERE accrual.key = 'views:' || view.film_id || ':' || view.day)
    GROUP BY view.film_id, view.day ORDER BY view.day, view.film_id LIMIT :limit
""")
# Income of films by journal, with the films it was for. What undoes a sale names none: it follows
# what was accrued for the sale (`taken_back`).
SOLD = text("""
    WITH sold AS (
        SELECT journal.id, journal.at, journal.source, posting.currency,
               -sum(posting.amount)::bigint AS amount
        FROM journal JOIN posting ON posting.journal_id = journal.id
        JOIN account ON account.id = posting.account_id
        WHERE journal.at >= :since
          AND account.code ~ '^income:(films|rentals|bundles|seasons):'
        GROUP BY journal.id, posting.currency
        HAVING -sum(posting.amount) > 0
    )
    SELECT sold.id, sold.at, sold.currency, sold.amount, films.ids
    FROM sold CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT film_id ORDER BY film_id) AS ids FROM access_grant
        WHERE access_grant.spend_id = sold.id
           OR access_grant.order_id = CASE WHEN sold.source ~ '^order/[0-9a-f-]{36}$'
                                           THEN substr(sold.source, 7)::uuid END
    ) AS films
    WHERE EXISTS (
        SELECT FROM unnest(films.ids) AS film (id)
        JOIN maker_share ON maker_share.film_id = film.id
        WHERE NOT EXISTS (SELECT FROM accrual
                          WHERE accrual.key = 'sale:' || sold.id || ':' || film.id))
    ORDER BY sold.at, sold.id LIMIT :limit
""")
UNSOLD = text("""
    WITH unsold AS (
        SELECT journal.id, journal.at, journal.source, journal.reverses_id, posting.currency,
               sum(posting.amount)::bigint AS amount
        FROM journal JOIN posting ON posting.journal_id = journal.id
        JOIN account ON account.id = posting.account_id
        WHERE journal.at >= :since
          AND account.code ~ '^income:(films|rentals|bundles|seasons):'
        GROUP BY journal.id, posting.currency
        HAVING sum(posting.amount) > 0
    )
    SELECT unsold.id, unsold.at, unsold.currency, unsold.amount, sale.film_id,
           sale.amount AS sale_amount, whole.amount AS whole_amount
    FROM unsold
    JOIN journal AS original ON original.id = unsold.reverses_id
        OR (unsold.reverses_id IS NULL AND original.source = unsold.source
            AND original.id <> unsold.id)
    JOIN accrual AS sale ON sale.journal_id = original.id AND sale.amount > 0
        AND sale.currency = unsold.currency
    CROSS JOIN LATERAL (
        SELECT -sum(posting.amount)::bigint AS amount FROM posting
        JOIN account ON account.id = posting.account_id
        WHERE posting.journal_id = original.id AND posting.currency = unsold.currency
          AND account.code ~ '^income:(films|rentals|bundles|seasons):'
    ) AS whole
    WHERE NOT EXISTS (SELECT FROM accrual
                      WHERE accrual.key = 'sale:' || unsold.id || ':' || sale.film_id)
    ORDER BY unsold.at, unsold.id LIMIT :limit
""")


FORGIVEN = text("""
    SELECT earning.account_id, sum(earning.forgiven_amount)::bigint
    FROM journal AS sale
    JOIN journal AS other ON other.source = sale.source AND other.id <> sale.id
    JOIN accrual ON accrual.journal_id = other.id AND accrual.film_id = :film
    JOIN earning ON earning.accrual_id = accrual.id AND earning.forgiven_amount <> 0
    WHERE sale.id = :journal AND sale.source <> '' GROUP BY earning.account_id
""")


async def forgiven(session: AsyncSession, event: Event) -> Mapping[UUID, int]:
    """Return what makers were forgiven when sales of this order were undone before."""
    rows = await session.execute(FORGIVEN, {"journal": event.journal_id, "film": event.film_id})
    return {row.account_id: row[1] for row in rows}


async def count_view(session: AsyncSession, day: date, film_id: UUID, viewer: str) -> bool:
    """Count a view; return False when it was counted that day already."""
    row = insert(View).values(day=day, film_id=film_id, viewer=viewer)
    counted = await session.execute(row.on_conflict_do_nothing().returning(View.day))
    return counted.first() is not None


async def is_maker(session: AsyncSession, film_id: UUID, account_id: UUID) -> bool:
    of = exists().where(MakerShare.film_id == film_id, MakerShare.account_id == account_id)
    return bool(await session.scalar(select(of)))


async def lock_film(session: AsyncSession, film_id: UUID) -> None:
    """Let nobody else earn from this film, or change who does, until the transaction ends."""
    await session.execute(FILM_LOCK, {"film": str(film_id)})


async def makers(session: AsyncSession, film_id: UUID) -> Sequence[MakerShare]:
    asked = select(MakerShare).where(MakerShare.film_id == film_id).order_by(MakerShare.account_id)
    return (await session.scalars(asked.execution_options(populate_existing=True))).all()


async def forget_makers(session: AsyncSession, film_id: UUID, accounts: Iterable[UUID]) -> None:
    gone = delete(MakerShare).where(MakerShare.film_id == film_id)
    await session.execute(gone.where(MakerShare.account_id.in_(list(accounts))))


async def terms(session: AsyncSession, of: str, ids: Iterable[UUID]) -> Mapping[UUID, EarningTerms]:
    asked = select(EarningTerms).where(EarningTerms.of == of, EarningTerms.id.in_(list(ids)))
    return {row.id: row for row in await session.scalars(asked)}


async def all_terms(session: AsyncSession) -> Sequence[EarningTerms]:
    asked = select(EarningTerms).order_by(EarningTerms.of, EarningTerms.changed_at.desc())
    return (await session.scalars(asked)).all()


async def viewed(
    session: AsyncSession, since: date, until: date, limit: int, currency: str
) -> list[Event]:
    """Return the views of whole days that nobody has earned from yet."""
    rows = await session.execute(VIEWED, {"since": since, "until": until, "limit": limit})
    return [
        Event(f"views:{film}:{day}", EarningKind.views, film, day, count, 0, currency)
        for film, day, count in rows
    ]


async def sold(
    session: AsyncSession, since: datetime, limit: int
) -> Sequence[tuple[UUID, datetime, str, int, list[UUID]]]:
    """Return sales some film of which nobody has earned from yet: journal, currency, films."""
    rows = await session.execute(SOLD, {"since": since, "limit": limit})
    return [(row.id, row.at, row.currency, row.amount, list(row.ids)) for row in rows]


async def taken_back(
    session: AsyncSession, since: datetime, limit: int
) -> Sequence[tuple[UUID, datetime, str, int, UUID, int, int]]:
    """Return what undid sales that were earned from: (…, film, its part of the sale, the sale)."""
    rows = await session.execute(UNSOLD, {"since": since, "limit": limit})
    return [
        (r.id, r.at, r.currency, r.amount, r.film_id, r.sale_amount, r.whole_amount) for r in rows
    ]


async def is_accrued(session: AsyncSession, key: str) -> bool:
    return bool(await session.scalar(select(exists().where(Accrual.key == key))))


async def accruals(session: AsyncSession, film_id: UUID | None = None) -> Sequence[Accrual]:
    """Return all events that were earned from, in the order in which they were."""
    asked = select(Accrual).order_by(Accrual.number)
    if film_id is not None:
        asked = asked.where(Accrual.film_id == film_id)
    return (await session.scalars(asked)).all()


async def earnings_of(session: AsyncSession, accrual_ids: Sequence[UUID]) -> Sequence[Earning]:
    asked = select(Earning).where(Earning.accrual_id.in_(accrual_ids))
    return (await session.scalars(asked)).all()


async def films_of(session: AsyncSession) -> Sequence[UUID]:
    """Return the films that anybody has earned from."""
    return (await session.scalars(select(Accrual.film_id).distinct())).all()


async def views_of(session: AsyncSession, film_id: UUID) -> Mapping[date, int]:
    asked = (
        select(View.day, func.count().label("views"))
        .where(View.film_id == film_id)
        .group_by(View.day)
    )
    return {row.day: row.views for row in await session.execute(asked)}


async def titles(session: AsyncSession, film_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    asked = select(MakerShare.film_id, func.max(MakerShare.film_title).label("title"))
    found = asked.where(MakerShare.film_id.in_(list(film_ids))).group_by(MakerShare.film_id)
    return {row.film_id: row.title for row in await session.execute(found)}


def of_maker(account_id: UUID, currency: str) -> list[ColumnElement[bool]]:
    return [Earning.account_id == account_id, Earning.currency == currency]
