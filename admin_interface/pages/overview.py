"""The first page: what is on screen, what is being worked on, what waits for a decision."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from admin_interface.pages.desk import show
from admin_interface.pages.staff import Staff, acting
from admin_interface.rules import parts
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import FilmCard, FilmQuery
from kit.contracts.gateway import GatewayClient, JobQuery, JobState, JobSummary
from kit.contracts.tokens import TokenQuery, TokensClient, TokenState
from kit.errors import AppError
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]
Gateway = Annotated[GatewayClient, acting(GatewayClient)]
Tokens = Annotated[TokensClient, acting(TokensClient)]
Found = TypeVar("Found")
LATEST = 7


class Figure(Schema):
    """A count; `is_more` when there are more than were counted, none when nobody answered."""

    count: int | None
    is_more: bool = False


class OverviewView(Schema):
    published: Figure
    drafts: Figure
    codes: Figure
    running: list[JobSummary]
    failed: list[JobSummary]
    waiting_films: list[FilmCard]
    latest: list[FilmCard]
    deletions: int
    silent: list[str]
    portal: str
    sentinel: str


@router.get("/")
async def overview(
    request: Request, staff: Staff, catalog: Catalog, gateway: Gateway, tokens: Tokens
) -> Response:
    if not parts.is_open("/", staff):
        return RedirectResponse(parts.first_page(staff), 303)
    silent: set[str] = set()

    async def ask(service: str, question: Awaitable[Found]) -> Found | None:
        try:
            return await question
        except AppError:
            silent.add(service)
            return None

    published, drafts, deletions, running, failed, codes = await asyncio.gather(
        ask("catalog_service", catalog.films(FilmQuery(status="published"), limit=200)),
        ask("catalog_service", catalog.films(FilmQuery(status="draft"), sort="updated", limit=200)),
        ask("catalog_service", catalog.deletions()),
        ask("gateway", gateway.jobs(JobQuery(state=JobState.processing), limit=5)),
        ask("gateway", gateway.jobs(JobQuery(state=JobState.error), limit=5)),
        ask("tokens_service", tokens.tokens(TokenQuery(state=TokenState.active), limit=200)),
    )
    settings = request.app.state.settings
    view = OverviewView(
        published=_figure(published),
        drafts=_figure(drafts),
        codes=_figure(codes),
        running=running.items if running else [],
        failed=failed.items if failed else [],
        waiting_films=drafts.items[:5] if drafts else [],
        latest=published.items[:LATEST] if published else [],
        deletions=len(deletions.items) if deletions else 0,
        silent=sorted(silent),
        portal=settings.portal_public_url,
        sentinel=settings.sentinel_public_url,
    )
    return show(request, "pages/overview.html", view)


def _figure(page: object) -> Figure:
    items = getattr(page, "items", None)
    if items is None:
        return Figure(count=None)
    return Figure(count=len(items), is_more=bool(getattr(page, "next_cursor", None)))
