"""Films for sale over HTTP: what one can do, unlocking, what one has, terms."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.contracts.payments.shop import (
    FilmOffer,
    FilmStart,
    FilmTerms,
    FilmTermsList,
    FilmTermsNew,
    Grant,
    Grants,
    Unlocked,
    UnlockNew,
)
from kit.contracts.payments.shop_errors import (
    NoTerms,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions import privacy
from payments_service.actions.films import seeing, terms, unlocking, using
from payments_service.endpoints.given import MoneyReader, MoneyWriter, ToolsDep
from payments_service.endpoints.people import (
    Account,
    AnyAccount,
    CountryAsked,
    Cursor,
    OwnOrService,
)
from payments_service.models import shop as models
from payments_service.queries import shop as queries

router = Router(tags=["films"])
FilmRef = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/offers", summary="What the caller can do about a film")
async def offer(
    film_id: FilmRef, me: AnyAccount, tools: ToolsDep, country: CountryAsked = None
) -> FilmOffer:
    """`film_id` is the film's id or slug."""
    return await seeing.offer(tools, me, film_id, country)


@router.post("/films/{film_id}/unlock", summary="Have a film for coins")
async def unlock(film_id: UUID, new: UnlockNew, me: Account, tools: ToolsDep) -> Unlocked:
    """Pay and open it at once; asked again, nothing is charged again."""
    return await unlocking.unlock(tools, me, film_id, new.kind)


@router.post("/films/{film_id}/start", status_code=204, summary="Tell that one began to watch")
async def start_film(film_id: UUID, me: Account, tools: ToolsDep) -> None:
    """Without anything of it in the account, nothing happens."""
    await using.start_film(tools, film_id, me)


@router.post("/films/{film_id}/starts", status_code=204, summary="Tell that a code began to play")
async def start_by_codes(film_id: UUID, new: FilmStart, caller: CallerDep, tools: ToolsDep) -> None:
    """Services only: of what these codes opened nothing is given back any more."""
    privacy.check_service(caller)
    await using.start_by_codes(tools, film_id, new)


@router.get("/me/grants", summary="The films one has, the newest first")
async def grants(
    me: Account, session: ReadSession, tools: ToolsDep, cursor: Cursor = None, limit: Limit = 50
) -> Grants:
    return await seeing.grants(session, tools, me, cursor, limit)


@router.get("/grants/{grant_id}", summary="One of them")
async def grant(
    grant_id: UUID, me: OwnOrService, caller: CallerDep, session: ReadSession, tools: ToolsDep
) -> Grant:
    return await seeing.one(session, tools, caller, grant_id)


@router.post("/grants/{grant_id}/start", summary="Tell that somebody began to watch")
async def start(grant_id: UUID, me: OwnOrService, tools: ToolsDep) -> Grant:
    """Let a rental run from now on; the first time counts."""
    return await using.start(tools, grant_id, me)


@router.post("/grants/{grant_id}/refund", summary="Give an unwatched film back for its coins")
async def refund(grant_id: UUID, me: Account, tools: ToolsDep) -> Grant:
    return await using.refund(tools, grant_id, me)


@router.get("/film-terms", summary="The terms of all films that have some")
async def all_terms(caller: MoneyReader, session: ReadSession) -> FilmTermsList:
    rows = await queries.all_terms(session)
    return FilmTermsList(items=[FilmTerms.model_validate(row) for row in rows])


@router.get("/films/{film_id}/terms", response_model=FilmTerms, summary="How a film is sold")
async def film_terms(film_id: UUID, caller: MoneyReader, session: ReadSession) -> models.Offer:
    found = await queries.terms(session, film_id)
    if found is None:
        raise NoTerms
    return found


@router.put("/films/{film_id}/terms", response_model=FilmTerms, summary="Say how a film is sold")
async def set_terms(
    film_id: UUID, new: FilmTermsNew, caller: MoneyWriter, session: Session, tools: ToolsDep
) -> models.Offer:
    """There is one of these for a film: put again, it is replaced."""
    return await terms.put(session, tools, caller, film_id, new)


@router.delete("/films/{film_id}/terms", status_code=204, summary="Sell it for its price alone")
async def delete_terms(film_id: UUID, caller: MoneyWriter, session: Session) -> None:
    await terms.remove(session, caller, film_id)
