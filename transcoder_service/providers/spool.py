"""Uploads under way: files of this machine that grow as bytes arrive.

What was noted as received is on the disk (fsync), so that a restart, or a fall of the power,
costs at most what came since the last note. One writer at a time: an flock, which the kernel
lets go when its process dies.
"""

import asyncio
import errno
import fcntl
import os
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

from transcoder_service.rules.tus import DiskFull, UploadBusy

Note = Callable[[int], Awaitable[None]]
WRITE_BYTES = 1024 * 1024
NOTE_BYTES = 32 * 1024 * 1024
NOTE_SECONDS = 3.0
IDLE_SECONDS = 30.0


class Hash(Protocol):
    def update(self, piece: bytes, /) -> None: ...


class Spool:
    """The folder of unfinished uploads (TRANSCODER_UPLOADS_PATH)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)

    def file(self, upload_id: UUID) -> Path:
        return self.folder / upload_id.hex

    @contextmanager
    def hold(self, upload_id: UUID) -> Iterator["Held"]:
        """Open an upload for one writer; raise UploadBusy when it has one."""
        with self.file(upload_id).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UploadBusy from error
            yield Held(file)

    def drop(self, upload_id: UUID) -> None:
        self.file(upload_id).unlink(missing_ok=True)

    def old_files(self, before: float) -> list[UUID]:
        """Return the uploads nobody has written to since `before` (seconds since 1970)."""
        found = (file for file in self.folder.iterdir() if len(file.name) == 32)
        return [UUID(file.name) for file in found if file.stat().st_mtime < before]


class Held:
    """An upload, open for its one writer. `offset` counts what the file has, noted or not."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.offset = 0
        self.noted = 0
        self.noted_at = time.monotonic()
        self.waiting = bytearray()

    def go_to(self, offset: int) -> bool:
        """Cut off what was never acknowledged; say False when even of that something is missing."""
        if os.fstat(self.file.fileno()).st_size < offset:
            return False
        self.waiting.clear()
        self.file.truncate(offset)
        self.offset = self.noted = offset
        return True

    async def take(
        self, pieces: AsyncIterable[bytes], note: Note | None = None, hashed: Hash | None = None
    ) -> None:
        """Write what arrives and, with `note`, say now and then how far it is safe.

        Raises TimeoutError when nothing came for half a minute.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(IDLE_SECONDS) as patience:
            async for piece in pieces:
                patience.reschedule(None)
                if hashed:
                    hashed.update(piece)
                self.waiting += piece
                if note and self._is_due():
                    await self.save(note)
                elif len(self.waiting) >= WRITE_BYTES:
                    await self._write()
                patience.reschedule(loop.time() + IDLE_SECONDS)

    async def save(self, note: Note) -> None:
        """Make everything safe that arrived, and note it."""
        await self._write()
        if self.offset > self.noted:
            await asyncio.to_thread(_sync, self.file)
            await note(self.offset)
            self.noted = self.offset
        self.noted_at = time.monotonic()

    def _is_due(self) -> bool:
        fresh = self.offset + len(self.waiting) - self.noted
        return fresh >= NOTE_BYTES or time.monotonic() - self.noted_at > NOTE_SECONDS

    async def _write(self) -> None:
        piece, self.waiting = self.waiting, bytearray()
        if piece:
            await asyncio.to_thread(_put, self.file, piece)
            self.offset += len(piece)


def _put(file: IO[bytes], piece: bytearray) -> None:
    try:
        file.write(piece)
        file.flush()
    except OSError as error:
        raise _named(error) from error


def _sync(file: IO[bytes]) -> None:
    try:
        os.fsync(file.fileno())
    except OSError as error:
        raise _named(error) from error


def _named(error: OSError) -> Exception:
    return DiskFull() if error.errno in {errno.ENOSPC, errno.EDQUOT} else error
