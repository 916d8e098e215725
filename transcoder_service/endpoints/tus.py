"""`/tusupload`: resumable uploads by TUS 1.0.0, with Bunny's four headers on every request."""

import time
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from kit.contracts.transcoder.signatures import same, tus_signature
from kit.errors import Unauthenticated
from kit.web import ReadSession, Router, Session
from transcoder_service.actions import uploads
from transcoder_service.endpoints.arriving import arriving
from transcoder_service.endpoints.given import DeskDep, SettingsDep
from transcoder_service.queries.uploads import UploadNotFound
from transcoder_service.rules import tus

PATH = "/tusupload"
router = Router(prefix=PATH, tags=["tus"])


class UploadSignatureRefused(Unauthenticated):
    """The upload's signature is missing, wrong or expired; ask for a new one."""


async def _check_version(
    tus_resumable: Annotated[str, Header(max_length=20)] = "",
) -> None:
    if tus_resumable != tus.VERSION:
        raise tus.UnknownTusVersion


async def _signed_video(
    settings: SettingsDep,
    signature: Annotated[str, Header(alias="AuthorizationSignature")] = "",
    expires: Annotated[str, Header(alias="AuthorizationExpire")] = "",
    library_id: Annotated[str, Header(alias="LibraryId")] = "",
    video_id: Annotated[str, Header(alias="VideoId")] = "",
) -> str:
    """Return the video that the signature lets be uploaded."""
    if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        raise UploadSignatureRefused
    key = settings.api_key.get_secret_value()
    expected = tus_signature(settings.library_id, key, int(expires), video_id)
    good = same(signature, expected) and library_id == str(settings.library_id)
    if not good or int(expires) <= time.time():
        raise UploadSignatureRefused
    return video_id


TusVersion = Depends(_check_version)
SignedVideo = Annotated[str, Depends(_signed_video)]


@router.options("", include_in_schema=False)
@router.options("/{upload_id}", include_in_schema=False)
async def describe_tus(settings: SettingsDep) -> Response:
    headers = {
        "Tus-Resumable": tus.VERSION,
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(settings.max_upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUMS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "", status_code=201, response_class=Response, dependencies=[TusVersion], summary="Begin"
)
async def begin_upload(
    video_id: SignedVideo,
    session: Session,
    settings: SettingsDep,
    upload_length: Annotated[str | None, Header()] = None,
    upload_metadata: Annotated[str | None, Header()] = None,
) -> Response:
    length = tus.upload_length(upload_length, settings.max_upload_bytes)
    details = tus.metadata(upload_metadata)
    begun = await uploads.begin_tus(session, video_id, length, details, settings)
    return _answer(201, begun, Location=f"{PATH}/{begun.id}")


@router.head(
    "/{upload_id}", response_class=Response, dependencies=[TusVersion], summary="How far it is"
)
async def upload_progress(upload_id: str, video_id: SignedVideo, session: ReadSession) -> Response:
    found = await uploads.progress(session, _id(upload_id), video_id)
    return _answer(200, found, **{"Upload-Length": str(found.length), "Cache-Control": "no-store"})


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    dependencies=[TusVersion],
    summary="Go on",
)
async def continue_upload(
    upload_id: str,
    video_id: SignedVideo,
    request: Request,
    desk: DeskDep,
    upload_offset: Annotated[str | None, Header()] = None,
    upload_checksum: Annotated[str | None, Header()] = None,
) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip() != tus.OFFSET_TYPE:
        raise tus.WrongUploadType
    checksum = tus.Checksum.promised(upload_checksum)
    async with desk.transaction() as session:
        found = await uploads.progress(session, _id(upload_id), video_id)
    if tus.whole_number(upload_offset, "Upload-Offset") != found.offset:
        raise tus.OffsetDiffers
    offset = await uploads.receive(desk, found, arriving(request), checksum)
    return _answer(204, found, **{"Upload-Offset": str(offset)})


@router.delete(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    dependencies=[TusVersion],
    summary="Throw it away",
)
async def terminate_upload(upload_id: str, video_id: SignedVideo, desk: DeskDep) -> Response:
    async with desk.transaction() as session:
        found = await uploads.progress(session, _id(upload_id), video_id)
    await uploads.terminate(desk, found.id)
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UploadNotFound from error


def _answer(status: int, upload: uploads.Progress, **headers: str) -> Response:
    usual = {
        "Tus-Resumable": tus.VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": tus.http_date(upload.expires_at),
    }
    return Response(status_code=status, headers=usual | headers)
