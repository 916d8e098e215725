"""The pipelines, each an ordered list of steps, and the events that start them.

`publish_film` grows here: narrate (proposed title, description, tags) comes between transcode and
publish, announce after it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gateway.actions import film
from gateway.actions.steps import StepOf
from kit.contracts.gateway import FilmUploaded, PayloadInvalid


@dataclass(frozen=True)
class Start:
    """What a job is about. `key`: while a job of that key is unfinished, no second one is made."""

    key: str
    subject: str
    title: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Pipeline:
    """`starts`: by event name, what a payload starts."""

    name: str
    steps: tuple[StepOf, ...]
    starts: Mapping[str, Callable[[dict[str, Any]], Start]]

    def step(self, name: str) -> StepOf | None:
        return next((step for step in self.steps if step.name == name), None)


def _film_uploaded(payload: dict[str, Any]) -> Start:
    try:
        uploaded = FilmUploaded.model_validate(payload)
    except ValidationError as error:
        errors = [
            {"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        raise PayloadInvalid(errors=errors) from error
    return Start(
        key=f"publish_film:{uploaded.film_id}:{uploaded.video_guid}",
        subject=film.subject(uploaded.film_id),
        title=uploaded.title,
        arguments=uploaded.model_dump(mode="json"),
    )


PUBLISH_FILM = Pipeline(
    name="publish_film",
    steps=(
        StepOf("transcode", film.transcode, tries=20, timeout_seconds=30, weight=90),
        StepOf("publish", film.publish, tries=20, timeout_seconds=30, weight=10),
    ),
    starts={"FilmUploaded": _film_uploaded},
)


class Pipelines:
    """The pipelines of one gateway."""

    def __init__(self, *pipelines: Pipeline) -> None:
        self.by_name = {pipeline.name: pipeline for pipeline in pipelines}

    def started_by(self, event: str) -> list[Pipeline]:
        return [one for one in self.by_name.values() if event in one.starts]


ALL = Pipelines(PUBLISH_FILM)
