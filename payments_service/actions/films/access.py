"""Making tokens_service say what a grant says: open, until then, or no more.

All of it may be done again without harm: a token is minted once for a grant's key.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit import clock
from kit.contracts.payments.shop import GrantState
from kit.contracts.tokens import AccessLevel, Mint, Token, TokenChange, TokensClient
from kit.errors import NotFound
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant
from payments_service.queries import shop as queries

STEPS = 4  # given, changed, ended: whoever does it meanwhile, it comes to an end


@dataclass(frozen=True, slots=True)
class Told:
    """What tokens_service knows now: its token, whether it opens, and until when."""

    token: Token | None
    is_open: bool
    until: datetime | None


OVER = Told(None, is_open=False, until=None)  # its token has ended, or would have


async def follow(tools: Tools, grant_id: UUID) -> Grant:
    """Tell tokens_service whatever it does not know yet; return the grant as it is then.

    No connection is held while it is asked.
    """
    tokens = tools.client(TokensClient)
    async with tools.database.reads() as session:
        grant = await queries.grant(session, grant_id)
    for _ in range(STEPS):
        told = await _tell(tokens, grant)
        if told is None:
            break
        async with tools.database.sessions.begin() as session:
            grant = await queries.grant_for_update(session, grant_id)
            note(grant, told)
    return grant


async def opened(tokens: TokensClient, grant: Grant) -> Told:
    """Make the token that opens a grant's film, and give it to the account."""
    token = await _minted(tokens, grant)
    if grant.account_id is not None:
        await tokens.set_holder(token.id, grant.account_id)
    return Told(token, is_open=True, until=grant.told_until)


def note(grant: Grant, told: Told) -> None:
    """Write down what tokens_service knows. It may have been ended meanwhile: then it is open."""
    if told.token is not None:
        grant.token_id, grant.code = told.token.id, told.token.code
    if grant.state == GrantState.given:
        grant.state = GrantState.active
    grant.is_open, grant.told_until = told.is_open, told.until or grant.told_until


async def _tell(tokens: TokensClient, grant: Grant) -> Told | None:
    if grant.state == GrantState.given:
        return OVER if _is_past(grant) else await opened(tokens, grant)
    if grant.state == GrantState.ended:
        return await _closed(tokens, grant) if grant.is_open else None
    is_later = grant.expires_at is not None and grant.expires_at > clock.now()
    if grant.token_id is None or not is_later or grant.told_until == grant.expires_at:
        return None
    await tokens.change(grant.token_id, TokenChange(expires_at=grant.expires_at))
    return Told(None, is_open=True, until=grant.expires_at)


async def _closed(tokens: TokensClient, grant: Grant) -> Told:
    """Revoke the token; one that nobody wrote down is found by the grant's key."""
    if _is_past(grant):
        return OVER
    token = await _minted(tokens, grant) if grant.token_id is None else None
    with suppress(NotFound):  # there is none any more
        await tokens.revoke(str(token.id if token else grant.token_id))
    return Told(token, is_open=False, until=None)


def _is_past(grant: Grant) -> bool:
    return grant.told_until is not None and grant.told_until <= clock.now()


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
