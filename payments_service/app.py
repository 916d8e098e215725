"""payments_service, put together: `uvicorn --factory payments_service.app:create_app`."""

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.tokens import TokensClient
from kit.web import build_app
from payments_service.settings import Settings
from payments_service.tasks import ledger as ledger_tasks


# Each part adds its own: `+ orders_tasks.tasks`, and its router to `build_app`.
TASKS = ledger_tasks.tasks


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    wired = clients or (
        CatalogClient.at(settings, settings.catalog_url),
        TokensClient.at(settings, settings.tokens_url),
    )
    return build_app(settings, clients=wired, tasks=TASKS)
