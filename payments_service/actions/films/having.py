"""Whether somebody has a film already, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.payments.shop import Owned
from kit.contracts.tokens import AccessLevel as Level
from kit.contracts.tokens import EntitlementQuestion, TokensClient
from kit.errors import Unavailable
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant
from payments_service.queries import shop as queries
from payments_service.rules.films import best, names


@dataclass(frozen=True, slots=True)
class Having:
    """`owned`: why there is nothing to pay, None where there is; `grant`: what they have."""

    owned: Owned | None = None
    grant: Grant | None = None


async def having(session: AsyncSession, film: Film, account_id: UUID | None) -> Having:
    """Return whether an account, or nobody, has a film as far as we know: `or_entitled` asks on.

    Their own film comes before what they hold of it.
    """
    if film.access_level == AccessLevel.public:
        return Having(Owned.public)
    if account_id is None:
        return Having()
    grant = best(await queries.live_grants(session, account_id, [film.id]), clock.now())
    if await queries.is_maker(session, film.id, account_id):
        return Having(Owned.maker, grant)
    if grant is not None:
        return Having(Owned.grant, grant)
    return Having()


async def or_entitled(found: Having, tools: Tools, film: Film, account_id: UUID | None) -> Having:
    """Return what was found, or that a code of the account opens the film."""
    if found.owned is None and account_id and await is_entitled(tools, film, account_id):
        return Having(Owned.entitled)
    return found


async def is_entitled(tools: Tools, film: Film, account_id: UUID) -> bool:
    """Ask tokens_service whether a code of the account opens it; when it is away: not known to."""
    asked = EntitlementQuestion(access_level=Level(film.access_level), video_ids=names(film))
    try:
        found = await tools.client(TokensClient).entitlement(account_id, asked)
    except Unavailable:
        return False
    return found.ok


async def of_many(
    session: AsyncSession, account_id: UUID, film_ids: Sequence[UUID]
) -> dict[UUID, Grant]:
    """Return what an account has of these films."""
    rows = await queries.live_grants(session, account_id, film_ids)
    found: dict[UUID, list[Grant]] = {}
    for row in rows:
        found.setdefault(row.film_id, []).append(row)
    at = clock.now()
    return {film_id: one for film_id, all_ in found.items() if (one := best(all_, at))}
