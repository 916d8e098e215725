"""Send a file to the video library with TUS 1.0.0, from where the last try ended."""

import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import httpx

from kit.client import open_http
from kit.contracts.transcoder.signatures import tus_headers
from suite.errors import Stop

PIECE = 4 * 1024 * 1024
HOUR = 3600
TIMEOUT = httpx.Timeout(120, connect=10)
Progress = Callable[[int], None]


class Upload:
    """One video's upload; its address is kept in `memory` so that a killed one goes on."""

    def __init__(self, url: str, library_id: int, api_key: str, video_id: str) -> None:
        self.url = url
        self.video_id = video_id
        expires = int(time.time()) + 6 * HOUR
        self.headers = tus_headers(library_id, api_key, expires, video_id)
        self.headers["Tus-Resumable"] = "1.0.0"

    async def send(self, file: Path, memory: Path, progress: Progress) -> None:
        """Send the whole file; `progress` hears percents."""
        async with open_http(self.url, TIMEOUT) as http:
            http.headers.update(self.headers)
            address, offset = await self._resume(http, memory)
            if not address:
                address, offset = await self._begin(http, file), 0
                memory.write_text(address)
            total = file.stat().st_size
            with file.open("rb") as content:
                while offset < total:
                    content.seek(offset)
                    offset = await self._piece(http, address, offset, content.read(PIECE))
                    progress(offset * 100 // total)
        memory.unlink(missing_ok=True)

    async def _resume(self, http: httpx.AsyncClient, memory: Path) -> tuple[str, int]:
        address = memory.read_text() if memory.exists() else ""
        if not address:
            return "", 0
        answer = await http.head(address)
        return (address, int(answer.headers["upload-offset"])) if answer.is_success else ("", 0)

    async def _begin(self, http: httpx.AsyncClient, file: Path) -> str:
        metadata = {"filetype": "video/mp4", "title": file.name}
        coded = ",".join(f"{name} {b64encode(v.encode()).decode()}" for name, v in metadata.items())
        headers = {"Upload-Length": str(file.stat().st_size), "Upload-Metadata": coded}
        answer = await http.post(self.url, headers=headers)
        _check(answer)
        return urljoin(self.url, answer.headers["location"])

    async def _piece(
        self,
        http: httpx.AsyncClient,
        address: str,
        offset: int,
        content: bytes,
    ) -> int:
        headers = {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        answer = await http.patch(address, content=content, headers=headers)
        _check(answer)
        return int(answer.headers["upload-offset"])


def _check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise Stop(f"The video library refused an upload: {answer.status_code} {answer.text[:300]}")
