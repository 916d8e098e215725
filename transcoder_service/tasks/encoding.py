"""Jobs that encode."""

import asyncio
from pathlib import Path
from uuid import UUID

from kit.jobs import GiveUp, Job, Tasks
from transcoder_service.actions.encoding import story
from transcoder_service.actions.encoding.scratch import sweep
from transcoder_service.rules.sources import EncodingFailed, SourceRefused

tasks = Tasks()
TRIES = 3
CORRUPTED = EncodingFailed.issue


async def _failed(job: Job, reason: str) -> None:
    """Tell what a crash, a lost machine or a time-out has ended for good."""
    told = " ".join(word for word in reason.split() if "/" not in word)  # no paths of this machine
    words = f"Encoding was given up after {job.attempt} tries: {told}"
    await story.fail(_encoder(job, job.arguments["video_id"]), words, CORRUPTED)


@tasks.task(
    tries=TRIES,
    timeout_seconds=7 * 24 * 3600,
    concurrency=1,
    transactional=False,
    on_failure=_failed,
)
async def encode_video(job: Job, video_id: str) -> None:
    encoder = _encoder(job, video_id)
    try:
        await story.encode(encoder)
    except EncodingFailed as problem:
        if job.attempt < TRIES and not isinstance(problem, SourceRefused):
            raise
        await story.fail(encoder, problem.detail, problem.issue)
        raise GiveUp(problem.detail) from problem


@tasks.every(3600, transactional=False)
async def sweep_scratch(job: Job) -> None:
    await asyncio.to_thread(sweep, Path(job.settings.scratch_path))


def _encoder(job: Job, video_id: str) -> story.Encoder:
    return story.Encoder(
        job.transaction,
        job.state.storage,
        job.settings,
        UUID(video_id),
        story.generation_of(UUID(video_id), f"{job.id} {job.enqueued_at.isoformat()}"),
    )
