"""One app's HTTP, without a network."""

import httpx
from fastapi import FastAPI


def http(app: FastAPI) -> httpx.AsyncClient:
    """Return an HTTP client that calls `app` directly; its lifespan is the `start` fixture's."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
