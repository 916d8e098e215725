"""Background jobs: asked for in a transaction, run at least once, committed at most once.

    tasks = Tasks()

    @tasks.task(tries=5, timeout_seconds=60, concurrency=10)
    async def welcome(job: Job, person_id: str) -> None:
        await actions.welcome(job.session, job.client(PublisherClient), UUID(person_id))

    @tasks.every(3600)
    async def prune(job: Job) -> None: ...

    await enqueue(session, "welcome", {"person_id": str(person.id)})   # in the caller's transaction

`docs/jobs.md` says what is promised. This module only names what the others hold, because every
service writes `from kit.jobs import …` and should not care in which file a word lives.
"""

from kit.jobs.letters import DeadLetter, cancel, cancel_by_key, dead_letters, discard, replay
from kit.jobs.running import working
from kit.jobs.sending import enqueue, enqueue_many
from kit.jobs.stats import Stats, stats
from kit.jobs.tables import INSTALL, UNINSTALL
from kit.jobs.tasks import EVERYWHERE, Again, GiveUp, Job, Later, Task, Tasks

__all__ = [
    "EVERYWHERE",
    "INSTALL",
    "UNINSTALL",
    "Again",
    "DeadLetter",
    "GiveUp",
    "Job",
    "Later",
    "Stats",
    "Task",
    "Tasks",
    "cancel",
    "cancel_by_key",
    "dead_letters",
    "discard",
    "enqueue",
    "enqueue_many",
    "replay",
    "stats",
    "working",
]
