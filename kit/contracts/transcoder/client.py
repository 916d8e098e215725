"""The client of a video library: Bunny's cloud and our transcoder_service alike."""

from base64 import b64encode
from collections.abc import AsyncIterable
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

import httpx
from typing_extensions import override

from kit.client import Param, Query, ServiceClient, open_http
from kit.contracts.transcoder.wire import (
    CaptionNew,
    Collection,
    CollectionChange,
    CollectionNotFound,
    Collections,
    LibraryBusy,
    LibraryKeyRefused,
    LibraryUnavailable,
    Play,
    Status,
    Video,
    VideoAlreadyUploaded,
    VideoBusy,
    VideoChange,
    VideoNew,
    VideoNotFound,
    VideoRefused,
    Videos,
    Wire,
)
from kit.errors import AppError

Answer = TypeVar("Answer", bound=Wire)
UPLOAD = httpx.Timeout(None, connect=10)


class VideoLibraryClient(ServiceClient):
    """Speaks Bunny Stream's API with a library's own key (the AccessKey header)."""

    SERVICE: ClassVar[str] = "video_library"

    def __init__(
        self,
        http: httpx.AsyncClient,  # noqa: TID251  (this is the contract's client)
        library_id: int,
        api_key: str,
    ) -> None:
        super().__init__(http)
        self.library_id = library_id
        self.api_key = api_key

    @classmethod
    def of(cls, url: str, library_id: int, api_key: str) -> "VideoLibraryClient":
        """Return the client of the library at `url` (BUNNY_API_URL)."""
        return cls(open_http(url), library_id, api_key)

    @override
    async def ping(self) -> None:
        await self.list_videos(items_per_page=1)

    async def list_videos(
        self,
        page: int = 1,
        items_per_page: int = 100,
        search: str = "",
        collection: str = "",
        order_by: str = "date",
    ) -> Videos:
        query: dict[str, Param] = {
            "page": page,
            "itemsPerPage": items_per_page,
            "search": search,
            "collection": collection,
            "orderBy": order_by,
        }
        return await self._ask("GET", "/videos", Videos, query=query)

    async def get_video(self, video_id: str) -> Video:
        return await self._ask("GET", _video(video_id), Video)

    async def create_video(self, new: VideoNew) -> Video:
        return await self._ask("POST", "/videos", Video, new)

    async def update_video(self, video_id: str, change: VideoChange) -> Status:
        return await self._ask("POST", _video(video_id), Status, change)

    async def delete_video(self, video_id: str) -> Status:
        return await self._ask("DELETE", _video(video_id), Status)

    async def upload(self, video_id: str, content: AsyncIterable[bytes] | bytes) -> Status:
        """Send the film itself, as it is read; it is not retried (TUS resumes, this does not)."""
        request = self.http.build_request(
            "PUT",
            self._path(_video(video_id)),
            content=content,
            headers=self._headers() | {"Content-Type": "application/octet-stream"},
            timeout=UPLOAD,
        )
        return Status.model_validate(self._content(await self._attempt(request)))

    async def play(self, video_id: str, token: str = "", expires: int = 0) -> Play:
        query: dict[str, Param] = {"token": token, "expires": expires}
        return await self._ask("GET", _video(video_id, "play"), Play, query=query)

    async def add_caption(self, video_id: str, srclang: str, label: str, file: bytes) -> Status:
        """Add captions (.vtt or .srt), or replace those of the same language."""
        new = CaptionNew(srclang=srclang, label=label, captions_file=b64encode(file).decode())
        return await self._ask("POST", _video(video_id, "captions", srclang), Status, new)

    async def delete_caption(self, video_id: str, srclang: str) -> Status:
        return await self._ask("DELETE", _video(video_id, "captions", srclang), Status)

    async def set_thumbnail(
        self, video_id: str, picture: bytes | None = None, *, url: str | None = None
    ) -> Status:
        """Take this picture, or the one at `url`, as the poster frame."""
        return await self._ask(
            "POST", _video(video_id, "thumbnail"), Status, picture, query={"thumbnailUrl": url}
        )

    async def list_collections(
        self, page: int = 1, items_per_page: int = 100, search: str = "", order_by: str = "date"
    ) -> Collections:
        query: dict[str, Param] = {
            "page": page,
            "itemsPerPage": items_per_page,
            "search": search,
            "orderBy": order_by,
        }
        return await self._ask("GET", "/collections", Collections, query=query)

    async def get_collection(self, collection_id: str) -> Collection:
        return await self._ask("GET", _collection(collection_id), Collection)

    async def create_collection(self, name: str) -> Collection:
        return await self._ask("POST", "/collections", Collection, CollectionChange(name=name))

    async def update_collection(self, collection_id: str, name: str) -> Status:
        change = CollectionChange(name=name)
        return await self._ask("POST", _collection(collection_id), Status, change)

    async def delete_collection(self, collection_id: str) -> Status:
        return await self._ask("DELETE", _collection(collection_id), Status)

    async def _ask(
        self,
        method: str,
        path: str,
        into: type[Answer],
        body: Wire | bytes | None = None,
        *,
        query: Query | None = None,
    ) -> Answer:
        response = await self.send(
            method, self._path(path), body, query=query, headers=self._headers()
        )
        return into.model_validate(self._content(response))

    def _path(self, path: str) -> str:
        return f"/library/{self.library_id}{path}"

    def _headers(self) -> dict[str, str]:
        return {"AccessKey": self.api_key, "Accept": "application/json"}

    def _content(self, response: httpx.Response) -> Any:  # noqa: ANN401  (JSON)
        """Return the answer's JSON. A 200 whose body says otherwise is an error."""
        try:
            content = response.json()
        except ValueError as error:
            raise LibraryUnavailable from error
        lowered = _lowered(content)
        if lowered.get("success") is False or lowered.get("statuscode", 200) != 200:
            raise _error(response, int(lowered.get("statuscode") or 500), lowered)
        return content

    @override
    def error_in(self, response: httpx.Response) -> AppError:
        try:
            lowered = _lowered(response.json())
        except ValueError:
            lowered = {}
        return _error(response, response.status_code, lowered)


def _video(video_id: str, *more: str) -> str:
    return "/videos/" + "/".join(quote(part, safe="") for part in (video_id, *more))


def _collection(collection_id: str) -> str:
    return "/collections/" + quote(collection_id, safe="")


def _lowered(content: object) -> dict[str, Any]:
    """Return the keys in lower case: Bunny's 401 is PascalCase, its other answers are not."""
    if isinstance(content, str):
        return {"message": content}
    if not isinstance(content, dict):
        return {}
    return {str(key).lower(): value for key, value in content.items()}


def _error(response: httpx.Response, status: int, body: dict[str, Any]) -> AppError:
    message = str(body.get("message") or "; ".join(body.get("errorlist") or ()) or "") or None
    if status in {401, 403}:
        return LibraryKeyRefused(library_says=message)
    if status == 404:
        is_collection = "/collections/" in response.url.path
        return CollectionNotFound() if is_collection else VideoNotFound()
    if status == 429:
        wait = response.headers.get("retry-after", "")
        return LibraryBusy(retry_after=int(wait) if wait.isdigit() else 5)
    if status < 500:
        return _refusal(response.request.method, status, message)
    return LibraryUnavailable(message)


def _refusal(method: str, status: int, message: str | None) -> AppError:
    if status in {409, 423}:
        return VideoBusy(message)
    is_second = "already uploaded" in (message or "already uploaded").lower()
    if method == "PUT" and status == 400 and is_second:
        return VideoAlreadyUploaded()
    return VideoRefused(message)
