"""tokens_service, put together: `uvicorn --factory tokens_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware

from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.health import Check
from kit.web import build_app
from tokens_service import migrations, tasks
from tokens_service.actions.guard import Guard, Rules
from tokens_service.actions.issuer import Issuer
from tokens_service.actions.rate import Rate
from tokens_service.actions.verify import Verifier
from tokens_service.endpoints import batches, links, tokens, verify
from tokens_service.endpoints.quick import Quick
from tokens_service.models import Statement, Store
from tokens_service.pages.brand import Brand
from tokens_service.providers.hrana import HranaStore
from tokens_service.providers.sqlite import SqliteStore
from tokens_service.rules.keys import Keys
from tokens_service.settings import Settings


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    wired = clients or (AccountsClient.at(settings, settings.accounts_url),)
    store = store_at(settings)
    app = build_app(
        settings, verify.router, tokens.router, batches.router, links.router,
        clients=wired, setup=_setup, checks={"store": _check(store)},
    )  # fmt: skip
    _fill_state(app, settings, store)
    quick = Middleware(Quick, verifier=app.state.verifier, rate=app.state.rate)
    app.user_middleware.append(quick)  # inside kit's edge, around everything else
    return app


def store_at(settings: Settings) -> Store:
    """Return the store that TOKENS_DATABASE_URL names."""
    url = settings.database_url
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        return SqliteStore(Path(rest.removeprefix("//")))
    if scheme in {"libsql", "https", "http"}:
        token = settings.database_token.get_secret_value()
        return HranaStore(url, token, settings.database_timeout)
    raise ValueError(f"TOKENS_DATABASE_URL: {scheme}: is neither file: nor libsql://")


def _fill_state(app: FastAPI, settings: Settings, store: Store) -> None:
    state = app.state
    secret, old = settings.secret_key, settings.secret_keys_old
    keys = Keys.of(secret.get_secret_value(), old.get_secret_value())
    state.issuer = Issuer(store, keys, settings.code_prefix, settings.default_days)
    rules = Rules(
        per_address=settings.guesses_per_address,
        per_network=settings.guesses_per_network,
        in_all=settings.guesses_in_all,
        under_siege=settings.guesses_under_siege,
    )
    state.verifier = Verifier(store, keys, Guard(state.limiter, rules))
    state.rate = Rate(settings.verifications_per_minute)
    state.brand = Brand(settings.brand_name, settings.portal_public_url)


@asynccontextmanager
async def _setup(app: FastAPI) -> AsyncIterator[None]:
    issuer: Issuer = app.state.issuer
    accounts: AccountsClient = app.state.clients[AccountsClient]
    try:
        await issuer.store.open(migrations.ALL)
        async with tasks.running(issuer, accounts):
            yield
    finally:
        await issuer.store.close()


def _check(store: Store) -> Check:
    async def check() -> None:
        await store.read(Statement("SELECT 1 AS one", {}))

    return check
