"""Writing down that somebody has a film, and taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.shop import GrantKind, GrantState
from kit.db import new_id
from kit.events import notify
from kit.jobs import enqueue
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant
from payments_service.queries import shop as queries
from payments_service.rules.films import FOR_GOOD, end, is_past

SOON = 20.0  # seconds: whoever gives it tells tokens_service at once, the job comes after


@dataclass(frozen=True, slots=True)
class Window:
    """A rental has to be begun within so many days, and lasts so many hours from then on."""

    start_within_days: int
    finish_within_hours: int


@dataclass(frozen=True, slots=True)
class Giving:
    """A film for somebody; `key` says for what, so that it is given once."""

    account_id: UUID | None
    film_id: UUID
    title: str
    key: str
    window: Window | None = None
    order_id: UUID | None = None
    spend_id: UUID | None = None
    bundle_id: UUID | None = None
    coins: int = 0
    at: datetime = field(default_factory=clock.now)

    @property
    def kind(self) -> GrantKind:
        return GrantKind.rental if self.window else GrantKind.own


def grant_of(giving: Giving) -> Grant:
    """Return the row; its token is minted with these very values, whenever that is."""
    window = giving.window
    until = giving.at + timedelta(days=window.start_within_days) if window else None
    return Grant(
        id=new_id(),
        key=giving.key,
        account_id=giving.account_id,
        film_id=giving.film_id,
        title=giving.title,
        kind=giving.kind,
        state=GrantState.given,
        order_id=giving.order_id,
        spend_id=giving.spend_id,
        bundle_id=giving.bundle_id,
        code="",
        is_open=False,
        told_until=until or giving.at + FOR_GOOD,
        coins=giving.coins,
        finish_within_hours=window.finish_within_hours if window else None,
        created_at=giving.at,
        expires_at=until,
    )


async def give(session: AsyncSession, tools: Tools, giving: Giving) -> Grant | None:
    """Give a film; None when the account has it already, or was given it under this key."""
    grant = grant_of(giving)
    if giving.account_id is not None:
        await queries.end_over(session, clock.now(), giving.account_id)
    if not await queries.claim(session, grant):
        return None
    await follow_later(session, grant.id)
    is_bought = giving.order_id is not None or giving.coins > 0  # makers know their own films
    if is_bought and giving.bundle_id is None:
        await _tell(session, tools, grant)
    return await queries.grant(session, grant.id)


async def take_back(session: AsyncSession, grants: Iterable[Grant]) -> None:
    """End grants for good, because what was paid for them went back."""
    at = clock.now()
    for grant in grants:
        end(grant, at)
        if grant.refunded_at is None:
            grant.refunded_at = at
            grant.is_open = grant.is_open or not is_past(grant, at)
    await session.flush()


async def follow_later(session: AsyncSession, grant_id: UUID) -> None:
    """Have tokens_service told, in case that whoever gives or takes it now dies before."""
    await enqueue(session, "follow_grant", {"grant_id": str(grant_id)}, delay_seconds=SOON)


async def follow_now(session: AsyncSession, grants: Iterable[Grant]) -> None:
    """Have tokens_service told as soon as this is committed, whatever it was told before."""
    for grant in grants:
        asked = {"grant_id": str(grant.id), "is_sure": False}
        await enqueue(session, "follow_grant", asked)


async def _tell(session: AsyncSession, tools: Tools, grant: Grant) -> None:
    """Say that it is theirs, with the way to it."""
    if grant.account_id is None:
        return
    values: dict[str, object] = {
        "title": grant.title,
        "url": f"{tools.home}/films/{grant.film_id}",
    }
    if grant.expires_at is None:
        await notify(session, "film.yours", grant.account_id, values)
        return
    more = {"until": grant.expires_at.isoformat(), "hours": grant.finish_within_hours}
    await notify(session, "film.rented", grant.account_id, values | more)
