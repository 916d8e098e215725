"""Lists of orders, attempts and webhooks, newest first, a page at a time."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, selectinload

from kit.contracts.payments.order_stories import AttemptQuery, OrderQuery, WebhookQuery
from kit.pages import BadCursor, decode_cursor, encode_cursor
from payments_service.models.ledger import Account, Journal, Posting
from payments_service.models.orders import Attempt, Order, Webhook

Listed = TypeVar("Listed", Order, Attempt, Webhook)
Found = tuple[list[Listed], str | None]


async def orders(
    session: AsyncSession, wanted: OrderQuery, cursor: str | None, limit: int
) -> Found[Order]:
    asked = select(Order).options(selectinload(Order.attempts))
    for column, value in (
        (Order.state, wanted.state),
        (Order.kind, wanted.kind),
        (Order.account_id, wanted.account_id),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if wanted.created_from is not None:
        asked = asked.where(Order.created_at >= wanted.created_from)
    if wanted.created_to is not None:
        asked = asked.where(Order.created_at < wanted.created_to)
    if wanted.provider:
        paid = select(Attempt.order_id).where(Attempt.provider == wanted.provider)
        asked = asked.where(Order.id.in_(paid))
    if wanted.search and (words := wanted.search.strip()):
        asked = _about(asked, words)
    return await _page(session, asked, Order, cursor, limit)


async def attempts(
    session: AsyncSession, wanted: AttemptQuery, cursor: str | None, limit: int
) -> Found[Attempt]:
    asked = select(Attempt)
    for column, value in (
        (Attempt.state, wanted.state),
        (Attempt.provider, wanted.provider),
        (Attempt.order_id, wanted.order_id),
        (Attempt.is_matched, wanted.is_matched),
    ):
        if value is not None:
            asked = asked.where(column == value)
    return await _page(session, asked, Attempt, cursor, limit)


async def webhooks(
    session: AsyncSession, wanted: WebhookQuery, cursor: str | None, limit: int
) -> Found[Webhook]:
    asked = select(Webhook).options(defer(Webhook.body), defer(Webhook.headers))
    for column, value in (
        (Webhook.state, wanted.state),
        (Webhook.provider, wanted.provider),
        (Webhook.attempt_id, wanted.attempt_id),
    ):
        if value is not None:
            asked = asked.where(column == value)
    return await _page(session, asked, Webhook, cursor, limit)


async def webhooks_of(session: AsyncSession, order: Order) -> list[Webhook]:
    """Return the webhooks about an order's attempts, oldest first."""
    ids = [each.id for each in order.attempts]
    refs = [each.provider_ref for each in order.attempts if each.provider_ref]
    asked = (
        select(Webhook)
        .where(or_(Webhook.attempt_id.in_(ids), Webhook.provider_ref.in_(refs)))
        .options(defer(Webhook.body), defer(Webhook.headers))
        .order_by(Webhook.id)
        .limit(200)
    )
    return list(await session.scalars(asked))


async def journals_of(session: AsyncSession, order_id: UUID) -> list[dict[str, Any]]:
    """Return the movements an order caused, with their lines, oldest first."""
    asked = (
        select(Journal, Posting, Account.code)
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Journal.source == f"order/{order_id}")
        .order_by(Journal.at, Journal.id, Posting.id)
        .limit(500)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for journal, posting, code in await session.execute(asked):
        plain = {name: getattr(journal, name) for name in ("id", "key", "kind", "phase", "at")}
        one = found.setdefault(journal.id, {**plain, "lines": []})
        line = {"account": code, "currency": posting.currency, "amount": posting.amount}
        one["lines"].append(line)
    return list(found.values())


def _about(asked: Select[Order], words: str) -> Select[Order]:
    """Narrow to orders with this id, address, number, or a reference of a provider."""
    refs = select(Attempt.order_id).where(
        or_(
            Attempt.provider_ref == words,
            Attempt.phone == words,
            cast(Attempt.id, String) == words.lower(),
        )
    )
    return asked.where(
        or_(
            cast(Order.id, String) == words.lower(),
            func.lower(Order.email) == words.lower(),
            Order.phone == words,
            Order.subject == words,
            Order.id.in_(refs),
        )
    )


async def _page(
    session: AsyncSession,
    asked: Select[Listed],
    kind: type[Listed],
    cursor: str | None,
    limit: int,
) -> Found[Listed]:
    if cursor:
        asked = asked.where(kind.id < _before(cursor))
    rows = list(await session.scalars(asked.order_by(kind.id.desc()).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, encode_cursor(str(rows[-1].id)) if more else None


def _before(cursor: str) -> UUID:
    (value,) = decode_cursor(cursor, 1)
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadCursor from error
