"""The servers of `webhooks_inbox`: payments_service's inbox, and the barest one there could be."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments_service import app as payments
from payments_service.settings import Settings

INSERT = "INSERT INTO plain_webhook (body) VALUES ($1)"
TABLE = """
    CREATE TABLE IF NOT EXISTS plain_webhook (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
    )
"""


def url() -> str:
    return os.environ["BENCH_DATABASE_URL"]


def inbox() -> FastAPI:
    """Serve the whole payments_service; webhooks are handled by workers elsewhere."""
    settings = Settings(
        database_url=url(),
        rate_limits=False,
        sandbox=False,
        accounts_url="http://127.0.0.1:9",
        fedapay_secret_key="sk_sandbox_benchmark",
        fedapay_webhook_secret="wh_sandbox_benchmark",
        log_level="ERROR",
    )
    vars(payments)["TASKS"] = None
    return payments.create_app(settings)


def bare() -> Starlette:
    """Insert the body as one row, by asyncpg: what is durable, and nothing else."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(url(), min_size=10, max_size=10)
        yield
        await app.state.pool.close()

    async def take(request: Request) -> Response:
        await request.app.state.pool.execute(INSERT, await request.body())
        return Response(status_code=202)

    async def health(request: Request) -> Response:
        return Response()

    routes = [
        Route("/health", health),
        Route("/webhooks/fedapay", take, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
