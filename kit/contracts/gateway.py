"""What the gateway promises to the others: events in, jobs and their steps out."""

from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, StringConstraints

from kit.errors import Conflict, Invalid, NotFound
from kit.listening import ListeningClient
from kit.pages import Page
from kit.schema import Count, Flag, PersonalData, Schema

EventName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,99}$")]
AccessLevel = Literal["public", "vip", "ppv"]


class EventNew(Schema):
    """Something that happened. `id` makes telling it twice harmless."""

    id: UUID
    name: EventName
    at: datetime
    source: Annotated[str, StringConstraints(max_length=100)] = ""
    payload: dict[str, Any]
    request_id: Annotated[str, StringConstraints(max_length=100)] | None = None


class EventTaken(Schema):
    """`known`: some pipeline starts from it. `job_ids` are the jobs that were started, now or
    when it came first (`is_repeated`).
    """

    id: UUID
    name: str
    known: bool
    is_repeated: bool
    job_ids: list[UUID]


class SocialPosts(Schema):
    """Accounts on social networks (`targets`) that get a post; `texts`: what one gets instead."""

    targets: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    text: Annotated[str, StringConstraints(max_length=20_000)] = Field(
        "", description="without it, the film's title and who made it"
    )
    texts: dict[UUID, Annotated[str, StringConstraints(max_length=20_000)]] = {}


class Announce(Schema):
    """Who hears that a film is there: followers of its series and makers, social networks.

    Each happens once in a film's life, and only once people really see the film.
    """

    followers: Flag = True
    social: SocialPosts | None = None


class FilmUploaded(Schema):
    """Payload of the event `FilmUploaded`: a film's video is in the library, or on its way.

    Without `announce` followers are told of a film that was never published before.
    """

    film_id: UUID
    video_guid: UUID
    access_level: AccessLevel | None = None
    publish: Flag = True
    title: Annotated[str, StringConstraints(max_length=300)] = ""
    announce: Announce | None = None


class AnnouncementAsked(Schema):
    """Payload of the event `AnnouncementAsked`: tell of a film that is published, or will be."""

    film_id: UUID
    title: Annotated[str, StringConstraints(max_length=300)] = ""
    announce: Announce = Announce()


def announcement_id(film_id: UUID, what: Literal["followers", "posts"] = "followers") -> UUID:
    """Return the one id that a film's announcement, or its posts, ever have at publisher_service.

    So it knows them again, however often a film is published, encoded or tried.
    """
    return uuid5(NAMESPACE_URL, f"karangou:announcement:{film_id}:{what}")


class JobState(StrEnum):
    queued = "queued"
    processing = "processing"
    done = "done"
    error = "error"
    cancelled = "cancelled"


class LogLine(Schema):
    """One line of what happened, in words."""

    at: datetime
    level: Literal["info", "warning", "error"]
    step: str
    text: str


class Step(Schema):
    """One step of a job. `waits_until`: it asked to be called again then."""

    name: str
    state: JobState
    attempts: Count
    progress: Annotated[int, Field(ge=0, le=100)]
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None
    waits_until: datetime | None
    duration_ms: Count | None


class JobSummary(Schema):
    """`progress` is of the whole job, 0 to 100; `step` is where it stands.

    `error`: why it failed; of a job that is done, why it went without its optional last step.
    """

    id: UUID
    pipeline: str
    subject: str
    title: str
    state: JobState
    step: str
    progress: Annotated[int, Field(ge=0, le=100)]
    error: str | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Job(JobSummary):
    """A job with all that is known about it."""

    arguments: dict[str, Any]
    event_id: UUID | None
    steps: list[Step]
    logs: list[LogLine]


class JobQuery(Schema):
    """Filters of `GET /jobs`; newest first."""

    state: JobState | None = None
    pipeline: Annotated[str, StringConstraints(max_length=100)] | None = None
    subject: Annotated[str, StringConstraints(max_length=200)] | None = None
    since: datetime | None = None
    until: datetime | None = None


class RetryNew(Schema):
    """`from_step`: start again there; without it, where the job failed."""

    from_step: Annotated[str, StringConstraints(max_length=100)] | None = None


class DeadLetter(Schema):
    """A step that failed for good, kept until somebody replays it."""

    id: UUID
    job_id: UUID
    pipeline: str
    subject: str
    step: str
    attempts: Count
    reason: str
    failed_at: datetime
    replayed_at: datetime | None


class ReplayNew(Schema):
    """Which dead letters to replay at once; with neither given, all that wait."""

    pipeline: Annotated[str, StringConstraints(max_length=100)] | None = None
    step: Annotated[str, StringConstraints(max_length=100)] | None = None


class Replayed(Schema):
    """The jobs that run again."""

    job_ids: list[UUID]


Jobs = Page[JobSummary]
DeadLetters = Page[DeadLetter]


class JobNotFound(NotFound):
    """There is no such job."""


class DeadLetterNotFound(NotFound):
    """There is no such dead letter."""


class JobFinished(Conflict):
    """This job has finished already; it cannot be cancelled."""


class JobStillRunning(Conflict):
    """This job is still running; cancel it first, or wait."""


class AlreadyReplayed(Conflict):
    """This dead letter was replayed already; look at its job."""


class UnknownStep(Invalid):
    """This job has no step of that name."""


class StepNotReached(Conflict):
    """The job never came as far as that step; start from an earlier one."""


class EventDiffers(Conflict):
    """Another event with this id was received before."""


class PayloadInvalid(Invalid):
    """The payload does not fit the event's name; `errors` says where."""


class GatewayClient(ListeningClient):
    """Speaks to the gateway; `.acting(token)` for what a person does."""

    SERVICE = "gateway"

    async def tell(self, event: EventNew) -> EventTaken:
        """Send an event; its id is its idempotency key, so this may be repeated."""
        return await self.post("/event", event, EventTaken, key=str(event.id))

    async def jobs(
        self, filters: JobQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Jobs:
        chosen = dict(filters or JobQuery())
        return await self.get("/jobs", Jobs, **chosen, cursor=cursor, limit=limit)

    async def job(self, job_id: UUID) -> Job:
        return await self.get(f"/jobs/{job_id}", Job)

    async def cancel(self, job_id: UUID) -> Job:
        return await self.post(f"/jobs/{job_id}/cancellation", None, Job)

    async def retry(self, job_id: UUID, from_step: str | None = None) -> Job:
        return await self.post(f"/jobs/{job_id}/retries", RetryNew(from_step=from_step), Job)

    async def dead_letters(self, cursor: str | None = None, limit: int = 50) -> DeadLetters:
        return await self.get("/dead-letters", DeadLetters, cursor=cursor, limit=limit)

    async def replay(self, letter_id: UUID) -> Job:
        return await self.post(f"/dead-letters/{letter_id}/replays", None, Job)

    async def personal_data(self, account_id: UUID) -> PersonalData:
        """Return what is known of a person; for services of the suite."""
        return await self.get(f"/personal-data/{account_id}", PersonalData)

    async def forget_person(self, account_id: UUID) -> None:
        """Make anonymous what names them; events and jobs stay."""
        await self.delete(f"/personal-data/{account_id}")

    async def replay_all(self, new: ReplayNew) -> Replayed:
        return await self.post("/dead-letters/replays", new, Replayed)

    def stream(self, job_id: UUID | None = None, last_event_id: str = "") -> AsyncIterator[bytes]:
        """Yield the gateway's server-sent events as they come, to be passed on as they are.

        Each is `event: job` with a JobSummary (of one job: a Job) as data.
        """
        path = "/jobs/stream" if job_id is None else f"/jobs/{job_id}/stream"
        return self.listen(path, {"Last-Event-ID": last_event_id})
