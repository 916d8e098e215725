"""Instagram's content publishing on loopback: containers that are processed, resumable uploads that
can be cut anywhere, quotas, lists that lag behind.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from typing_extensions import override

from tests.fakes.meta import VERSION, Meta, no, stamp, text_of, token_of
from tests.fakes.network import refuse

USER = "17841405822304914"
TOKEN, OWN_TOKEN = "EAAB-user", "IGAA-own-1"
Fetch = Callable[[str], Awaitable[bytes]]


@dataclass
class Container:
    caption: str
    is_resumable: bool
    state: str = "IN_PROGRESS"
    size: int = 0
    content: bytes = b""
    polls: int = 0
    status: str = ""


@dataclass(frozen=True)
class Post:
    id: str
    container: str
    caption: str
    timestamp: str
    content: bytes


class Instagram(Meta):
    """`takes`: so many bytes arrive of an upload before the line drops; `polls`: asked so often, a
    container is finished, with `verdict` for a status; `quota`: how many posts a day.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {TOKEN: "me", OWN_TOKEN: USER}
        self.accounts = {USER: "maison_films"}
        self.takes = 10**9
        self.polls = 1
        self.verdict = "FINISHED"
        self.status = ""
        self.quota, self.used = 100, 0
        self.is_list_behind = False
        self.fetch: Fetch | None = None
        self.containers: dict[str, Container] = {}
        self.posts: list[Post] = []

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        super().build(router)
        router.add_get("/refresh_access_token", self._refresh)
        router.add_get(f"{VERSION}/me", self._me)
        router.add_get(f"{VERSION}/me/accounts", self._pages)
        router.add_post(f"{VERSION}/{{id}}/media", self._contain)
        router.add_get(f"{VERSION}/{{id}}/media", self._list)
        router.add_post(f"{VERSION}/{{id}}/media_publish", self._publish)
        router.add_get(f"{VERSION}/{{id}}/content_publishing_limit", self._limit)
        router.add_get(f"{VERSION}/{{id}}", self._see)
        router.add_post(f"/ig-api-upload{VERSION}/{{id}}", self._upload)

    def add_by_hand(self, caption: str) -> None:
        self.posts.append(Post(self.next_id(), "", caption, stamp(), b""))

    async def _refresh(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        del self.tokens[token_of(request)]
        renewed = f"IGAA-own-{self.next_id()}"
        self.tokens[renewed] = USER
        return web.json_response({"access_token": renewed, "expires_in": 5_184_000})

    async def _me(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        return web.json_response({"user_id": USER, "username": self.accounts[USER], "id": "9"})

    async def _pages(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        linked = [{"id": each, "username": name} for each, name in self.accounts.items()]
        pages = [{"id": f"1{each['id']}", "instagram_business_account": each} for each in linked]
        return web.json_response({"data": [*pages, {"id": "77", "name": "Sans compte"}]})

    async def _contain(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        form = await request.post()
        container = Container(text_of(form, "caption"), form.get("upload_type") == "resumable")
        address = text_of(form, "image_url") or text_of(form, "video_url")
        if not container.is_resumable:
            if self.fetch is None or not address.startswith("https://"):
                return no(9004, "Media could not be fetched from this URI", 2207052)
            container.content = await self.fetch(address)
        container_id = self.next_id()
        self.containers[container_id] = container
        uri = f"{self.url}/ig-api-upload{VERSION}/{container_id}"
        return web.json_response({"id": container_id, "uri": uri})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        container = self.containers[request.match_info["id"]]
        if not request.headers["Authorization"].startswith("OAuth ") or self.denied(request):
            return _broken("NotAuthorizedError", 403)
        if int(request.headers["offset"]) != len(container.content):
            return _broken("OffsetInvalidError", 412)
        container.size = int(request.headers["file_size"])
        if not await self._took(request, container):
            return web.Response()  # which nobody hears
        return web.json_response({"success": True, "message": "Upload successful."})

    async def _took(self, request: web.Request, container: Container) -> bool:
        """Keep what arrives; say whether all of it did."""
        left = self.takes
        with suppress(ConnectionError):
            async for part in request.content.iter_chunked(64 * 1024):
                container.content += part[:left]
                left -= len(part)
                if left <= 0:
                    break
        if len(container.content) < container.size and request.transport is not None:
            request.transport.abort()
        return len(container.content) == container.size

    async def _see(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        found = request.match_info["id"]
        if found in self.accounts:
            return web.json_response({"id": found, "username": self.accounts[found]})
        if found in self.containers:
            return web.json_response(self._told(found))
        if any(post.id == found for post in self.posts):
            permalink = f"https://www.instagram.com/p/{found}/"
            return web.json_response({"id": found, "permalink": permalink})
        return no(100, f"Object with ID '{found}' does not exist", 33)

    def _told(self, container_id: str) -> dict[str, Any]:
        container = self.containers[container_id]
        is_here = bool(container.content) and len(container.content) >= container.size
        if is_here and container.state == "IN_PROGRESS":
            container.polls += 1
            if container.polls > self.polls:
                container.state, container.status = self.verdict, self.status
        answer: dict[str, Any] = {
            "id": container_id,
            "status_code": container.state,
            "status": container.status,
        }
        if container.is_resumable:
            state = "complete" if is_here else "in_progress"
            phase = {"status": state, "bytes_transferred": len(container.content)}
            answer["video_status"] = {"uploading_phase": phase}
        return answer

    async def _limit(self, request: web.Request) -> web.StreamResponse:
        config = {"quota_total": self.quota, "quota_duration": 86400}
        used = {"quota_usage": self.used, "config": config}
        self.used = 0  # a day has passed when it is asked again
        return self.denied(request) or web.json_response({"data": [used]})

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        name = text_of(await request.post(), "creation_id")
        container = self.containers[name]
        if container.state != "FINISHED":
            return no(9007, "Media ID is not available", 2207027)
        container.state = "PUBLISHED"
        post = Post(self.next_id(), name, container.caption, stamp(), container.content)
        self.posts.append(post)
        return web.json_response({"id": post.id})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        seen = self.posts[:-1] if self.is_list_behind else self.posts
        self.is_list_behind = False
        listed = [
            {"id": each.id, "caption": each.caption, "timestamp": each.timestamp}
            for each in reversed(seen)
        ]
        return web.json_response({"data": listed})


def _broken(kind: str, status: int) -> web.Response:
    told = {"retriable": False, "type": kind, "message": "Request processing failed"}
    return refuse(status, {"debug_info": told})
