"""Fetching a picture from an address that somebody else chose, without being led astray.

The name is resolved once; every address it has must be public; the connection goes to the
address that was checked (so a name that changes its mind gains nothing); redirects are not
followed; time and size are limited.
"""

import asyncio
import socket
from collections.abc import Callable

import httpx

from transcoder_service.rules.fetching import PORTS, FetchFailed, check_resolved, target

SECONDS = 10.0
Check = Callable[[list[str]], str]


class Fetcher:
    """`check` picks the address to connect to among those a name has, or raises."""

    def __init__(self, check: Check = check_resolved, ports: frozenset[int] = PORTS) -> None:
        self.check = check
        self.ports = ports

    async def fetch(self, url: str, max_bytes: int) -> bytes:
        """Return what is at `url`. Raises AddressRefused, FetchFailed."""
        host, port = target(url, self.ports)
        try:
            async with asyncio.timeout(SECONDS):
                address = self.check(await _addresses(host, port))
                return await _download(url, host, address, max_bytes)
        except (TimeoutError, httpx.HTTPError, OSError) as error:
            raise FetchFailed from error


async def _addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def _download(url: str, host: str, address: str, max_bytes: int) -> bytes:
    original = httpx.URL(url)
    pinned = original.copy_with(host=address)
    async with (
        httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS) as http,
        http.stream(
            "GET",
            pinned,
            headers={"Host": original.netloc.decode(), "Accept": "image/*"},
            extensions={"sni_hostname": host},
        ) as answer,
    ):
        if answer.status_code != 200:
            raise FetchFailed(f"That address answered {answer.status_code}.")
        return await _at_most(answer, max_bytes)


async def _at_most(answer: httpx.Response, max_bytes: int) -> bytes:
    found = bytearray()
    async for chunk in answer.aiter_bytes():
        found += chunk
        if len(found) > max_bytes:
            raise FetchFailed(f"What is there is larger than {max_bytes} bytes.")
    return bytes(found)
