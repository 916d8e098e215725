"""Watching: signed addresses for whoever may."""

from typing import Annotated

from fastapi import Depends, Request

from catalog_service.actions import playback as actions
from catalog_service.endpoints.shared import Ref, SettingsDep, delivery
from kit.contracts.catalog.playback import Playback, PlaybackNew
from kit.contracts.tokens import TokensClient
from kit.web import CallerDep, ReadSession, Router, ViewerAddress, using, while_acting

router = Router(tags=["playback"])


async def _limit(request: Request, address: ViewerAddress) -> None:
    rule = request.app.state.settings.playback_limit
    await request.app.state.limiter.hit(rule, "playback", address)


@router.post(
    "/films/{film}/playback", dependencies=[Depends(_limit)], summary="Addresses to watch a film"
)
@while_acting
async def play(
    film: Ref,
    new: PlaybackNew,
    caller: CallerDep,
    address: ViewerAddress,
    session: ReadSession,
    tokens: Annotated[TokensClient, using(TokensClient)],
    settings: SettingsDep,
    request: Request,
) -> Playback:
    """Ask again before the addresses expire: whoever may no longer watch is refused then."""
    doors = actions.Doors(tokens, request.app.state.streams, delivery(settings))
    return await actions.play(session, doors, caller, film, new, address)
