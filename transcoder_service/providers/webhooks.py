"""Whoever takes our webhooks."""

import httpx

from kit.client import open_http

TIMEOUT = httpx.Timeout(10, connect=5)


class Messenger:
    """Posts webhooks. It follows no redirect: the signature is meant for one address."""

    def __init__(self, http: httpx.AsyncClient | None = None) -> None:
        self.http = http or open_http("", TIMEOUT)

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> str | None:
        """Send one message; return None when it was taken, else in words why not."""
        given = {"Content-Type": "application/json", **headers}
        try:
            answer = await self.http.post(url, content=body, headers=given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error}"[:500]
        return None if answer.is_success else f"answered {answer.status_code}"

    async def close(self) -> None:
        await self.http.aclose()
