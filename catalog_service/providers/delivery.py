"""The CDN that delivers the library's files; here only for a video's thumbnail."""

from typing import ClassVar
from urllib.parse import parse_qsl

from kit.client import ServiceClient, open_http

MAX_BYTES = 15_000_000


class DeliveryClient(ServiceClient):
    """Fetches signed addresses."""

    SERVICE: ClassVar[str] = "delivery"

    @classmethod
    def of(cls, url: str) -> "DeliveryClient":
        return cls(open_http(url))

    async def fetch(self, address: str) -> bytes | None:
        """Return the file at a signed address; None when it is absurdly large."""
        path, _, query = address.partition("?")
        answer = await self.send("GET", path, query=dict(parse_qsl(query)))
        return answer.content if len(answer.content) <= MAX_BYTES else None
