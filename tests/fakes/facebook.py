"""A Facebook page on loopback: posts, unpublished pictures, videos in parts that are processed."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from typing_extensions import override

from tests.fakes.meta import VERSION, Meta, no, stamp, text_of, token_of

PAGE, USER_TOKEN, PAGE_TOKEN = "102938475610293", "EAAB-user", "EAAB-page"
PAGES = "me"  # whose token it is: of a person, or of a page


@dataclass
class Video:
    id: str
    size: int
    content: bytes = b""
    title: str = ""
    description: str = ""
    polls: int = 0
    is_finished: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Post:
    id: str
    message: str
    link: str
    photos: list[str]
    created_time: str


class Facebook(Meta):
    """`part`: how much of a video it asks for at once; `takes`: how much of it arrives at most;
    `polls`: asked so often, a video is ready, or what `verdict` says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {USER_TOKEN: PAGES, PAGE_TOKEN: PAGE}
        self.pages = {PAGE: "Maison"}
        self.part, self.takes = 4 * 1024**2, 10**9
        self.polls = 1
        self.verdict: dict[str, Any] = {
            "video_status": "ready",
            "publishing_phase": {"status": "complete", "publish_status": "published"},
        }
        self.is_list_behind = False
        self.videos: dict[str, Video] = {}
        self.photos: dict[str, bytes] = {}
        self.posts: list[Post] = []
        self.said: set[tuple[str, ...]] = set()

    @property
    def public_videos(self) -> list[Video]:
        return [each for each in self.videos.values() if each.is_finished]

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        super().build(router)
        router.add_get(f"{VERSION}/me/accounts", self._accounts)
        router.add_post(f"{VERSION}/{{id}}/feed", self._feed)
        router.add_get(f"{VERSION}/{{id}}/published_posts", self._list)
        router.add_post(f"{VERSION}/{{id}}/photos", self._photo)
        router.add_post(f"{VERSION}/{{id}}/videos", self._video)
        router.add_get(f"{VERSION}/{{id}}", self._see)

    def add_by_hand(self, message: str) -> None:
        self.posts.append(Post(f"{PAGE}_{self.next_id()}", message, "", [], stamp()))

    async def _accounts(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        if self.tokens[token_of(request)] != PAGES:
            return no(100, "(#100) Tried accessing nonexisting field (accounts)")
        found = [{"id": each, "name": name} for each, name in self.pages.items()]
        return web.json_response({"data": found})

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        if denied := self._not_as_page(request):
            return denied
        form = await request.post()
        message = text_of(form, "message")
        shown = json.loads(text_of(form, "attached_media") or "[]")
        photos = [str(each["media_fbid"]) for each in shown]
        if any(each not in self.photos for each in photos):
            return no(100, "Invalid parameter: attached_media")
        if (message, *photos) in self.said:
            return no(506, "Duplicate status message")
        self.said.add((message, *photos))
        post = Post(f"{PAGE}_{self.next_id()}", message, text_of(form, "link"), photos, stamp())
        self.posts.append(post)
        return web.json_response({"id": post.id})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if denied := self._not_as_page(request):
            return denied
        seen = self.posts[:-1] if self.is_list_behind else self.posts
        self.is_list_behind = False
        return web.json_response({"data": [_listed(post) for post in reversed(seen)]})

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        if denied := self._not_as_page(request):
            return denied
        form = await request.post()
        source = form["source"]
        assert isinstance(source, web.FileField)
        assert form["published"] == "false"
        photo_id = self.next_id()
        self.photos[photo_id] = source.file.read()
        return web.json_response({"id": photo_id})

    async def _video(self, request: web.Request) -> web.StreamResponse:
        if denied := self._not_as_page(request):
            return denied
        form = await request.post()
        if form["upload_phase"] == "start":
            video = Video(self.next_id(), int(text_of(form, "file_size")))
            self.videos[f"session-{video.id}"] = video
            named = {"video_id": video.id, "upload_session_id": f"session-{video.id}"}
            return web.json_response({**named, **self._wanted(video)})
        video = self.videos[text_of(form, "upload_session_id")]
        if video.is_over:
            return no(6000, "There was a problem uploading your video", 1363030)
        if form["upload_phase"] == "finish":
            return self._finished(video, text_of(form, "title"), text_of(form, "description"))
        chunk = form["video_file_chunk"]
        assert isinstance(chunk, web.FileField)
        if int(text_of(form, "start_offset")) != len(video.content):
            wanted = self._wanted(video)
            told = "There was a problem uploading your video"
            return no(6000, told, 1363037, error_data=json.dumps(wanted))
        video.content += chunk.file.read()[: self.takes]
        return web.json_response(self._wanted(video))

    def _wanted(self, video: Video) -> dict[str, str]:
        start = len(video.content)
        return {"start_offset": str(start), "end_offset": str(min(start + self.part, video.size))}

    def _finished(self, video: Video, title: str, description: str) -> web.StreamResponse:
        if video.is_finished or len(video.content) != video.size:
            return no(6000, "There was a problem uploading your video", 1363019)
        video.is_finished, video.title, video.description = True, title, description
        return web.json_response({"success": True})

    async def _see(self, request: web.Request) -> web.StreamResponse:
        if denied := self.denied(request):
            return denied
        found = request.match_info["id"]
        if found == "me":
            found = PAGE
        if found in self.pages:
            link = f"https://www.facebook.com/{found}"
            page = {"id": found, "name": self.pages[found], "link": link}
            return web.json_response({**page, "access_token": PAGE_TOKEN})
        for video in self.videos.values():
            if video.id == found:
                link = f"/{PAGE}/videos/{found}/"
                return web.json_response({"status": self._status(video), "permalink_url": link})
        if any(post.id == found for post in self.posts):
            link = f"https://www.facebook.com/{found}"
            return web.json_response({"id": found, "is_published": True, "permalink_url": link})
        return no(100, "Unsupported get request. Object does not exist", 33)

    def _status(self, video: Video) -> dict[str, Any]:
        video.polls += video.is_finished
        if video.polls > self.polls:
            return {"processing_phase": {"status": "complete"}, **self.verdict}
        phase = {"status": "in_progress" if video.is_finished else "not_started"}
        state = "processing" if video.is_finished else "uploading"
        return {"video_status": state, "processing_phase": phase}

    def _not_as_page(self, request: web.Request) -> web.StreamResponse | None:
        if denied := self.denied(request):
            return denied
        if self.tokens[token_of(request)] == PAGES:
            return no(200, "(#200) Requires a page token", status=403)
        return None


def _listed(post: Post) -> dict[str, Any]:
    shown = [{"target": {"id": each}} for each in post.photos]
    found = {"id": post.id, "message": post.message, "created_time": post.created_time}
    return {**found, "attachments": {"data": shown}} if shown else found
