"""X (Twitter): API v2, chunked uploads, OAuth 2.0 user tokens that are refreshed and rotate."""

import html
from collections.abc import Mapping
from datetime import timedelta
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
    SocialNetwork,
    Step,
    Work,
)

CHUNK = 4 * 1024**2
SKEW = timedelta(seconds=30)  # between its clock and ours
UPLOAD = "/2/media/upload"


class X(SocialNetwork):
    name = NetworkName.x

    def __init__(self, url: str) -> None:
        self.http = line(url)

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        me = (await self._ask(credentials, "GET", "/2/users/me"))["data"]
        username = str(me["username"])
        return Identity(str(me["id"]), f"https://x.com/{username}", {"username": username})

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        if not credentials.get("refresh_token"):
            return None
        form = {
            "grant_type": "refresh_token",
            "refresh_token": credentials["refresh_token"],
            "client_id": credentials.get("client_id", ""),
        }
        secret = credentials.get("client_secret")
        auth = httpx.BasicAuth(form["client_id"], secret) if secret else None
        answer = await call(self.http, "POST", "/2/oauth2/token", data=form, auth=auth)
        found = body(answer)
        if not answer.is_success or "access_token" not in found:
            return None
        renewed = str(found.get("refresh_token", credentials["refresh_token"]))
        return {**credentials, "access_token": str(found["access_token"]), "refresh_token": renewed}

    @override
    async def prepare(self, work: Work) -> Step:
        """One call: begin the upload, send a chunk, end it, or ask whether it is ready."""
        file, marks = work.file, work.marks
        if file is None:
            return Step(Phase.creating, marks)
        if "media_id" not in marks:
            return await self._begin(work, file)
        sent = int(marks.get("sent", 0))
        if sent < file.byte_count:
            return await self._append(work, file, sent)
        path = f"{UPLOAD}/{marks['media_id']}/finalize"
        if not marks.get("finalized"):
            return self._processed(work, await self._ask(work.credentials, "POST", path))
        query = {"command": "STATUS", "media_id": marks["media_id"]}
        return self._processed(work, await self._ask(work.credentials, "GET", UPLOAD, params=query))

    @override
    async def create(self, work: Work) -> Step:
        post: dict[str, Any] = {"text": work.text}
        if work.file is not None:
            post["media"] = {"media_ids": [work.marks["media_id"]]}
        try:
            made = await self._ask(work.credentials, "POST", "/2/tweets", json=post)
        except Refused as refused:
            found = await self.find(work) if "duplicate" in str(refused).lower() else None
            if found is None:
                raise
            return found
        return _done(work, str(made["data"]["id"]))

    @override
    async def find(self, work: Work) -> Step | None:
        """Look among the account's recent posts; ours holds our upload, or says the same."""
        query = {"max_results": 100, "tweet.fields": "created_at,entities,attachments"}
        if work.since is not None:
            query["start_time"] = f"{work.since - SKEW:%Y-%m-%dT%H:%M:%SZ}"
        path = f"/2/users/{work.credentials['handle']}/tweets"
        listed = await self._ask(work.credentials, "GET", path, params=query)
        for each in listed.get("data", []):
            if _is_ours(work, each):
                return _done(work, str(each["id"]))
        return None

    @override
    async def confirm(self, work: Work) -> Step:
        return Step(Phase.creating, work.marks)

    @override
    async def close(self) -> None:
        await self.http.aclose()

    async def _begin(self, work: Work, file: File) -> Step:
        category = "tweet_video" if file.is_clip else "tweet_image"
        given = {
            "media_type": file.media_type,
            "total_bytes": file.byte_count,
            "media_category": category,
        }
        found = await self._ask(work.credentials, "POST", f"{UPLOAD}/initialize", json=given)
        return Step(Phase.preparing, {"media_id": str(found["data"]["id"]), "sent": 0})

    async def _append(self, work: Work, file: File, sent: int) -> Step:
        """Send one chunk; one that was sent already is simply replaced."""
        chunk = await file.read(sent, min(CHUNK, file.byte_count - sent))
        await self._ask(
            work.credentials,
            "POST",
            f"{UPLOAD}/{work.marks['media_id']}/append",
            data={"segment_index": str(sent // CHUNK)},
            files={"media": (file.name, chunk, "application/octet-stream")},
        )
        sent += len(chunk)
        return Step(Phase.preparing, work.marked(sent=sent), 100 * sent // file.byte_count)

    def _processed(self, work: Work, answer: Mapping[str, Any]) -> Step:
        processing = answer.get("data", {}).get("processing_info")
        marks = work.marked(finalized=True)
        if processing is None or processing.get("state") == "succeeded":
            return Step(Phase.creating, marks, 100)
        if processing.get("state") == "failed":
            said = processing.get("error", {}).get("message", "it cannot be played")
            raise Refused(f"X could not process the file: {said}")
        return Step(Phase.preparing, marks, 100, float(processing.get("check_after_secs", 5)))

    async def _ask(
        self,
        credentials: Mapping[str, str],
        method: str,
        path: str,
        **given: Any,  # noqa: ANN401  (httpx's own)
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {credentials['access_token']}"}
        answer = await call(self.http, method, path, headers=headers, **given)
        if answer.is_success:
            return body(answer)
        found = body(answer)
        said = str(found.get("detail") or found.get("title") or f"X answered {answer.status_code}")
        raise (Expired if answer.status_code == 401 else Refused)(said)


def _is_ours(work: Work, post: Mapping[str, Any]) -> bool:
    if work.file is not None:
        keys = post.get("attachments", {}).get("media_keys", [])
        return any(str(key).rpartition("_")[2] == work.marks["media_id"] for key in keys)
    text = str(post.get("text", ""))
    for link in post.get("entities", {}).get("urls", []):
        text = text.replace(str(link.get("url")), str(link.get("expanded_url")))
    return html.unescape(text).split() == work.text.split()


def _done(work: Work, post_id: str) -> Step:
    username = work.credentials.get("username", "i")
    url = f"https://x.com/{username}/status/{post_id}"
    return Step(Phase.done, work.marks, 100, 0, post_id, url)
