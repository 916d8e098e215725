"""One run of one step: what it is given, and what came of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID

from gateway import rules
from gateway.queries import moves
from kit import clock
from kit.client import ServiceClient
from kit.contracts.gateway import JobState
from kit.jobs import Again, GiveUp, Job, Later

Client = TypeVar("Client", bound=ServiceClient)
Facts = dict[str, Any]
Deed = Callable[["Context"], Awaitable[Facts | None]]
SLOW_SECONDS = 0.05  # a step that takes longer is shown as running; a quicker one only as done


@dataclass(frozen=True)
class StepOf:
    """A step of a pipeline: an idempotent deed. `weight` is its share of the job's progress.

    `is_optional`: when it fails for good, the job is done all the same; it shows that it went
    without, and the step can be tried again.
    """

    name: str
    deed: Deed
    tries: int = 8
    timeout_seconds: float = 60
    weight: int = 10
    is_optional: bool = False


@dataclass
class Context:
    """What a step is given: the job's arguments, and what earlier steps found out (`facts`)."""

    job: Job
    job_id: UUID
    arguments: Facts
    facts: Facts
    begun_at: datetime
    progress: int = 0
    lines: list[moves.Line] = field(default_factory=list)

    def client(self, kind: type[Client]) -> Client:
        return self.job.client(kind)

    @property
    def settings(self) -> Any:  # noqa: ANN401  (the gateway's own Settings)
        return self.job.settings

    def say(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Add a line to the job's log; it is written with the outcome."""
        self.lines.append(moves.Line(clock.now(), level, text[:2000].replace("\0", "")))


@dataclass(frozen=True)
class Place:
    """Where a job is in its pipeline."""

    pipeline: str
    steps: tuple[StepOf, ...]
    step: StepOf
    generation: int

    @property
    def following(self) -> StepOf | None:
        position = self.steps.index(self.step)
        return self.steps[position + 1] if position + 1 < len(self.steps) else None

    def overall(self, progress: int) -> int:
        weights = {step.name: step.weight for step in self.steps}
        return rules.overall(weights, self.step.name, progress)


async def run(context: Context, place: Place) -> moves.Move | Again:
    """Call the step; return what has to be written."""
    started = clock.now()
    marking = _Marking(context, place, started)
    try:
        async with asyncio.timeout(place.step.timeout_seconds):
            facts = await place.step.deed(context)
    except Later as later:
        waits = clock.now() + timedelta(seconds=later.seconds)
        move = _move(context, place, started, state=JobState.processing, waits_until=waits)
        return Again(later.seconds, move)
    except GiveUp as given_up:
        return _failed(context, place, started, given_up.reason)
    except Exception as error:  # noqa: BLE001  (the edge: a step may fail in any way)
        return _tried(context, place, started, _in_words(error, place.step))
    finally:
        await marking.stop()
    context.progress = 100
    return _move(context, place, started, state=JobState.done, facts=facts or {})


class _Marking:
    """Shows a step as running once it has run for a moment."""

    def __init__(self, context: Context, place: Place, started: datetime) -> None:
        self.work = (context, place, started)
        self.writing: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(SLOW_SECONDS, self._begin)

    async def stop(self) -> None:
        self.timer.cancel()
        if self.writing is not None:
            await asyncio.gather(self.writing, return_exceptions=True)

    def _begin(self) -> None:
        self.writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        context, place, started = self.work
        async with context.job.transaction() as session:
            await moves.mark_started(session, context.job_id, place.generation, started)


def _tried(context: Context, place: Place, started: datetime, reason: str) -> moves.Move | Again:
    attempt, step = context.job.attempt, place.step
    if attempt >= step.tries:
        return _failed(context, place, started, reason)
    seconds = rules.retry_seconds(attempt, random.random())  # noqa: S311  (only spreads load)
    waits = clock.now() + timedelta(seconds=seconds)
    context.say(f"Try {attempt} of {step.tries} failed: {reason}", "warning")
    move = _move(
        context, place, started, state=JobState.processing, waits_until=waits, error=reason
    )
    return Again(seconds, move, is_failure=True)


def _failed(context: Context, place: Place, started: datetime, reason: str) -> moves.Move:
    context.say(f"Given up: {reason}", "error")
    return _move(context, place, started, state=JobState.error, error=reason)


def _move(
    context: Context,
    place: Place,
    started: datetime,
    *,
    state: JobState,
    waits_until: datetime | None = None,
    error: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> moves.Move:
    goes_on = state is JobState.done or (state is JobState.error and place.step.is_optional)
    following = place.following if goes_on else None
    progress = 100 if goes_on else context.progress
    return moves.Move(
        job_id=context.job_id,
        generation=place.generation,
        pipeline=place.pipeline,
        step=place.step.name,
        state=state,
        progress=context.progress,
        tries=0 if waits_until is not None and error is None else 1,
        error=error,
        started_at=started,
        waits_until=waits_until,
        next_step=following.name if following else None,
        job_progress=place.overall(progress),
        arguments=context.arguments,
        facts={**context.facts, **(facts or {})},
        lines=tuple(context.lines),
        is_optional=place.step.is_optional,
    )


def _in_words(error: Exception, step: StepOf) -> str:
    if isinstance(error, TimeoutError):
        return f"It took longer than {step.timeout_seconds:g} s."
    text = str(error) or type(error).__name__
    return text[:2000].replace("\0", "")
