"""Keys, the receiver of webhooks, and signed addresses for the tests of the video library."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from kit.contracts.transcoder.signatures import is_webhook_genuine, sign_directory, sign_url
from kit.contracts.transcoder.wire import Webhook

LIBRARY = 133
API_KEY = "the-key-that-may-do-everything"
READ_KEY = "the-key-that-may-only-read"
CDN_KEY = "the-key-that-signs-addresses"
SITE = "http://portal.test"


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


def soon(seconds: int = 60) -> int:
    return int(time.time()) + seconds


def opened(guid: str, path: str, expires: int | None = None) -> str:
    """Return the address of a file with a directory token, without a host."""
    return sign_directory("", CDN_KEY, guid, path, expires or soon())


def opened_file(guid: str, path: str, expires: int | None = None) -> str:
    """Return the address of a file with a token of its own, without a host."""
    return sign_url("", CDN_KEY, f"/{guid}/{path}", expires or soon())
