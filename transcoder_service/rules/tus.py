"""The words of TUS 1.0.0, the protocol of resumable uploads (tus.io)."""

import binascii
import hashlib
from base64 import b64decode
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from kit.errors import AppError, BadRequest, Conflict, TooLarge, UnsupportedMedia

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
CHECKSUMS = ("sha1", "sha256", "md5")
OFFSET_TYPE = "application/offset+octet-stream"
MAX_METADATA = 50
REQUEST_HEADERS = (
    "AuthorizationSignature", "AuthorizationExpire", "LibraryId", "VideoId", "Tus-Resumable",
    "Upload-Length", "Upload-Metadata", "Upload-Offset", "Upload-Checksum", "Content-Type",
    "X-Requested-With", "X-HTTP-Method-Override", "X-Request-ID",
)  # fmt: skip
ANSWER_HEADERS = (
    "Location", "Upload-Offset", "Upload-Length", "Upload-Expires", "Upload-Metadata",
    "Tus-Version", "Tus-Resumable", "Tus-Max-Size", "Tus-Extension", "Tus-Checksum-Algorithm",
)  # fmt: skip


class BadUploadHeader(BadRequest):
    """A header of this upload is missing or malformed; see tus.io, protocol 1.0.0."""


class UnknownTusVersion(AppError):
    """Only version 1.0.0 of the TUS protocol is spoken here (header Tus-Resumable)."""

    status = 412


class WrongUploadType(UnsupportedMedia):
    """Send Content-Type: application/offset+octet-stream."""


class OffsetDiffers(Conflict):
    """The upload is at another offset; ask with HEAD where to go on."""


class UploadBusy(AppError):
    """Another request is writing to this upload; wait a moment, then ask with HEAD."""

    status = 423


class ChecksumDiffers(AppError):
    """This part arrived damaged and was thrown away; send it again."""

    status = 460

    def __init__(self) -> None:
        super().__init__()


class DiskFull(AppError):
    """The disk of the video library is full; uploads go on once there is room again."""

    status = 507


class UploadTooLarge(TooLarge):
    """This file is larger than the library accepts."""


def whole_number(text: str | None, header: str) -> int:
    """Return the number in a header; raise BadUploadHeader when there is none."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadUploadHeader(f"{header} must be a whole number.")
    return int(text)


def upload_length(text: str | None, maximum: int) -> int:
    length = whole_number(text, "Upload-Length")
    if length == 0:
        raise BadUploadHeader("An empty file cannot be a film.")
    if length > maximum:
        raise UploadTooLarge(limit=maximum)
    return length


def metadata(header: str | None) -> dict[str, str]:
    """Return what Upload-Metadata says: `key base64, key base64, key`."""
    found: dict[str, str] = {}
    for pair in (header or "").split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not key:
            continue
        try:
            found[key] = b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise BadUploadHeader("Upload-Metadata must be keys with Base64 values.") from error
    if len(found) > MAX_METADATA or any("\x00" in key + text for key, text in found.items()):
        raise BadUploadHeader("Upload-Metadata holds too much, or characters that cannot be kept.")
    return found


class Checksum:
    """What Upload-Checksum promises about one part."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self.expected = expected
        self.so_far: _Hash = hashlib.new(algorithm, usedforsecurity=False)

    @classmethod
    def promised(cls, header: str | None) -> "Checksum | None":
        if header is None:
            return None
        algorithm, _, encoded = header.strip().partition(" ")
        if algorithm not in CHECKSUMS:
            raise BadUploadHeader(f"Upload-Checksum must be one of {', '.join(CHECKSUMS)}.")
        try:
            return cls(algorithm, b64decode(encoded, validate=True))
        except (binascii.Error, ValueError) as error:
            raise BadUploadHeader("Upload-Checksum must be an algorithm and Base64.") from error

    def check(self) -> None:
        if self.so_far.digest() != self.expected:
            raise ChecksumDiffers


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
