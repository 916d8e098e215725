"""An Instagram professional account: containers, resumable uploads, publishing, the word of each.

A container is published once at most, and says whether it was: that is how a lost answer is looked
up. A post is taken for ours only when its container was published, it was not there before, and it
is the only one that says our words.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from typing_extensions import override

from kit import clock
from kit.contracts.publisher.social import NetworkName
from publisher_service.providers.calls import body, call, line
from publisher_service.providers.meta import SKEW, Graph, Rejected, anew, only, same_words, told
from publisher_service.providers.network import (
    Away,
    Choice,
    Expired,
    File,
    Identity,
    Lost,
    Phase,
    Refused,
    Slow,
    SocialNetwork,
    Step,
    Work,
)

PART = 4 * 1024**2
PACE = 10.0  # between two looks at a container that is being processed
QUOTA_SECONDS = 3600.0
LOOKS = 4  # for the post of a container that was published: lists lag behind
LISTED = "50"
# Its own troubles with a container, after which a new one may do better.
PASSING = frozenset({2207001, 2207003, 2207008, 2207020, 2207032, 2207053})
GONE = frozenset({2207006, 2207020})
NOT_READY = frozenset({2207008, 2207027})
SUBCODE = re.compile(r"\b22\d{5}\b")
# A token counts for 60 days and can be renewed when it is 24 hours old; how old one is that
# somebody gave us, nobody says.
FIRST_RENEWAL = timedelta(hours=25)
INSTAGRAM_LOGIN = "IG"  # what its tokens begin with; those of Facebook's begin with EAA


class Instagram(SocialNetwork):
    name = NetworkName.instagram

    def __init__(self, facebook: Graph, instagram: Graph, upload_url: str) -> None:
        """`facebook` is asked with tokens of Facebook's login, `instagram` with its own."""
        self.facebook, self.instagram = facebook, instagram
        self.uploads = line(upload_url)

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        token = credentials["access_token"]
        more: dict[str, str] = {}
        if _is_own(token):
            query = {"fields": "user_id,username"}
            found = await self.instagram.ask(token, "GET", "/me", params=query)
            user = {"id": found["user_id"], "username": found["username"]}
            more["renew_at"] = (clock.now() + FIRST_RENEWAL).isoformat()
        else:
            more = await _lengthened(self.facebook, token)
            token = more.get("access_token", token)
            user_id = credentials.get("user_id") or await self._only_account(token)
            query = {"fields": "id,username"}
            user = await self.facebook.ask(token, "GET", f"/{user_id}", params=query)
        more |= {"user_id": str(user["id"]), "username": str(user["username"])}
        return Identity(more["user_id"], f"https://www.instagram.com/{more['username']}/", more)

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        token = credentials["access_token"]
        try:
            if _is_own(token):
                found = await self._renewed(token)
                renewed = _fresh(str(found["access_token"]), found)
            else:
                renewed = await _lengthened(self.facebook, token)
        except (Expired, Refused):
            return None
        return {**credentials, **renewed} if renewed else None

    @override
    async def prepare(self, work: Work) -> Step:
        """One step: make the container, send the clip, or ask whether it is ready."""
        assert work.file is not None  # noqa: S101  (the rules let nothing else through)
        if "container" not in work.marks:
            return await self._begin(work, work.file)
        fields = "status_code,status,video_status"
        found = await self._ask(work, "GET", _path(work, "container"), params={"fields": fields})
        uploading = found.get("video_status", {}).get("uploading_phase", {})
        is_here = not work.marks.get("uri") or uploading.get("status") == "complete"
        if found.get("status_code") == "IN_PROGRESS" and not is_here:
            return await self._upload(work, work.file, int(uploading.get("bytes_transferred", 0)))
        return await self._processed(work, found)

    @override
    async def create(self, work: Work) -> Step:
        given = {"creation_id": work.marks["container"]}
        try:
            made = await self._ask(work, "POST", _path(work, "user", "media_publish"), data=given)
        except Rejected as rejected:
            found = await self.find(work)
            if found is not None:
                return found
            if rejected.subcode in NOT_READY:
                raise Away(str(rejected)) from rejected
            if rejected.subcode in GONE:
                return anew(work.marks, str(rejected))
            raise
        return Step(Phase.confirming, work.marked(media_id=str(made["id"])), 100)

    @override
    async def find(self, work: Work) -> Step | None:
        """Ask the container whether it was published."""
        query = {"fields": "status_code"}
        found = await self._ask(work, "GET", _path(work, "container"), params=query)
        if found.get("status_code") == "PUBLISHED":
            return Step(Phase.confirming, work.marked(looks=0), 100)
        if found.get("status_code") in {"EXPIRED", "ERROR"}:
            return anew(work.marks, "Instagram could not publish it.")
        return None

    @override
    async def confirm(self, work: Work) -> Step:
        """See the post itself; where only its container spoke, find it among the others."""
        if "media_id" in work.marks:
            query = {"fields": "id,permalink"}
            try:
                post = await self._ask(work, "GET", _path(work, "media_id"), params=query)
            except Rejected as rejected:
                raise Lost(str(rejected)) from rejected  # not to be seen yet
            return Step(
                Phase.done, work.marks, 100, 0, str(post["id"]), str(post.get("permalink", ""))
            )
        ours = [each for each in await self._recent(work) if _is_ours(work, each)]
        if len(ours) == 1:
            return Step(Phase.confirming, work.marked(media_id=str(ours[0]["id"])), 100)
        looks = int(work.marks.get("looks", 0)) + 1
        if looks < LOOKS:
            return Step(Phase.confirming, work.marked(looks=looks), 100, PACE)
        profile = f"https://www.instagram.com/{work.credentials.get('username', '')}/"
        return Step(Phase.done, work.marks, 100, 0, str(work.marks["container"]), profile)

    @override
    async def close(self) -> None:
        await self.instagram.close()
        await self.uploads.aclose()

    async def _only_account(self, token: str) -> str:
        fields = "name,instagram_business_account{id,username}"
        accounts = [
            each["instagram_business_account"]
            for each in await self.facebook.pages(token, fields)
            if "instagram_business_account" in each
        ]
        choices = [Choice("user_id", str(each["id"]), str(each["username"])) for each in accounts]
        return only(choices, "No professional Instagram account is linked to these pages.")

    async def _renewed(self, token: str) -> dict[str, Any]:
        query = {"grant_type": "ig_refresh_token", "access_token": token}
        path = self.instagram.http.base_url.copy_with(path="/refresh_access_token")
        return told(await call(self.instagram.http, "GET", str(path), params=query))

    async def _begin(self, work: Work, file: File) -> Step:
        given = {"caption": work.text}
        if not file.is_clip:
            if file.public_url is None:
                raise Refused("Instagram fetches pictures, and this service has no public address.")
            given["image_url"] = file.public_url
        elif _is_own(work.credentials["access_token"]) and file.public_url:
            given |= {"media_type": "REELS", "video_url": file.public_url}
        else:
            given |= {"media_type": "REELS", "upload_type": "resumable"}
        made = await self._ask(work, "POST", _path(work, "user", "media"), data=given)
        marks = {"container": str(made["id"]), "again": work.marks.get("again", 0)}
        if "upload_type" in given:
            marks["uri"] = self._upload_address(made)
        return Step(Phase.preparing, marks)

    def _upload_address(self, made: Mapping[str, Any]) -> str:
        address = str(made.get("uri") or f"{self.uploads.base_url}ig-api-upload/{made['id']}")
        if httpx.URL(address).host != self.uploads.base_url.host:
            raise Refused("Instagram named an upload address that is not its own.")
        return address

    async def _upload(self, work: Work, file: File, offset: int) -> Step:
        """Send what is not there yet, in one request; where it breaks, it goes on the next time."""
        headers = {
            "Authorization": f"OAuth {work.credentials['access_token']}",
            "offset": str(offset),
            "file_size": str(file.byte_count),
            "Content-Length": str(file.byte_count - offset),
            "Content-Type": "application/octet-stream",
        }
        uri = str(work.marks["uri"])
        answer = await call(
            self.uploads, "POST", uri, headers=headers, content=_parts(file, offset)
        )
        if answer.is_success and body(answer).get("success") is True:
            return Step(Phase.preparing, work.marks, 100)
        raise _upload_trouble(answer)

    async def _processed(self, work: Work, container: Mapping[str, Any]) -> Step:
        state = container.get("status_code")
        if state == "FINISHED":
            await self._check_quota(work)
            before = [str(each["id"]) for each in await self._recent(work)]
            return Step(Phase.creating, work.marked(before=before), 100)
        said = str(container.get("status") or state)
        subcodes = {int(each) for each in SUBCODE.findall(said)}
        if state == "EXPIRED" or subcodes & PASSING:
            return anew(work.marks, f"Instagram could not process the file: {said}")
        if state == "ERROR":
            raise Refused(f"Instagram could not process the file: {said}")
        return Step(Phase.preparing, work.marks, 100, PACE)

    async def _check_quota(self, work: Work) -> None:
        """Raise Slow when the account has published what it may in a day."""
        query = {"fields": "quota_usage,config"}
        path = _path(work, "user", "content_publishing_limit")
        for each in (await self._ask(work, "GET", path, params=query)).get("data", []):
            most = each.get("config", {}).get("quota_total", 100)
            if int(each.get("quota_usage", 0)) >= int(most):
                raise Slow(QUOTA_SECONDS, f"Instagram takes {most} posts in 24 hours.")

    async def _recent(self, work: Work) -> list[Mapping[str, Any]]:
        query = {"fields": "id,caption,timestamp", "limit": LISTED}
        listed = await self._ask(work, "GET", _path(work, "user", "media"), params=query)
        found: list[Mapping[str, Any]] = listed.get("data", [])
        return found

    async def _ask(self, work: Work, method: str, path: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON)
        token = work.credentials["access_token"]
        graph = self.instagram if _is_own(token) else self.facebook
        return await graph.ask(token, method, path, **given)


def _is_own(token: str) -> bool:
    """Say whether a token is of Instagram's own login."""
    return token.startswith(INSTAGRAM_LOGIN)


def _path(work: Work, what: str, edge: str = "") -> str:
    found = work.credentials["user_id"] if what == "user" else work.marks[what]
    return f"/{found}/{edge}" if edge else f"/{found}"


async def _lengthened(graph: Graph, token: str) -> dict[str, str]:
    """Return a token that lasts, with what is known of its end; nothing where there is no way."""
    if not graph.lengthens:
        return {}
    try:
        found = await graph.lengthened(token)
    except Rejected:
        return {}  # it lasts already
    return _fresh(str(found["access_token"]), found)


def _fresh(token: str, found: Mapping[str, Any]) -> dict[str, str]:
    """Return a token, and when half of its time is over."""
    seconds = float(found.get("expires_in", 0))
    renewal = {"renew_at": (clock.now() + timedelta(seconds=seconds / 2)).isoformat()}
    return {"access_token": token, **(renewal if seconds else {})}


def _is_ours(work: Work, post: Mapping[str, Any]) -> bool:
    if str(post.get("id")) in work.marks.get("before", []):
        return False
    if not same_words(post.get("caption"), work.text):
        return False
    at = datetime.fromisoformat(str(post.get("timestamp")))
    return work.since is None or at >= work.since - SKEW


async def _parts(file: File, offset: int) -> AsyncIterator[bytes]:
    while offset < file.byte_count:
        part = await file.read(offset, min(PART, file.byte_count - offset))
        yield part
        offset += len(part)


def _upload_trouble(answer: httpx.Response) -> Exception:
    known = body(answer).get("debug_info", {})
    said = str(known.get("message") or f"Instagram answered {answer.status_code} to the upload")
    if answer.status_code in {401, 403} or known.get("type") == "NotAuthorizedError":
        return Expired(said)
    if known.get("retriable") is True or known.get("type") == "OffsetInvalidError":
        return Lost(said)
    return Refused(said)
