"""Clients of services that have streams: what is told is passed on as it comes."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Self

import httpx
from typing_extensions import override

from kit.client import Param, ServiceClient, Signer, open_http
from kit.errors import Unavailable
from kit.settings import ServiceSettings

logger = logging.getLogger(__name__)
SILENCE = httpx.Timeout(10, read=60)  # a stream says something every fifteen seconds


class ListeningClient(ServiceClient):
    """Streams go through connections of their own, as many as there are listeners.

    A thousand viewers who only listen would otherwise hold up every call behind them.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        signer: Signer | None = None,
        streams: httpx.AsyncClient | None = None,
    ) -> None:
        super().__init__(http, signer)
        self.streams = streams or http

    @override
    @classmethod
    def at(cls, settings: ServiceSettings, url: str) -> Self:
        made = super().at(settings, url)
        made.streams = open_http(url, most=0)
        return made

    @override
    async def close(self) -> None:
        await super().close()
        await self.streams.aclose()

    async def listen(
        self, path: str, headers: Mapping[str, str] | None = None, **query: Param
    ) -> AsyncIterator[bytes]:
        """Yield server-sent events as they come, to be passed on as they are.

        Ends also when the line is cut: whoever listens comes back by themselves.
        """
        request = self._request("GET", path, None, query)
        request.headers.update({"Accept": "text/event-stream", **(headers or {})})
        request.extensions["timeout"] = SILENCE.as_dict()
        try:
            response = await self.streams.send(request, stream=True)
        except httpx.TransportError as error:
            raise Unavailable(f"{self.SERVICE or request.url.host} did not answer.") from error
        async with aclosing(response):
            if response.is_error:
                await response.aread()
                raise self.error_in(response)
            try:
                async for piece in response.aiter_raw():
                    yield piece
            except httpx.TransportError as error:
                logger.info("a stream was cut", extra={"path": path, "why": str(error)[:200]})
