"""Search, and the home page."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from catalog_service.actions import rails
from catalog_service.actions import search as actions
from catalog_service.endpoints.shared import Cursor, check_reader
from catalog_service.rules.ages import limit, limited
from kit.contracts.catalog.films import FilmQuery, MaxAge
from kit.contracts.catalog.search import SearchResults
from kit.contracts.catalog.shelves import Home
from kit.contracts.catalog.words import Typed
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, etagged

router = Router(tags=["search"])


class SearchQuery(FilmQuery):
    q: Typed = ""
    sort: Literal["relevance", "newest", "title", "year", "duration"] = "relevance"
    facets: bool = Field(True, description="count what each further choice would keep")
    cursor: Cursor = None
    limit: Limit = 30


@router.get("/search", response_model=SearchResults, summary="Search films, as one types")
async def search(
    request: Request,
    query: Annotated[SearchQuery, Query()],
    caller: CallerDep,
    session: ReadSession,
) -> Response:
    """Look among the 1000 newest matches; accents and typos are forgiven."""
    if query.status:
        check_reader(caller)
    query = limited(query, caller)
    body = await actions.search(
        session,
        query.q,
        query,
        sort=query.sort,
        cursor=query.cursor,
        limit=query.limit,
        counted=query.facets,
    )
    return etagged(request, body)


@router.get("/home", response_model=Home, summary="The home page: heroes and rails")
async def home(
    request: Request,
    caller: CallerDep,
    session: ReadSession,
    max_age: MaxAge | None = None,
) -> Response:
    return etagged(request, await rails.home(session, limit(max_age, caller)))
