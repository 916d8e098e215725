"""A bare Starlette app that runs the catalogue's own statement for a list, and sends bytes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog_service.queries.films import listing
from kit.contracts.catalog.films import FilmQuery
from kit.db import plain_url

LIMIT = 50
ASKED = listing(FilmQuery(), "newest", None, LIMIT)
SQL = ASKED.sql.replace(":limit", "$1")


def app() -> Starlette:
    """Serve `/films` as barely as it can be: a pool, the statement, the bytes."""

    @asynccontextmanager
    async def lifespan(bare: Starlette) -> AsyncIterator[None]:
        url = plain_url(os.environ["CATALOG_DATABASE_URL"])
        async with asyncpg.create_pool(url, min_size=8, max_size=16) as pool:
            bare.state.pool = pool
            yield

    async def films(request: Request) -> Response:
        rows = await request.app.state.pool.fetch(SQL, LIMIT + 1)
        return Response(ASKED.page(rows), media_type="application/json")

    async def health(request: Request) -> Response:
        return Response(b"{}")

    routes = [Route("/films", films), Route("/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)
