"""How much of a bundle somebody has already."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import OwnedAlready, OwnFilm
from kit.contracts.payments.shop import GrantKind
from payments_service.actions.films.having import of_many
from payments_service.models.shop import Bundle
from payments_service.queries import shop as queries


async def check(session: AsyncSession, bundle: Bundle, account_id: UUID) -> None:
    """Raise OwnedAlready where nothing of it would be new, OwnFilm where all of it is theirs.

    Who has some of its films pays the bundle's price all the same: it is one price for all.
    """
    film_ids = [item.film_id for item in bundle.items]
    theirs = [one for one in film_ids if await queries.is_maker(session, one, account_id)]
    if len(theirs) == len(film_ids):
        raise OwnFilm
    held = await of_many(session, account_id, film_ids)
    owned = {film_id for film_id, grant in held.items() if grant.kind == GrantKind.own}
    if owned.issuperset(set(film_ids) - set(theirs)):
        raise OwnedAlready
