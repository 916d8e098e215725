"""Keeps guessing hopeless without locking out the innocent.

Only wrong short codes count, each wrong code once however often it is sent again. An address that
sent too many must wait. When its whole network, or everybody together, sends too many, addresses
are not locked but get fewer tries. Long tokens cannot be guessed, so they never come here.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeVar

from kit.contracts.tokens import GuessedTooOften
from kit.errors import TooMany
from kit.limits import Limiter

Key = TypeVar("Key")
Value = TypeVar("Value")
REMEMBERED = 20_000
TRUSTED_SECONDS = 1.0
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Rules:
    per_address: str
    per_network: str
    in_all: str
    under_siege: str


class Guard:
    def __init__(self, limiter: Limiter, rules: Rules) -> None:
        self.limiter = limiter
        self.rules = rules
        # What Valkey said about an address holds for a second; every wrong code asks it anyway.
        self.clear_until: OrderedDict[str, float] = OrderedDict()
        self.counted: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def check(self, address: str) -> None:
        """Raise GuessedTooOften while this address must wait."""
        now = time.monotonic()
        if self.clear_until.get(address, 0.0) > now:
            return
        try:
            await self.limiter.check(self.rules.per_address, "address", address)
            if await self._besieged(address):
                await self.limiter.check(self.rules.under_siege, "siege", address)
        except TooMany as error:
            raise GuessedTooOften(**error.extra) from error
        _remember(self.clear_until, address, now + TRUSTED_SECONDS)

    async def count(self, address: str, code: str) -> None:
        """Count a wrong code; raise GuessedTooOften when it is one too many."""
        if (address, code) in self.counted:
            return
        _remember(self.counted, (address, code), None)
        hits = await asyncio.gather(
            self.limiter.hit(self.rules.per_address, "address", address),
            self.limiter.hit(self.rules.under_siege, "siege", address),
            self.limiter.hit(self.rules.per_network, "network", network(address)),
            self.limiter.hit(self.rules.in_all, EVERYBODY),
            return_exceptions=True,
        )
        self.clear_until.pop(address, None)
        for found in hits:
            if isinstance(found, BaseException) and not isinstance(found, TooMany):
                raise found
        if isinstance(hits[0], TooMany):
            raise GuessedTooOften(**hits[0].extra)

    async def _besieged(self, address: str) -> bool:
        try:
            await self.limiter.check(self.rules.per_network, "network", network(address))
            await self.limiter.check(self.rules.in_all, EVERYBODY)
        except TooMany:
            return True
        return False


def counted_as(address: str) -> str:
    """Return whom an address stands for: one IPv4 address, one IPv6 /64 (a household)."""
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else address[:100]


def network(address: str) -> str:
    """Return the network that a counted address belongs to: IPv4 /24, IPv6 /48."""
    found = _parsed(address.partition("/")[0])
    if found is None:
        return address
    return str(ip_network((found, 48 if isinstance(found, IPv6Address) else 24), strict=False))


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _remember(memory: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
