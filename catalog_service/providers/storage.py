"""Where pictures are kept: a folder, S3, Google's or Azure's, through obstore."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url


class Storage:
    """Paths are `images/{id}/{width}.webp` (uploaded) and `frames/{name}/{width}.webp`."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

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
            return cls(LocalStore(folder))
        return cls(from_url(url))

    async def ping(self) -> None:
        """Raise unless the store answers."""
        await obstore.list_with_delimiter_async(self.store, "images/ping")

    async def put(self, path: str, content: bytes) -> None:
        await obstore.put_async(self.store, path, content)

    async def get(self, path: str) -> bytes | None:
        """Return the file, or None when there is none."""
        try:
            result = await obstore.get_async(self.store, path)
        except FileNotFoundError:
            return None
        return bytes(await result.bytes_async())

    async def drop_images(self, ids: Iterable[str]) -> None:
        for image_id in ids:
            listed = await obstore.list(self.store, f"images/{image_id}").collect_async()
            paths = [each["path"] for each in listed]
            if paths:
                await obstore.delete_async(self.store, paths)
