"""The terms of films, as staff write them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.events import audit
from payments_service.actions.tools import Tools
from payments_service.models.shop import Offer
from payments_service.queries import shop as queries


async def put(
    session: AsyncSession, tools: Tools, caller: Caller, film_id: UUID, new: FilmTermsNew
) -> Offer:
    """Write how a film is sold, over what was said before; raise FilmNotFound."""
    film = await tools.client(CatalogClient).film(film_id, everything=True)
    settings = tools.settings
    row = Offer(
        film_id=film.id,
        coins=new.coins,
        rental_coins=new.rental_coins,
        rental_amount=new.rental_amount,
        rental_currency=new.rental_currency,
        start_within_days=new.start_within_days or settings.rental_start_days,
        finish_within_hours=new.finish_within_hours or settings.rental_finish_hours,
        updated_at=clock.now(),
    )
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "film.terms", f"film:{film.id}", told)
    return await queries.put_terms(session, row)


async def remove(session: AsyncSession, caller: Caller, film_id: UUID) -> None:
    await queries.delete_terms(session, film_id)
    await audit(session, caller, "film.terms_removed", f"film:{film_id}", {})
