"""Posting to an address that somebody else chose, without being led into our own network.

The name is resolved once, every address it has must be public, and the connection goes to the one
that was checked, so a name that changes its mind gains nothing. Redirects are not followed.
"""

import asyncio
import socket

import httpx

from kit.addresses import is_public
from publisher_service.providers.calls import call, trusted
from publisher_service.providers.network import Away, Refused
from publisher_service.rules.addresses import host_of

SECONDS = 20.0


class GuardedLine:
    """`is_private_allowed`: for receivers on one's own network."""

    def __init__(self, *, is_private_allowed: bool = False) -> None:
        self.is_private_allowed = is_private_allowed
        self.http = httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=SECONDS, verify=trusted()
        )

    async def check(self, url: str) -> str:
        """Return the IP address to connect to; raise Refused, or Away when the name is unknown."""
        found = host_of(url, is_anything_allowed=self.is_private_allowed)
        if found is None:
            raise Refused("Only public https addresses are written to.")
        try:
            resolved = await asyncio.get_running_loop().getaddrinfo(*found, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Away(f"{found[0]} is not known") from error
        addresses = [str(each[4][0]) for each in resolved]
        if not self.is_private_allowed and not all(is_public(each) for each in addresses):
            raise Refused("Only public https addresses are written to.")
        return addresses[0]

    async def post(self, url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Raise Refused, Away, Slow or Lost."""
        address = await self.check(url)
        target = httpx.URL(url)
        return await call(
            self.http,
            "POST",
            str(target.copy_with(host=address)),
            content=content,
            headers={**headers, "Host": target.netloc.decode()},
            extensions={"sni_hostname": target.host},
        )

    async def close(self) -> None:
        await self.http.aclose()
