"""Runs a worker beside an app, and counts what it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Histogram
from sqlalchemy.exc import SQLAlchemyError

from kit import log
from kit.jobs.stats import exposition, stats
from kit.jobs.tasks import EVERYWHERE, Tasks
from kit.jobs.worker import Limits, Worker
from kit.settings import ServiceSettings

BUCKETS = (0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800)


@asynccontextmanager
async def working(
    app: FastAPI, settings: ServiceSettings, tasks: Tasks, limits: Limits | None = None
) -> AsyncIterator[None]:
    """Work on the app's jobs until the block ends; then finish what was begun, or give it back.

    Expects in `app.state` what `build_app` puts there. Tasks of the kit are added. The queue's
    tables may come later and the database may go away: the worker waits for them.
    """
    state = app.state
    worker = Worker(
        tasks + EVERYWHERE,
        state,
        state.database,
        settings.database_url,
        name=f"{settings.SERVICE} worker",
        pool_size=settings.pool_size,
        limits=limits,
        note=_histogram(settings.SERVICE, state.metrics.registry),
    )

    async def numbers() -> bytes:
        try:
            return exposition(settings.SERVICE, await stats(state.database))
        except (SQLAlchemyError, OSError):
            return b""  # the rest of /metrics is worth having when the database is away

    known = set(state.clients)
    state.more_metrics.append(numbers)
    log.service.set(settings.SERVICE)
    loop = asyncio.create_task(worker.work(), name=f"{settings.SERVICE} worker")
    try:
        yield
    finally:
        state.more_metrics.remove(numbers)
        await worker.stop()
        await loop
        for kind in set(state.clients) - known:  # what tasks opened for themselves
            await state.clients.pop(kind).close()


def _histogram(service: str, registry: CollectorRegistry) -> Callable[[str, str, float], None]:
    seconds_of = Histogram(
        "job_seconds", "How long runs of jobs took.", ["service", "task", "outcome"],
        buckets=BUCKETS, registry=registry,
    )  # fmt: skip
    series: dict[tuple[str, str], Histogram] = {}

    def note(task: str, outcome: str, seconds: float) -> None:
        found = series.get((task, outcome))
        if found is None:
            found = series[task, outcome] = seconds_of.labels(service, task, outcome)
        found.observe(seconds)

    return note
