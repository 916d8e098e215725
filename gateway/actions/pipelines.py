"""The pipelines, each an ordered list of steps, and the events that start them.

`publish_film` grows here: narrate (proposed title, description, tags) comes between transcode and
publish.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from gateway.actions import announcing, film
from gateway.actions.steps import StepOf
from kit.contracts.gateway import AnnouncementAsked, FilmUploaded, PayloadInvalid
from kit.schema import Schema

Payload = TypeVar("Payload", bound=Schema)


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
    uploaded = _fitting(FilmUploaded, payload)
    return Start(
        key=f"publish_film:{uploaded.film_id}:{uploaded.video_guid}",
        subject=film.subject(uploaded.film_id),
        title=uploaded.title,
        arguments=uploaded.model_dump(mode="json"),
    )


def _announcement_asked(payload: dict[str, Any]) -> Start:
    asked = _fitting(AnnouncementAsked, payload)
    return Start(
        key=f"announce_film:{asked.film_id}",
        subject=film.subject(asked.film_id),
        title=asked.title,
        arguments=asked.model_dump(mode="json"),
    )


def _fitting(kind: type[Payload], payload: dict[str, Any]) -> Payload:
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        errors = [
            {"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        raise PayloadInvalid(errors=errors) from error


# Its tries last about half an hour; a film that nobody heard of is online all the same.
ANNOUNCE = StepOf(
    "announce", announcing.announce, tries=12, timeout_seconds=30, weight=3, is_optional=True
)
PUBLISH_FILM = Pipeline(
    name="publish_film",
    steps=(
        StepOf("transcode", film.transcode, tries=20, timeout_seconds=30, weight=90),
        StepOf("publish", film.publish, tries=20, timeout_seconds=30, weight=7),
        ANNOUNCE,
    ),
    starts={"FilmUploaded": _film_uploaded},
)
ANNOUNCE_FILM = Pipeline(
    name="announce_film",
    steps=(ANNOUNCE,),
    starts={"AnnouncementAsked": _announcement_asked},
)


class Pipelines:
    """The pipelines of one gateway."""

    def __init__(self, *pipelines: Pipeline) -> None:
        self.by_name = {pipeline.name: pipeline for pipeline in pipelines}

    def started_by(self, event: str) -> list[Pipeline]:
        return [one for one in self.by_name.values() if event in one.starts]


ALL = Pipelines(PUBLISH_FILM, ANNOUNCE_FILM)
