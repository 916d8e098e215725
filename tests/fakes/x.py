"""X's API v2 on loopback: chunked uploads that take time to process, tokens that expire and rotate,
posts that are refused twice, links that come back shortened.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from typing_extensions import override

from kit import clock
from tests.fakes.network import Simulator, refuse

USER = {"id": "4242", "name": "Maison", "username": "maison_films"}
LINK = re.compile(r"https?://\S+")


@dataclass
class Upload:
    total: int
    category: str
    segments: dict[int, bytes] = field(default_factory=dict)
    finalized: bool = False
    polls: int = 0

    @property
    def content(self) -> bytes:
        return b"".join(part for _, part in sorted(self.segments.items()))


@dataclass(frozen=True)
class Post:
    id: str
    text: str
    media_ids: list[str]
    created_at: str


class X(Simulator):
    """`access`, `refresh`: the tokens that count now; a file is done when asked `polls` times."""

    def __init__(self) -> None:
        super().__init__()
        self.access, self.refresh = "access-1", "refresh-1"
        self.polls = 1
        self.is_broken_file = False
        self.is_list_behind = False
        self.uploads: dict[str, Upload] = {}
        self.posts: list[Post] = []

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/2/oauth2/token", self._token)
        router.add_get("/2/users/me", self._me)
        router.add_get("/2/users/{id}/tweets", self._timeline)
        router.add_post("/2/tweets", self._post)
        router.add_post("/2/media/upload/initialize", self._initialize)
        router.add_post("/2/media/upload/{id}/append", self._append)
        router.add_post("/2/media/upload/{id}/finalize", self._finalize)
        router.add_get("/2/media/upload", self._status)

    def expire(self) -> None:
        self.access = f"access-after-{self.access}"

    def credentials(self) -> dict[str, str]:
        return {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "client_id": "client",
            "client_secret": "",
        }

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh:
            return refuse(400, {"error": "invalid_request", "error_description": "Value passed"})
        self.refresh += "+"
        answer = {"token_type": "bearer", "expires_in": 7200, "access_token": self.access}
        return web.json_response({**answer, "refresh_token": self.refresh})

    async def _me(self, request: web.Request) -> web.StreamResponse:
        return self._denied(request) or web.json_response({"data": USER})

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        since = request.query.get("start_time", "")
        seen = [] if self.is_list_behind else [p for p in self.posts if p.created_at >= since]
        self.is_list_behind = False
        listed = [_shown(post) for post in reversed(seen)]
        return web.json_response({"data": listed} if listed else {"meta": {"result_count": 0}})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        media_ids = given.get("media", {}).get("media_ids", [])
        if any(not self._is_ready(each) for each in media_ids):
            return refuse(
                400, {"title": "Invalid Request", "detail": "Your media IDs are invalid."}
            )
        if any(post.text == given["text"] for post in self.posts):
            told = "You are not allowed to create a Tweet with duplicate content."
            return refuse(403, {"title": "Forbidden", "detail": told, "status": 403})
        created = f"{clock.now():%Y-%m-%dT%H:%M:%S.000Z}"
        post = Post(str(1000 + len(self.posts)), given["text"], media_ids, created)
        self.posts.append(post)
        return web.json_response({"data": {"id": post.id, "text": post.text}}, status=201)

    async def _initialize(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        media_id = str(7000 + len(self.uploads))
        self.uploads[media_id] = Upload(given["total_bytes"], given["media_category"])
        return web.json_response({"data": {"id": media_id, "expires_after_secs": 86400}})

    async def _append(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        form = await request.post()
        media, number = form["media"], form["segment_index"]
        assert isinstance(media, web.FileField)
        assert isinstance(number, str)
        content = media.file.read()
        if len(content) > 5 * 1024**2:
            return refuse(413, {"title": "Too large"})
        self.uploads[request.match_info["id"]].segments[int(number)] = content
        return web.json_response({"data": {"expires_at": 1_790_000_000}})

    async def _finalize(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        media_id = request.match_info["id"]
        upload = self.uploads[media_id]
        if len(upload.content) != upload.total:
            return refuse(400, {"title": "Invalid", "detail": "Segments do not add up"})
        upload.finalized = True
        return web.json_response({"data": self._told(media_id, upload)})

    async def _status(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        media_id = request.query["media_id"]
        upload = self.uploads[media_id]
        upload.polls += 1
        return web.json_response({"data": self._told(media_id, upload)})

    def _told(self, media_id: str, upload: Upload) -> dict[str, Any]:
        if upload.category == "tweet_image":
            return {"id": media_id, "media_key": f"3_{media_id}"}
        if upload.polls < self.polls:
            info: dict[str, Any] = {"state": "in_progress", "check_after_secs": 0.05}
        elif self.is_broken_file:
            info = {"state": "failed", "error": {"name": "InvalidMedia", "message": "Bad codec"}}
        else:
            info = {"state": "succeeded"}
        return {"id": media_id, "media_key": f"13_{media_id}", "processing_info": info}

    def _is_ready(self, media_id: str) -> bool:
        upload = self.uploads.get(media_id)
        if upload is None or not upload.finalized:
            return False
        return upload.category == "tweet_image" or upload.polls >= self.polls

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Authorization") == f"Bearer {self.access}":
            return None
        return refuse(401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"})


def _shown(post: Post) -> dict[str, Any]:
    """Return a post as its timeline shows it: links shortened, signs escaped."""
    links = LINK.findall(post.text)
    text, urls = html.escape(post.text, quote=False), []
    for number, link in enumerate(links):
        short = f"https://t.co/{post.id}{number}"
        text = text.replace(html.escape(link, quote=False), short)
        urls.append({"url": short, "expanded_url": link})
    found = {"id": post.id, "text": text, "created_at": post.created_at, "entities": {"urls": urls}}
    if post.media_ids:
        found["attachments"] = {"media_keys": [f"13_{each}" for each in post.media_ids]}
    return found
