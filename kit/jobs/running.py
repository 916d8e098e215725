"""Runs a worker beside an app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from kit.jobs.tasks import Tasks
from kit.settings import ServiceSettings


@asynccontextmanager
async def working(app: FastAPI, settings: ServiceSettings, tasks: Tasks) -> AsyncIterator[None]:
    """Work on the app's jobs until the block ends; then finish what was begun, or give it back."""
    yield
