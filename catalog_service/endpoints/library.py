"""The video library: its webhooks, the sync, and videos that are gone."""

from uuid import UUID

from fastapi import Request, Response

from catalog_service.actions import deletions as deleting
from catalog_service.actions import sync
from catalog_service.endpoints.shared import All, Cursor, Editor, Reader, SettingsDep, Syncer
from kit.contracts.catalog.errors import WebhookForged
from kit.contracts.catalog.sync import Deletion, DeletionResolution, Deletions, SyncStatus
from kit.contracts.transcoder.signatures import is_webhook_genuine
from kit.pages import Limit
from kit.web import ReadSession, Router, Session

router = Router(tags=["video library"])


@router.post("/webhooks/video", status_code=204, summary="What the video library tells")
async def webhook(request: Request, session: Session, settings: SettingsDep) -> Response:
    """Answer 401 unless signed with the library's read-only key. Its word only makes us look."""
    body = await request.body()
    secret = settings.bunny_read_only_key.get_secret_value()
    if not is_webhook_genuine(secret, request.headers, body):
        raise WebhookForged
    await sync.hear(session, body, settings.bunny_library_id)
    return Response(status_code=204)


@router.get("/sync", summary="The comparison with the library that goes on, or the last one")
async def sync_status(caller: Reader, session: ReadSession) -> SyncStatus:
    return await sync.status(session)


@router.post("/sync", status_code=202, summary="Compare with the whole library")
async def start_sync(caller: Syncer, session: Session) -> SyncStatus:
    return await sync.start(session)


@router.get("/deletions", summary="Films whose video is gone from the library")
async def deletions(
    caller: Reader,
    session: ReadSession,
    everything: All = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Deletions:
    return await deleting.listed(session, everything=everything, cursor=cursor, limit=limit)


@router.put("/deletions/{deletion_id}", summary="Decide about a film whose video is gone")
async def resolve(
    deletion_id: UUID, decided: DeletionResolution, caller: Editor, session: Session
) -> Deletion:
    return await deleting.resolve(session, caller, deletion_id, decided.resolution)
