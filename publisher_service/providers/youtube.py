"""A YouTube channel: Data API v3, resumable uploads, the word of its processing.

The upload's last byte makes the video, so the session is asked before anything is sent again; were
the session gone, a tag of ours in the video says whether it is there.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx
from typing_extensions import override

from kit.contracts.publisher.social import NetworkName
from publisher_service.providers.calls import body, call, line
from publisher_service.providers.network import (
    Expired,
    File,
    Identity,
    Phase,
    Refused,
    Slow,
    SocialNetwork,
    Step,
    Work,
)

CHUNK = 8 * 1024**2  # a multiple of 256 KiB, as it must be
RANGE = re.compile(r"bytes=0-(\d+)")
PACE = 10.0  # between two looks at a video that is being processed
QUOTA_SECONDS = 3600.0
QUOTAS = frozenset(
    {"quotaExceeded", "uploadLimitExceeded", "rateLimitExceeded", "dailyLimitExceeded"}
)
WORDS = "youtube/v3"


class YouTube(SocialNetwork):
    name = NetworkName.youtube

    def __init__(self, url: str, token_url: str) -> None:
        self.http = line(url)
        self.token_url = token_url

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        query = {"part": "snippet,contentDetails", "mine": "true"}
        found = await self._ask(credentials, "GET", f"/{WORDS}/channels", params=query)
        if not found.get("items"):
            raise Refused("This Google account has no YouTube channel.")
        channel = found["items"][0]
        uploads = str(channel["contentDetails"]["relatedPlaylists"]["uploads"])
        url = f"https://www.youtube.com/channel/{channel['id']}"
        return Identity(str(channel["id"]), url, {"uploads": uploads})

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": credentials["refresh_token"],
            "client_id": credentials["client_id"],
            "client_secret": credentials["client_secret"],
        }
        answer = await call(self.http, "POST", self.token_url, data=form)
        found = body(answer)
        if not answer.is_success or "access_token" not in found:
            return None
        return {**credentials, "access_token": str(found["access_token"])}

    @override
    async def prepare(self, work: Work) -> Step:
        """Open a session, or ask it how far it is and send the next part."""
        assert work.file is not None  # noqa: S101  (the rules let nothing else through)
        if "session" not in work.marks:
            return await self._open(work, work.file)
        total = work.file.byte_count
        # Whoever sent the last part may have died before writing it down: the session knows.
        found = await self._put(work, b"", f"bytes */{total}")
        if found.phase is not Phase.preparing or not found.marks:
            return found
        start = int(found.marks["sent"])
        chunk = await work.file.read(start, min(CHUNK, total - start))
        return await self._put(work, chunk, f"bytes {start}-{start + len(chunk) - 1}/{total}")

    @override
    async def create(self, work: Work) -> Step:
        return await self.prepare(work)

    @override
    async def find(self, work: Work) -> Step | None:
        """Look among the channel's newest videos for the one with our tag."""
        query = {"part": "contentDetails", "playlistId": work.credentials["uploads"]}
        listed = await self._ask(
            work.credentials, "GET", f"/{WORDS}/playlistItems", params={**query, "maxResults": "50"}
        )
        ids = [str(each["contentDetails"]["videoId"]) for each in listed.get("items", [])]
        for video in await self._videos(work, ids, "snippet"):
            if _tag(work) in video.get("snippet", {}).get("tags", []):
                return Step(Phase.confirming, work.marked(video_id=str(video["id"])), 100)
        return None

    @override
    async def confirm(self, work: Work) -> Step:
        video_id = str(work.marks["video_id"])
        found = await self._videos(work, [video_id], "status")
        status: Mapping[str, Any] = found[0].get("status", {}) if found else {}
        state = status.get("uploadStatus", "uploaded")
        if state in {"failed", "rejected", "deleted"}:
            why = status.get("failureReason") or status.get("rejectionReason") or state
            raise Refused(f"YouTube did not accept the video: {why}")
        if state != "processed":
            return Step(Phase.confirming, work.marks, 100, PACE)
        if status.get("privacyStatus") != "public":
            raise Refused(
                "YouTube keeps the video private: its project has not been verified by Google yet."
            )
        url = f"https://www.youtube.com/watch?v={video_id}"
        return Step(Phase.done, work.marks, 100, 0, video_id, url)

    @override
    async def close(self) -> None:
        await self.http.aclose()

    async def _open(self, work: Work, file: File) -> Step:
        snippet = {"title": work.title, "description": work.text, "tags": [_tag(work)]}
        status = {"privacyStatus": "public", "selfDeclaredMadeForKids": False}
        answer = await self._call(
            work.credentials,
            "POST",
            "/upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": "snippet,status"},
            json={"snippet": snippet, "status": status},
            headers={
                "X-Upload-Content-Length": str(file.byte_count),
                "X-Upload-Content-Type": file.media_type,
            },
        )
        session = answer.headers.get("Location", "")
        if httpx.URL(session).host != self.http.base_url.host:
            raise Refused("YouTube named an upload address that is not its own.")
        return Step(Phase.preparing, {"session": session, "sent": 0})

    async def _put(self, work: Work, content: bytes, content_range: str) -> Step:
        """Send a part, or none; return how far the session is. Without marks: it is no more."""
        session = str(work.marks["session"])
        headers = {"Content-Range": content_range}
        answer = await self._call(
            work.credentials, "PUT", session, content=content, headers=headers
        )
        if answer.status_code in {404, 410}:
            return await self.find(work) or Step(Phase.preparing, {})
        if answer.is_success:
            video_id = str(body(answer)["id"])
            return Step(Phase.confirming, {"session": session, "video_id": video_id}, 100)
        if answer.status_code != 308:
            raise _trouble(answer)
        known = RANGE.fullmatch(answer.headers.get("Range", ""))
        sent = int(known.group(1)) + 1 if known else 0
        total = int(content_range.rpartition("/")[2])
        return Step(Phase.preparing, {"session": session, "sent": sent}, 100 * sent // total)

    async def _videos(self, work: Work, ids: list[str], part: str) -> list[Mapping[str, Any]]:
        if not ids:
            return []
        query = {"part": part, "id": ",".join(ids)}
        found = await self._ask(work.credentials, "GET", f"/{WORDS}/videos", params=query)
        items: list[Mapping[str, Any]] = found.get("items", [])
        return items

    async def _ask(
        self,
        credentials: Mapping[str, str],
        method: str,
        path: str,
        **given: Any,  # noqa: ANN401  (httpx's own)
    ) -> dict[str, Any]:
        answer = await self._call(credentials, method, path, **given)
        if not answer.is_success:
            raise _trouble(answer)
        return body(answer)

    async def _call(
        self,
        credentials: Mapping[str, str],
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401  (httpx's own)
    ) -> httpx.Response:
        """Return the answer, unless it refuses the token or a quota is used up."""
        token = credentials.get("access_token")
        if not token:
            raise Expired("There is no access token yet.")
        sent = {**(headers or {}), "Authorization": f"Bearer {token}"}
        answer = await call(self.http, method, path, headers=sent, **given)
        if answer.status_code in {401, 403}:
            raise _trouble(answer)
        return answer


def _tag(work: Work) -> str:
    return f"karangou-{work.key.hex}"


def _trouble(answer: httpx.Response) -> Exception:
    error = body(answer).get("error")
    told: Mapping[str, Any] = error if isinstance(error, dict) else {}
    said = str(told.get("message", f"YouTube answered {answer.status_code}"))
    reasons = {str(each.get("reason")) for each in told.get("errors", [])}
    if reasons & QUOTAS:
        return Slow(QUOTA_SECONDS, said)
    if answer.status_code == 401 or "insufficientPermissions" in reasons:
        return Expired(said)
    return Refused(said)
