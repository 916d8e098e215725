"""Where pictures and clips are kept: a folder, S3, Google's or Azure's, through obstore."""

from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url


class Storage:
    """Paths are `social/{id}.mp4` and `social/{id}.jpg`."""

    def __init__(self, url: str) -> None:
        """Keep files at `url`: a folder, file://, s3://, gs://, az:// or memory://."""
        self.url = url

    @cached_property
    def store(self) -> ObjectStore:
        parts = urlsplit(self.url)
        if parts.scheme == "memory":
            return MemoryStore()
        if parts.scheme in {"", "file"}:
            folder = Path(unquote(parts.path)).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            return LocalStore(folder)
        return from_url(self.url)

    async def put(self, path: str, content: bytes | Path) -> None:
        await obstore.put_async(self.store, path, content)

    async def whole(self, path: str) -> bytes:
        """Return a file; raise FileNotFoundError."""
        return bytes(await (await obstore.get_async(self.store, path)).bytes_async())

    async def part(self, path: str, start: int, length: int) -> bytes:
        """Return that part of a file; raise FileNotFoundError."""
        if length == 0:
            return b""
        return bytes(await obstore.get_range_async(self.store, path, start=start, length=length))
