"""The bare apps that ours are measured against."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kit.settings import ServiceSettings
from kit.web import build_app


class Settings(ServiceSettings):
    SERVICE = "hello"


def starlette_app() -> Starlette:
    """Answer a small JSON object, as a plain Starlette route does."""

    async def hello(request: Request) -> JSONResponse:
        return JSONResponse({"hello": "world"})

    return Starlette(routes=[Route("/hello", hello), Route("/health", hello)])


def fastapi_app() -> FastAPI:
    """Answer a hello, as the first page of FastAPI's manual does."""
    app = FastAPI()
    app.add_api_route("/health", _hello)
    app.add_api_route("/hello", _hello)
    return app


def kit_app() -> FastAPI:
    """Answer the same hello through everything that `kit.web` puts around a service."""
    app = build_app(Settings())
    app.add_api_route("/hello", _hello)
    return app


async def _hello() -> dict[str, str]:
    return {"hello": "world"}
