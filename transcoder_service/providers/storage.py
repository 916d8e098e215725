"""The store of films: a folder, S3, Google's or Azure's, through obstore.

Paths are as in rules/paths.py. Nothing here holds a whole film in memory.
"""

import asyncio
import errno
import hashlib
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import GenericError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

if TYPE_CHECKING:  # types that obstore does not have at run time
    from obstore import GetOptions, GetResult, ObjectMeta

CHUNK = 256 * 1024
PART = 8 * 1024 * 1024
PARALLEL_PARTS = 4


@dataclass(frozen=True)
class Stored:
    """A file of the store, or the asked part of it: bytes `start` to `end` (excluded) of `size`."""

    size: int
    start: int
    end: int
    tag: str
    _result: "GetResult"

    async def read(self) -> bytes:
        return bytes(await self._result.bytes_async())

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._result.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)


class Storage:
    """Where films are kept. `folder` is set when that is a folder of this machine."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self.store = store
        self.folder = folder

    @classmethod
    def at(cls, url: str) -> "Storage":
        """Open the store at `url`: a folder, file://, s3://, gs://, az:// or memory://.

        Credentials of cloud stores come from their usual variables (AWS_…, GOOGLE_…, AZURE_…).
        """
        parts = urlsplit(url)
        if parts.scheme == "memory":
            return cls(MemoryStore())
        if parts.scheme in {"", "file"}:
            folder = Path(unquote(parts.path)).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(folder), folder)
        return cls(from_url(url))

    async def ping(self) -> None:
        """Raise unless the store answers."""
        await obstore.list_with_delimiter_async(self.store, "ping")

    def file(self, path: str) -> Path | None:
        """Return the file itself when it is on this machine, for programs that want a name."""
        return self.folder / path if self.folder else None

    async def open(self, path: str, byte_range: "GetOptions | None" = None) -> Stored | None:
        """Return the file (or the range of it), or None when there is none."""
        try:
            result = await obstore.get_async(self.store, path, options=byte_range)
        except (FileNotFoundError, GenericError) as error:
            _raise_unless_missing(error)
            return None
        start, end = result.range
        return Stored(result.meta["size"], start, end, _tag(result.meta), result)

    async def meta(self, path: str) -> tuple[int, str] | None:
        """Return size and tag of a file, or None when there is none."""
        try:
            found = await obstore.head_async(self.store, path)
        except (FileNotFoundError, GenericError) as error:
            _raise_unless_missing(error)
            return None
        return found["size"], _tag(found)

    async def read(self, path: str) -> bytes | None:
        found = await self.open(path)
        return await found.read() if found else None

    async def write(self, path: str, content: bytes) -> None:
        """Put a small file; who reads sees the old one or the new one, never a half."""
        await obstore.put_async(self.store, path, content)

    async def copy_in(self, file: Path, path: str) -> None:
        """Put a file of this machine into the store, and keep it."""
        await obstore.put_async(
            self.store, path, file, chunk_size=PART, max_concurrency=PARALLEL_PARTS
        )

    async def move_in(self, file: Path, path: str) -> None:
        """Put a file of this machine into the store; it is gone afterwards."""
        if self.folder:
            moved = await asyncio.to_thread(_renamed, file, self.folder / path)
            if moved:
                return
        await self.copy_in(file, path)
        await asyncio.to_thread(file.unlink, missing_ok=True)

    async def fetch(self, path: str, into: Path) -> None:
        """Copy a file of the store to this machine."""
        found = await self.open(path)
        if found is None:
            raise FileNotFoundError(path)
        with into.open("wb") as file:
            async for chunk in found.chunks():
                await asyncio.to_thread(file.write, chunk)

    async def paths(self, prefix: str) -> list[tuple[str, int]]:
        """Return path and size of every file under `prefix` (a folder, without its slash)."""
        found: list[tuple[str, int]] = []
        async for batch in obstore.list(self.store, prefix):
            found += [(one["path"], one["size"]) for one in batch]
        return sorted(found)

    async def delete(self, paths: Iterable[str]) -> None:
        """Delete these files; those that are not there do no harm."""
        wanted = list(paths)
        for start in range(0, len(wanted), 1000):
            await self._delete(wanted[start : start + 1000])

    async def delete_folder(self, prefix: str) -> int:
        """Delete everything under `prefix`; return how many files that were."""
        found = [path for path, _ in await self.paths(prefix)]
        await self.delete(found)
        if self.folder:
            await asyncio.to_thread(shutil.rmtree, self.folder / prefix, ignore_errors=True)
        return len(found)

    async def _delete(self, paths: Sequence[str]) -> None:
        try:
            await obstore.delete_async(self.store, paths)
        except FileNotFoundError:
            for path in paths:
                try:
                    await obstore.delete_async(self.store, path)
                except FileNotFoundError:
                    continue


def _raise_unless_missing(error: Exception) -> None:
    """Raise what is not "no such file". A folder's store says some of those in words only:
    a file where a folder is meant (20), a name that is too long (36 on Linux, 63 on macOS).
    """
    words = ("os error 20)", "os error 36)", "os error 63)")
    if not isinstance(error, FileNotFoundError) and not any(one in str(error) for one in words):
        raise error


def digest(file: Path) -> str:
    """Return the SHA-256 of a file of this machine. It blocks: call it in a thread."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _renamed(file: Path, target: Path) -> bool:
    """Move a file within one disk; say False when they are on two."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    return True


def _tag(meta: "ObjectMeta") -> str:
    """Return a strong ETag, quoted."""
    tag = meta.get("e_tag") or f"{meta['size']:x}-{meta['last_modified'].timestamp():x}"
    return '"' + tag.strip('"').removeprefix("W/").strip('"') + '"'
