"""payments_service, put together: `uvicorn --factory payments_service.app:create_app`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.tokens import TokensClient
from kit.web import build_app
from payments_service.actions.ledger import watching
from payments_service.actions.orders.inbox import Inbox
from payments_service.actions.orders.live import Hub
from payments_service.actions.orders.sellers import Seller
from payments_service.actions.orders.table import SELLERS
from payments_service.actions.tools import Tools
from payments_service.endpoints import (
    bundles,
    coins,
    earnings,
    ledger,
    orders,
    packs,
    papers,
    payouts,
    privacy,
    promotions,
    refunds,
    revenue,
    sandbox,
    shop,
    spends,
    streams,
    subscriptions,
    vouchers,
    webhooks,
)
from payments_service.providers.provider import Provider
from payments_service.providers.registry import open_providers
from payments_service.settings import Settings
from payments_service.tasks import coins as coins_tasks
from payments_service.tasks import earnings as earnings_tasks
from payments_service.tasks import ledger as ledger_tasks
from payments_service.tasks import orders as orders_tasks
from payments_service.tasks import subscriptions as subscriptions_tasks

# Each part adds its own tasks here, and its router below.
TASKS = (
    ledger_tasks.tasks
    + orders_tasks.tasks
    + coins_tasks.tasks
    + earnings_tasks.tasks
    + subscriptions_tasks.tasks
)
ROUTERS = (
    webhooks.router,  # the first that are tried: providers send many, and coins are spent often
    spends.router,
    papers.router,
    refunds.router,
    earnings.router,
    payouts.router,
    ledger.router,
    orders.router,
    streams.router,
    sandbox.router,
    privacy.router,
    revenue.router,
    coins.router,
    packs.router,
    shop.router,
    bundles.router,
    subscriptions.router,
    promotions.router,
    vouchers.router,
)


def create_app(
    settings: Settings | None = None,
    *clients: ServiceClient,
    providers: Sequence[Provider] = (),
    sellers: Mapping[str, Seller] | None = None,
) -> FastAPI:
    """Return the app. `providers`, `sellers`: beside those that settings and table name."""
    settings = settings or Settings()
    wired = clients or (
        AccountsClient.at(settings, settings.accounts_url),
        CatalogClient.at(settings, settings.catalog_url),
        TokensClient.at(settings, settings.tokens_url),
    )
    setup = _setup(providers, sellers or {})
    return build_app(settings, *ROUTERS, clients=wired, tasks=TASKS, setup=setup)


def _setup(
    providers: Sequence[Provider], sellers: Mapping[str, Seller]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        database = app.state.database
        given = {provider.name: provider for provider in providers}
        tools = app.state.tools = Tools(
            settings,
            database,
            {**open_providers(settings, database), **given},
            {**SELLERS, **sellers},
            app.state.clients,
        )
        app.state.inbox = Inbox(database)
        app.state.hub = Hub(settings.database_url)
        app.state.more_metrics.append(watching.numbers(database))
        yield
        await app.state.hub.close()
        for provider in tools.providers.values():
            await provider.close()

    return setup
