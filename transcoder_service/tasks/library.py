"""Jobs of the library itself: webhooks sent, files deleted, uploads finished or forgotten."""

from uuid import UUID

from kit.jobs import Job, Later, Tasks
from transcoder_service.actions import housekeeping, uploads, webhooks
from transcoder_service.actions.uploads import Desk
from transcoder_service.queries.uploads import UploadNotFound

tasks = Tasks()


@tasks.task(tries=20, transactional=False)
async def deliver_webhook(job: Job, delivery_id: str) -> None:
    again = await webhooks.deliver(
        job.transaction, job.state.tools.messenger, job.settings, UUID(delivery_id)
    )
    if again is not None:
        raise Later(again)


@tasks.task(tries=20, timeout_seconds=3600, concurrency=2, transactional=False)
async def delete_files(job: Job, prefix: str, upload_ids: list[str]) -> None:
    await housekeeping.delete_files(_desk(job), prefix, [UUID(one) for one in upload_ids])


@tasks.task(tries=5, timeout_seconds=6 * 3600, concurrency=1, transactional=False)
async def finish_upload(job: Job, upload_id: str) -> None:
    try:
        await uploads.finish(_desk(job), UUID(upload_id))
    except UploadNotFound:
        return


@tasks.every(60, transactional=False)
async def finish_left_undone(job: Job) -> None:
    await housekeeping.finish_left_undone(_desk(job))


@tasks.every(3600, transactional=False)
async def clean_uploads(job: Job) -> None:
    await housekeeping.clean(_desk(job))


def _desk(job: Job) -> Desk:
    desk: Desk = job.state.tools.desk(job.database)
    return desk
