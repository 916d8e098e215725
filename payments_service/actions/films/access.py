"""Making tokens_service say what a grant says: open, until then, or no more.

All of it may be done again without harm: a token is minted once for a grant's key.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kit import clock
from kit.contracts.payments.shop import GrantState
from kit.contracts.tokens import AccessLevel, LifetimePast, Mint, Token, TokenChange, TokensClient
from kit.errors import NotFound
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant
from payments_service.queries import shop as queries
from payments_service.rules.films import is_past

STEPS = 5  # given, changed, closed, ended: whoever does it meanwhile, it comes to an end
A_MOMENT = timedelta(seconds=2)  # tokens_service lets nothing end in the past
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What tokens_service knows now: its token, whether it opens, and until when.

    `is_closed`: it was told just now that it opens nothing.
    """

    token: Token | None
    is_open: bool
    until: datetime | None
    is_closed: bool = False


OVER = Told(None, is_open=False, until=None)  # its token has ended, or would have


async def follow(tools: Tools, grant_id: UUID, *, is_sure: bool = True) -> Grant:
    """Tell tokens_service whatever it does not know yet; return the grant as it is then.

    No connection is held while it is asked. Not `is_sure` of what it was told (somebody may have
    died telling it something else): it is told again.
    """
    tokens = tools.client(TokensClient)
    if not is_sure:
        async with tools.database.sessions.begin() as session:
            _doubt(await queries.grant_for_update(session, grant_id))
    async with tools.database.reads() as session:
        grant = await queries.grant(session, grant_id)
        is_held = await queries.is_held(session, grant)
    for _ in range(STEPS):
        told = await _tell(tokens, grant, is_held=is_held)
        if told is None:
            break
        async with tools.database.sessions.begin() as session:
            grant = await queries.grant_for_update(session, grant_id)
            note(grant, told)
            is_held = await queries.is_held(session, grant)
    return grant


async def opened(tokens: TokensClient, grant: Grant) -> Told:
    """Make the token that opens a grant's film, or open it again; give it to the account."""
    token = await _minted(tokens, grant) if grant.token_id is None else None
    token_id, until = token.id if token else grant.token_id, grant.told_until
    is_shut = token is None or (until is not None and token.expires_at < until - A_MOMENT)
    if token_id is not None and is_shut:
        token = await tokens.change(token_id, TokenChange(expires_at=until))
    if token_id is not None and grant.account_id is not None:
        await tokens.set_holder(token_id, grant.account_id)
    return Told(token, is_open=True, until=until)


def note(grant: Grant, told: Told) -> None:
    """Write down what tokens_service knows. What became of the grant meanwhile is told next."""
    if told.token is not None:
        grant.token_id, grant.code = told.token.id, told.token.code
    if told.is_closed and grant.state != GrantState.ended:
        grant.state = GrantState.given  # it is theirs again: open it again
    elif grant.state == GrantState.given:
        grant.state = GrantState.active
    grant.is_open, grant.told_until = told.is_open, told.until or grant.told_until


def _doubt(grant: Grant) -> None:
    """Let what tokens_service knows be unknown, so that it is told."""
    if grant.state == GrantState.active:
        grant.state = GrantState.given
    elif grant.state == GrantState.ended and not is_past(grant, clock.now()):
        grant.is_open = True


async def _tell(tokens: TokensClient, grant: Grant, *, is_held: bool) -> Told | None:
    if grant.state == GrantState.given:
        return OVER if is_past(grant, clock.now()) else await opened(tokens, grant)
    if grant.state == GrantState.ended:
        return await _closed(tokens, grant, is_held=is_held) if grant.is_open else None
    is_later = grant.expires_at is not None and grant.expires_at > clock.now()
    if grant.token_id is None or not is_later or grant.told_until == grant.expires_at:
        return None
    await tokens.change(grant.token_id, TokenChange(expires_at=grant.expires_at))
    return Told(None, is_open=True, until=grant.expires_at)


async def _closed(tokens: TokensClient, grant: Grant, *, is_held: bool) -> Told:
    """Revoke the token; one that may open again is only ended.

    One that nobody wrote down is found by the grant's key.
    """
    if is_past(grant, clock.now()):
        return OVER
    token = await _minted(tokens, grant) if grant.token_id is None else None
    token_id = token.id if token else grant.token_id
    with suppress(NotFound):  # there is none any more
        if is_held and token_id is not None:
            await _end(tokens, token_id)
        else:
            await tokens.revoke(str(token_id))
    return Told(token, is_open=False, until=None, is_closed=True)


async def _end(tokens: TokensClient, token_id: UUID) -> None:
    """End a token as soon as can be, also where the other's clock is a little ahead."""
    try:
        await tokens.change(token_id, TokenChange(expires_at=clock.now() + A_MOMENT))
    except LifetimePast:
        await tokens.change(token_id, TokenChange(expires_at=clock.now() + CLOCKS_DIFFER))


async def _minted(tokens: TokensClient, grant: Grant) -> Token:
    """Mint with what was written down first: the same key has to ask for the same."""
    return await tokens.mint(
        Mint(
            title=grant.title[:200],
            access_level=AccessLevel.ppv,
            video_id=str(grant.film_id),
            expires_at=grant.told_until,
            label="order" if grant.order_id else "coins" if grant.spend_id else "maker",
            key=grant.key,
        )
    )
