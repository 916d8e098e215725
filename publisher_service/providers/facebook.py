"""A Facebook page: texts with a link, pictures, clips by resumable upload.

Pictures and clips are uploaded first and get a number of their own, by which a lost post is found
again. A text is found by its words, among what was not there before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from typing_extensions import override

from kit.contracts.publisher.social import NetworkName
from publisher_service.providers.meta import SKEW, Graph, Rejected, anew, only, same_words
from publisher_service.providers.network import (
    Choice,
    Expired,
    File,
    Identity,
    Lost,
    Phase,
    Refused,
    SocialNetwork,
    Step,
    Unknowable,
    Work,
)

PACE = 10.0  # between two looks at a video that is being processed
LISTED = "50"
WRONG_OFFSET = 1363037
UPLOAD_AGAIN = frozenset({1363019, 1363033})
UPLOAD_OVER = frozenset({1363021, 1363030})  # the session is no more
DUPLICATE = 506
BEGUN = frozenset({"in_progress", "complete", "error"})


class Facebook(SocialNetwork):
    name = NetworkName.facebook

    def __init__(self, graph: Graph, videos: Graph) -> None:
        """`videos`: the host that takes uploads."""
        self.graph, self.videos = graph, videos

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        """Find the page and its own token, by that of the page or of a person who manages it."""
        token = credentials["access_token"]
        if self.graph.lengthens:
            token = await self._lengthened(token)
        page_id = credentials.get("page_id")
        if not page_id:
            pages = await self.graph.pages(token, "id,name")
            choices = [Choice("page_id", str(each["id"]), str(each["name"])) for each in pages]
            page_id = only(choices, "This person manages no page, or did not let us see it.")
        query = {"fields": "id,name,link,access_token"}
        page = await self.graph.ask(token, "GET", f"/{page_id}", params=query)
        more = {"page_id": str(page["id"]), "access_token": str(page.get("access_token", token))}
        return Identity(more["page_id"], str(page.get("link", "")) or None, more)

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        return None  # a page's token has no end of its own: what ended it, ended it

    @override
    async def prepare(self, work: Work) -> Step:
        """Upload what is shown, or note what is there already."""
        if work.file is None:
            before = [str(each["id"]) for each in await self._posts(work, "id")]
            return Step(Phase.creating, work.marked(before=before))
        if not work.file.is_clip:
            return await self._upload_picture(work, work.file)
        if "session" not in work.marks:
            return await self._begin(work, work.file)
        return await self._transfer(work, work.file)

    @override
    async def create(self, work: Work) -> Step:
        if work.file is not None and work.file.is_clip:
            return await self._finish(work)
        given = {"message": work.text}
        if work.file is not None:
            shown = [{"media_fbid": work.marks["photo"]}]
            given["attached_media"] = orjson.dumps(shown).decode()
        elif work.url:
            given["link"] = work.url
        try:
            made = await self._ask(work, "POST", self._edge(work, "feed"), data=given)
        except Rejected as rejected:
            found = await self.find(work) if rejected.code == DUPLICATE else None
            if found is None:
                raise
            return found
        return Step(Phase.confirming, work.marked(post_id=str(made["id"])), 100)

    @override
    async def find(self, work: Work) -> Step | None:
        if "video_id" in work.marks:
            status = await self._video(work)
            phases = [status.get(f"{each}_phase", {}) for each in ("processing", "publishing")]
            is_begun = any(phase.get("status") in BEGUN for phase in phases)
            return Step(Phase.confirming, work.marks, 100) if is_begun else None
        fields = "id,message,created_time,attachments{target{id},subattachments{target{id}}}"
        ours = [each for each in await self._posts(work, fields) if _is_ours(work, each)]
        if len(ours) > 1:
            raise Unknowable
        if not ours:
            return None
        return Step(Phase.confirming, work.marked(post_id=str(ours[0]["id"])), 100)

    @override
    async def confirm(self, work: Work) -> Step:
        if "video_id" in work.marks:
            return await self._confirm_video(work)
        query = {"fields": "id,is_published,permalink_url"}
        try:
            post = await self._ask(work, "GET", f"/{work.marks['post_id']}", params=query)
        except Rejected as rejected:
            raise Lost(str(rejected)) from rejected  # not to be seen yet
        if post.get("is_published") is not True:
            return Step(Phase.confirming, work.marks, 100, PACE)
        return Step(Phase.done, work.marks, 100, 0, str(post["id"]), _address(post))

    @override
    async def close(self) -> None:
        await self.graph.close()
        await self.videos.close()

    async def _lengthened(self, token: str) -> str:
        try:
            return str((await self.graph.lengthened(token))["access_token"])
        except (Rejected, Expired):
            return token  # of a page, or one that lasts: asked whose it is, it will say

    async def _upload_picture(self, work: Work, file: File) -> Step:
        """Upload it without showing it: it is shown by the post that names it."""
        content = await file.read(0, file.byte_count)
        sent = {"source": (file.name, content, file.media_type)}
        given = {"published": "false"}
        made = await self._ask(work, "POST", self._edge(work, "photos"), data=given, files=sent)
        return Step(Phase.creating, {"photo": str(made["id"])}, 100)

    async def _begin(self, work: Work, file: File) -> Step:
        given = {"upload_phase": "start", "file_size": str(file.byte_count)}
        made = await self._upload(work, given)
        marks = {"video_id": str(made["video_id"]), "session": str(made["upload_session_id"])}
        return self._uploaded({**marks, "again": work.marks.get("again", 0)}, file, made)

    async def _transfer(self, work: Work, file: File) -> Step:
        """Send the part that Facebook asked for; it may ask for another one."""
        start, end = int(work.marks["start"]), int(work.marks["end"])
        chunk = await file.read(start, end - start)
        given = {
            "upload_phase": "transfer",
            "upload_session_id": work.marks["session"],
            "start_offset": str(start),
        }
        sent = {"video_file_chunk": (file.name, chunk, "application/octet-stream")}
        try:
            wanted: Mapping[str, Any] = await self._upload(work, given, files=sent)
        except Rejected as rejected:
            if rejected.subcode in UPLOAD_AGAIN:
                raise Lost(str(rejected)) from rejected
            if rejected.subcode in UPLOAD_OVER:
                return anew(work.marks, str(rejected))
            wanted = _offsets(rejected)
        return self._uploaded(work.marks, file, wanted)

    def _uploaded(self, marks: Mapping[str, Any], file: File, wanted: Mapping[str, Any]) -> Step:
        start, end = int(wanted["start_offset"]), int(wanted["end_offset"])
        noted = {**marks, "start": start, "end": end}
        if start >= file.byte_count or start >= end:
            return Step(Phase.creating, noted, 100)
        return Step(Phase.preparing, noted, 100 * start // file.byte_count)

    async def _finish(self, work: Work) -> Step:
        """End the upload: that is what makes the video public."""
        given = {
            "upload_phase": "finish",
            "upload_session_id": str(work.marks["session"]),
            "title": work.title,
            "description": work.text,
            "published": "true",
        }
        try:
            made = await self._upload(work, given)
        except Rejected:
            found = await self.find(work)
            if found is None:
                raise
            return found
        if made.get("success") is not True:
            raise Lost("Facebook did not say whether it took the video")
        return Step(Phase.confirming, work.marks, 100)

    async def _confirm_video(self, work: Work) -> Step:
        status = await self._video(work)
        state = status.get("video_status")
        if state in {"error", "expired", "upload_failed"}:
            raise Refused(f"Facebook could not process the video: {_why(status)}")
        published = status.get("publishing_phase", {}).get("publish_status")
        if state != "ready" or published != "published":
            return Step(Phase.confirming, work.marks, 100, PACE)
        video_id = str(work.marks["video_id"])
        return Step(Phase.done, work.marks, 100, 0, video_id, _address(status, video_id))

    async def _video(self, work: Work) -> dict[str, Any]:
        """Return how far it is, and where it is seen."""
        query = {"fields": "status,permalink_url"}
        found = await self._ask(work, "GET", f"/{work.marks['video_id']}", params=query)
        return {**found.get("status", {}), "permalink_url": found.get("permalink_url")}

    async def _posts(self, work: Work, fields: str) -> list[Mapping[str, Any]]:
        query = {"fields": fields, "limit": LISTED}
        listed = await self._ask(work, "GET", self._edge(work, "published_posts"), params=query)
        found: list[Mapping[str, Any]] = listed.get("data", [])
        return found

    def _edge(self, work: Work, name: str) -> str:
        return f"/{work.credentials['page_id']}/{name}"

    async def _upload(self, work: Work, given: Mapping[str, str], **more: Any) -> dict[str, Any]:  # noqa: ANN401  (httpx's own)
        path, token = self._edge(work, "videos"), work.credentials["access_token"]
        return await self.videos.ask(token, "POST", path, data=dict(given), **more)

    async def _ask(self, work: Work, method: str, path: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON)
        return await self.graph.ask(work.credentials["access_token"], method, path, **given)


def _is_ours(work: Work, post: Mapping[str, Any]) -> bool:
    """Say whether a post shows our picture; one that shows none, whether it is new and says it."""
    if "photo" in work.marks:
        return str(work.marks["photo"]) in _shown(post)
    if str(post.get("id")) in work.marks.get("before", []):
        return False
    if not same_words(post.get("message"), work.text):
        return False
    at = datetime.fromisoformat(str(post.get("created_time")))
    return work.since is None or at >= work.since - SKEW


def _shown(post: Mapping[str, Any]) -> set[str]:
    """Return the numbers of what a post shows."""
    found = set()
    for each in post.get("attachments", {}).get("data", []):
        for one in (each, *each.get("subattachments", {}).get("data", [])):
            found.add(str(one.get("target", {}).get("id")))
    return found


def _offsets(rejected: Rejected) -> Mapping[str, Any]:
    """Return which part is wanted, where another one was sent; else raise it on."""
    found = rejected.details.get("error_data")
    if isinstance(found, str):
        try:
            found = orjson.loads(found)
        except orjson.JSONDecodeError:
            found = None
    if rejected.subcode != WRONG_OFFSET or not isinstance(found, dict):
        raise rejected
    return found


def _why(status: Mapping[str, Any]) -> str:
    for each in ("uploading", "processing", "publishing"):
        phase = status.get(f"{each}_phase", {})
        for error in [*phase.get("errors", []), phase.get("error", {})]:
            if error.get("message"):
                return str(error["message"])
    return str(status.get("video_status"))


def _address(found: Mapping[str, Any], video_id: str = "") -> str:
    """Return where it is seen; a video's address comes without its host."""
    address = str(found.get("permalink_url") or (f"/{video_id}" if video_id else ""))
    return f"https://www.facebook.com{address}" if address.startswith("/") else address
