"""Keys, the receiver of webhooks, and signed addresses for the tests of the video library."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from kit.contracts.transcoder.signatures import is_webhook_genuine, sign_directory, sign_url
from kit.contracts.transcoder.wire import Webhook
from transcoder_service.settings import Settings

LIBRARY = 133
API_KEY = "the-key-that-may-do-everything"
READ_KEY = "the-key-that-may-only-read"
CDN_KEY = "the-key-that-signs-addresses"
SITE = "http://portal.test"


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Return the settings of a library whose files are all in `folder`."""
    values: dict[str, Any] = {
        "environment": "test",
        "library_id": LIBRARY,
        "api_key": SecretStr(API_KEY),
        "read_only_key": SecretStr(READ_KEY),
        "cdn_key": SecretStr(CDN_KEY),
        "webhook_url": "http://catalog/webhooks/video",
        "allowed_origins": SITE,
        "public_url": "http://media",
        "media_url": str(folder / "media"),
        "uploads_path": str(folder / "uploads"),
        "scratch_path": str(folder / "scratch"),
    }
    return Settings(**(values | changes))


class Inbox:
    """Takes webhooks like catalog_service would; `answers` are statuses for the next ones."""

    def __init__(self) -> None:
        self.taken: list[Webhook] = []
        self.refused = 0
        self.answers: list[int] = []

    def take(self, request: httpx.Request) -> httpx.Response:
        assert is_webhook_genuine(READ_KEY, request.headers, request.content)
        status = self.answers.pop(0) if self.answers else 200
        if status >= 300:
            self.refused += 1
        else:
            self.taken.append(Webhook.model_validate_json(request.content))
        return httpx.Response(status)

    def statuses(self, video_id: str) -> list[int]:
        return [one.status for one in self.taken if one.video_id == video_id]


async def until(true: Callable[[], bool | Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until something is so; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It did not become so in time")


def files(folder: str | Path) -> list[Path]:
    """Return every file in a folder and in those below it."""
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def soon(seconds: int = 60) -> int:
    return int(time.time()) + seconds


def opened(guid: str, path: str, expires: int | None = None) -> str:
    """Return the address of a file with a directory token, without a host."""
    return sign_directory("", CDN_KEY, guid, path, expires or soon())


def opened_file(guid: str, path: str, expires: int | None = None) -> str:
    """Return the address of a file with a token of its own, without a host."""
    return sign_url("", CDN_KEY, f"/{guid}/{path}", expires or soon())


@contextmanager
def a_site(answer: bytes | None, asked: list[bytes] | None = None) -> Iterator[int]:
    """Serve one raw answer on a port of this machine; None: take the request, and be silent."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    kept.append(line)
                    request = line.recv(65536)
                    if asked is not None:
                        asked.append(request)
                    if answer is not None:
                        line.sendall(answer)
                        line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in kept:
                line.close()
