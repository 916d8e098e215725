"""publisher_service, put together: `uvicorn --factory publisher_service.app:create_app`."""

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.web import build_app
from publisher_service.settings import Settings
from publisher_service.tasks import tasks


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    return build_app(settings, clients=clients, tasks=tasks)
