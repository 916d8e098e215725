"""YouTube's Data API on loopback: resumable sessions that can be cut anywhere, processing, quotas,
tokens of an hour.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from typing_extensions import override

from tests.fakes.network import Simulator, refuse

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass
class Session:
    meta: dict[str, Any]
    total: int
    content: bytes = b""
    video_id: str = ""


@dataclass
class Video:
    id: str
    meta: dict[str, Any]
    content: bytes
    polls: int = 0
    privacy: str = "public"
    status: dict[str, Any] = field(default_factory=dict)


class YouTube(Simulator):
    """`takes`: of each part, so many bytes arrive at most; `polls`: asked so often, it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.access, self.refresh = "", "refresh-1"
        self.number = 0
        self.polls = 1
        self.takes = 10**9
        self.privacy = "public"
        self.verdict: dict[str, Any] = {"uploadStatus": "processed"}
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, Video] = {}

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/token", self._token)
        router.add_post("/upload/youtube/v3/videos", self._open)
        router.add_put("/upload/youtube/v3/videos", self._put)
        router.add_get("/youtube/v3/channels", self._channels)
        router.add_get("/youtube/v3/playlistItems", self._playlist)
        router.add_get("/youtube/v3/videos", self._videos)

    def credentials(self) -> dict[str, str]:
        return {"refresh_token": self.refresh, "client_id": "id", "client_secret": "secret"}

    def expire(self) -> None:
        self.access = ""

    def forget_sessions(self) -> None:
        self.sessions.clear()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form.get("refresh_token") != self.refresh or form.get("client_secret") != "secret":
            return refuse(400, {"error": "invalid_grant", "error_description": "revoked"})
        self.number += 1
        self.access = f"access-{self.number}"
        return web.json_response({"access_token": self.access, "expires_in": 3599})

    async def _open(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        total = int(request.headers["X-Upload-Content-Length"])
        name = f"session-{len(self.asked)}"
        self.sessions[name] = Session(await request.json(), total)
        location = f"{self.url}{request.path}?uploadType=resumable&upload_id={name}"
        return web.Response(headers={"Location": location})

    async def _put(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        if denied := self._denied(request):
            return denied
        session = self.sessions.get(request.query["upload_id"])
        if session is None:
            return refuse(404, {"error": {"code": 404, "message": "session not found"}})
        known = RANGE.fullmatch(request.headers["Content-Range"])
        if known is not None:
            assert int(known.group(1)) == len(session.content), "a part out of its place"
            session.content += content[: self.takes]
        if len(session.content) == session.total:
            return web.json_response({"kind": "youtube#video", "id": self._made(session)})
        headers = {"Range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
        return web.Response(status=308, headers=headers)

    def _made(self, session: Session) -> str:
        if not session.video_id:
            session.video_id = f"video-{len(self.videos)}"
            video = Video(session.video_id, session.meta, session.content, privacy=self.privacy)
            self.videos[session.video_id] = video
        return session.video_id

    async def _channels(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        details = {"relatedPlaylists": {"uploads": "UU-maison"}}
        channel = {"id": "UC-maison", "snippet": {"title": "Maison"}, "contentDetails": details}
        return web.json_response({"items": [channel]})

    async def _playlist(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        listed = [{"contentDetails": {"videoId": each}} for each in reversed(self.videos)]
        return web.json_response({"items": listed})

    async def _videos(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        found = [self.videos[each] for each in request.query["id"].split(",")]
        return web.json_response({"items": [self._told(video) for video in found]})

    def _told(self, video: Video) -> dict[str, Any]:
        video.polls += 1
        verdict = self.verdict if video.polls > self.polls else {"uploadStatus": "uploaded"}
        status = {**verdict, "privacyStatus": video.privacy}
        return {"id": video.id, "status": status, "snippet": video.meta["snippet"]}

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        if self.access and request.headers.get("Authorization") == f"Bearer {self.access}":
            return None
        told = {"code": 401, "message": "Invalid Credentials", "errors": [{"reason": "authError"}]}
        return refuse(401, {"error": told})


def quota_used_up() -> dict[str, Any]:
    told = "The request cannot be completed because you have exceeded your quota."
    return {"error": {"code": 403, "message": told, "errors": [{"reason": "quotaExceeded"}]}}
