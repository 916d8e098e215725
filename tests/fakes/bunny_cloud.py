"""Bunny's cloud as it can be: our own library behind a line that misbehaves.

The library speaks Bunny's API already; this adds what a vendor does to its callers: too many
requests, errors, silence, moments without an offset, fields and numbers nobody knows, and
webhooks that come late, twice, in another order, from someone else, or not at all.
"""

import asyncio
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from typing_extensions import override

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import webhook_headers
from transcoder_service.actions.webhooks import body

PASCAL_401 = {"Success": False, "Message": "Authentication has been denied.", "StatusCode": 401}
LYING = {"success": False, "message": "Origin returned HTTP 503.", "statusCode": 503}


@dataclass(frozen=True)
class Trouble:
    """What happens to one request instead of its answer; with `status` 0 the line drops."""

    status: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after_doing: bool = False
    seconds: float = 0


TOO_MANY = Trouble(429, headers={"Retry-After": "1"})
BROKEN = Trouble(500, "<html>oops</html>")
AWAY = Trouble(503)
DROPPED = Trouble()
ANSWER_LOST = Trouble(after_doing=True)
REFUSED = Trouble(401, PASCAL_401)
LIED = Trouble(200, LYING)


class BunnyCloud(httpx.AsyncBaseTransport):
    """`troubles` befall the next requests, one each; `odd` makes answers look like the vendor's."""

    def __init__(self, app: FastAPI, *, odd: bool = True) -> None:
        self.inner = httpx.ASGITransport(app)
        self.odd = odd
        self.troubles: list[Trouble | None] = []
        self.asked: list[str] = []

    def client(self, library_id: int, api_key: str) -> VideoLibraryClient:
        http = httpx.AsyncClient(transport=self, base_url="http://video.bunny.test")
        return VideoLibraryClient(http, library_id, api_key)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None:
            return self._as_the_vendor(await self._answered(request))
        await asyncio.sleep(trouble.seconds)
        if trouble.after_doing:
            await self._answered(request)
        if not trouble.status:
            raise httpx.ReadError("the line dropped", request=request)
        content = trouble.body if isinstance(trouble.body, str) else json.dumps(trouble.body)
        return httpx.Response(
            trouble.status, content=content, headers=trouble.headers, request=request
        )

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        await response.aread()
        return response

    def _as_the_vendor(self, response: httpx.Response) -> httpx.Response:
        if not self.odd or response.status_code != 200:
            return response
        content = json.dumps(_odd(response.json()))
        return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


def _odd(content: Any) -> Any:
    """Write a video as the vendor was seen to: seven digits, no offset, fields of tomorrow."""
    if isinstance(content, list):
        return [_odd(one) for one in content]
    if not isinstance(content, dict):
        return content
    found = {key: _odd(value) for key, value in content.items()}
    if "dateUploaded" in found:
        moment = str(found["dateUploaded"]).removesuffix("Z")
        found["dateUploaded"] = moment.ljust(26, "0") + "1"
        found |= {"fieldOfTomorrow": {"a": 1}, "captions": found.get("captions") or None}
    if found.get("items") == []:
        found["items"] = None
    return found


@dataclass(frozen=True)
class Message:
    """One webhook, ready to be posted."""

    content: bytes
    headers: dict[str, str]


class Postman:
    """Brings webhooks in any order, some twice, some never, and other people's among them."""

    def __init__(self, library_id: int, read_only_key: str, chance: int = 1) -> None:
        self.library_id = library_id
        self.key = read_only_key
        self.random = random.Random(chance)

    def message(self, video_id: Any, status: int) -> Message:
        content = body(self.library_id, video_id, status)
        return Message(content, {"Content-Type": "application/json"} | self._signed(content))

    def forged(self, video_id: Any, status: int) -> Message:
        content = body(self.library_id, video_id, status)
        return Message(content, webhook_headers("a guessed key", content))

    def mixed(self, video_id: Any, statuses: Iterable[int], lost: float = 0.2) -> list[Message]:
        """Return the messages of one video as they may arrive: shuffled, doubled, lost, forged."""
        sent = [self.message(video_id, status) for status in statuses]
        sent = [one for one in sent if self.random.random() >= lost]
        sent += self.random.sample(sent, len(sent) // 2)
        sent.append(self.forged(video_id, 3))
        self.random.shuffle(sent)
        return sent

    def _signed(self, content: bytes) -> dict[str, str]:
        return webhook_headers(self.key, content)
