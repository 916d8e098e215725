"""Who may watch: asked anew each time, so that a revoked code stops at once."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film
from catalog_service.providers.streams import Streams
from catalog_service.queries import films as queries
from catalog_service.rules import ages, playback
from catalog_service.rules import films as rules
from catalog_service.rules.playback import Delivery
from kit import clock
from kit.auth import Caller, may
from kit.contracts import tokens as wire
from kit.contracts.catalog.errors import (
    EntitlementNeeded,
    FilmNotFound,
    PreviewNotAllowed,
    TooManyStreams,
)
from kit.contracts.catalog.playback import Playback, PlaybackNew
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.tokens import EntitlementQuestion, TokensClient, Verification


class Doors(NamedTuple):
    """Whom to ask, what to count with, and where films are delivered from."""

    tokens: TokensClient
    streams: Streams
    delivery: Delivery


async def play(
    session: AsyncSession,
    doors: Doors,
    caller: Caller,
    ref: str,
    new: PlaybackNew,
    viewer_address: str,
) -> Playback:
    """Return addresses signed for this film; raise what stands against it."""
    film = await queries.film(session, ref)
    await session.close()  # no connection is held while tokens_service is asked
    if new.preview:
        check_preview(caller)
    elif not rules.is_shown(film, clock.now()):
        raise FilmNotFound
    ages.check_age(film, caller)
    if new.part == "trailer":
        return playback.trailer(film, doors.delivery, clock.now())
    holder = None
    if not new.preview and film.access_level != AccessLevel.public:
        holder = await _holder(doors.tokens, caller, film, new, viewer_address)
    grant = playback.grant(film, doors.delivery, new.kind, clock.now())
    await _take_place(doors.streams, holder, new.device or viewer_address, grant)
    return grant


def check_preview(caller: Caller) -> None:
    """Let pass people and API clients who may edit films; a service alone speaks for viewers."""
    if caller.kind not in {"person", "client"} or not may(caller, "films:write"):
        raise PreviewNotAllowed


async def _holder(
    tokens: TokensClient, caller: Caller, film: Film, new: PlaybackNew, viewer_address: str
) -> str | None:
    """Return the account whose right this is, None where a code is nobody's; or raise.

    The code that was shown comes first, then what the account holds.
    """
    by_code = await _verified(tokens, new, viewer_address)
    try:
        rules.check_entitlement(film, by_code)
    except EntitlementNeeded as refused:
        if caller.kind != "person":
            raise
        by_account = await _held(tokens, UUID(caller.id), film, new)
        if not by_account.ok and by_account.reason is None:
            raise refused from None
        rules.check_entitlement(film, by_account)
        return caller.id
    return str(by_code.account_id) if by_code and by_code.account_id else None


async def _verified(
    tokens: TokensClient, new: PlaybackNew, viewer_address: str
) -> Verification | None:
    token = (new.token or "").strip()
    if not token:
        return None
    return await tokens.verify(token, device=new.device, viewer_address=viewer_address or None)


async def _held(
    tokens: TokensClient, account_id: UUID, film: Film, new: PlaybackNew
) -> Verification:
    asked = EntitlementQuestion(
        access_level=wire.AccessLevel(film.access_level),
        video_ids=tuple(sorted(rules.names(film))),
        device=new.device,
    )
    return await tokens.entitlement(account_id, asked)


async def _take_place(streams: Streams, holder: str | None, device: str, grant: Playback) -> None:
    """Raise TooManyStreams when other devices have all the places of this account."""
    if holder is None:
        return
    if not await streams.take(holder, device, grant.expires_at.timestamp()):
        raise TooManyStreams(limit=streams.limit)
