"""Who may watch: asked anew each time, so that a revoked code stops at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.queries import films as queries
from catalog_service.rules import films as rules
from catalog_service.rules import playback
from catalog_service.rules.playback import Delivery
from kit import clock
from kit.auth import Caller, may
from kit.contracts.catalog.errors import FilmNotFound, PreviewNotAllowed
from kit.contracts.catalog.playback import Playback, PlaybackNew
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.tokens import TokensClient, Verification


async def play(
    session: AsyncSession,
    tokens: TokensClient,
    delivery: Delivery,
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
    if new.part == "trailer":
        return playback.trailer(film, delivery, clock.now())
    if not new.preview and film.access_level != AccessLevel.public:
        rules.check_entitlement(film, await _verified(tokens, new, viewer_address))
    return playback.grant(film, delivery, new.kind, clock.now())


def check_preview(caller: Caller) -> None:
    """Let pass people and API clients who may edit films; a service alone speaks for viewers."""
    if caller.kind not in {"person", "client"} or not may(caller, "films:write"):
        raise PreviewNotAllowed


async def _verified(
    tokens: TokensClient, new: PlaybackNew, viewer_address: str
) -> Verification | None:
    token = (new.token or "").strip()
    if not token:
        return None
    return await tokens.verify(token, device=new.device, viewer_address=viewer_address or None)
