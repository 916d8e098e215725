"""What the checks found, for people and for Sentinel."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.ledger import Books, Finding, Findings, OpenItem, ProviderBalance
from kit.db import Database
from kit.pages import BadCursor, decode_cursor, encode_cursor
from payments_service.models.findings import FindingKind, Reconciliation
from payments_service.queries import findings as queries
from payments_service.queries import ledger, ledger_checks


async def findings(
    session: AsyncSession, is_open: bool | None, cursor: str | None, limit: int
) -> Findings:
    before = _id(cursor) if cursor else None
    rows = await queries.page(session, is_open, before, limit + 1)
    page = [Finding.model_validate(row) for row in rows[:limit]]
    following = encode_cursor(str(page[-1].id)) if len(rows) > limit else None
    return Findings(items=page, next_cursor=following)


async def books(session: AsyncSession) -> Books:
    """Return what providers hold for us by our books and by theirs, and what should clear."""
    last = {(one.provider, one.currency): one for one in await queries.reconciliations(session)}
    ours = await ledger.at_providers(session)
    found = [_compared(*key, ours.get(key, 0), last.get(key)) for key in sorted({*last, *ours})]
    items = [
        OpenItem(account=code, currency=currency, item=item, amount=amount, since=since)
        for code, currency, item, amount, since in await ledger_checks.open_items(session)
    ]
    return Books(
        providers=found,
        open_items=items,
        open_findings=sum((await queries.open_by_kind(session)).values()),
    )


def numbers(database: Database) -> Callable[[], Awaitable[bytes]]:
    """Return what tells `/metrics`, and Sentinel through it, how many findings are open."""

    async def told() -> bytes:
        registry = CollectorRegistry()
        gauge = Gauge(
            "ledger_findings", "Open findings about the books.", ["kind"], registry=registry
        )
        try:
            async with database.reads() as session:
                found = await queries.open_by_kind(session)
        except (SQLAlchemyError, OSError):
            return b""  # the rest of /metrics is worth having when the database is away
        for kind in FindingKind:
            gauge.labels(kind).set(found.get(kind, 0))
        return generate_latest(registry)

    return told


def _compared(
    provider: str, currency: str, ours: int, last: Reconciliation | None
) -> ProviderBalance:
    return ProviderBalance(
        provider=provider,
        currency=currency,
        ours=ours,
        theirs=last.theirs if last else None,
        at=last.at if last else None,
        differs_since=last.differs_since if last else None,
    )


def _id(cursor: str) -> UUID:
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise BadCursor from error
