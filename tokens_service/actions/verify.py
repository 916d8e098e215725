"""Say what a code or a long token opens, now.

Genuine ones are remembered while the store's stamp stays the same, so revocation acts at once.
Wrong, unknown, expired and revoked ones all go the same way and get the same answer.
"""

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from kit import clock
from kit.contracts.tokens import TokenState, Verification
from tokens_service.actions.guard import Guard, counted_as
from tokens_service.actions.issuer import code_of, long_token
from tokens_service.models import Store, TokenRow
from tokens_service.queries import devices, tokens
from tokens_service.rules import codes, terms
from tokens_service.rules.keys import SHORTEST_LONG_TOKEN, Keys

REMEMBERED = 20_000
BEAT_SECONDS = 0.01
NO = Verification(ok=False)
FULL = Verification(ok=False, reason="device_limit")
SHORT = {NO: NO.model_dump_json(exclude_none=True).encode(),
         FULL: FULL.model_dump_json(exclude_none=True).encode()}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A genuine token: its row, the answer to give, as bytes for everybody and for services."""

    row: TokenRow
    answer: Verification
    encoded: bytes
    for_services: bytes
    devices: frozenset[str]


def encoded(found: Known | Verification, *, for_service: bool = False) -> bytes:
    """Return an answer as it is sent; only services are told whose a token is."""
    if not isinstance(found, Known):
        return SHORT[found]
    return found.for_services if for_service else found.encoded


class Verifier:
    def __init__(self, store: Store, keys: Keys, guard: Guard) -> None:
        self.store = store
        self.keys = keys
        self.guard = guard
        self.known: OrderedDict[str, Known] = OrderedDict()
        self.stamp: object = None

    async def verify(self, given: str, device: str | None, address: str) -> Verification:
        """Return what `given` opens; `address` is whose guesses are counted ("": nobody's)."""
        found = await self.find(given, device, address)
        return found.answer if isinstance(found, Known) else found

    async def answer(self, row: TokenRow) -> Verification:
        """Return what is said of an active token."""
        return (await self._known(row, code_of(self.keys, row))).answer

    async def find(self, given: str, device: str | None, address: str) -> Known | Verification:
        is_long = len(given) >= SHORTEST_LONG_TOKEN
        whom = "" if is_long or not address else counted_as(address)
        started = time.monotonic()
        if whom:
            await self.guard.check(whom)
        now = clock.now()
        found = self._remembered(given, now) or await self._look(given, is_long, now)
        if found is None:
            await self._count(given, is_long, whom)
            await _until_the_next_beat(started)
            return NO
        if device is None or found.row.max_devices is None or device in found.devices:
            return found
        return await self._with_device(given, found, device, now)

    def _remembered(self, given: str, now: datetime) -> Known | None:
        stamp = self.store.stamp()
        if stamp != self.stamp:
            self.known.clear()
            self.stamp = stamp
        found = self.known.get(given)
        if found is None or found.row.expires_at <= now:
            return None
        return found

    async def _look(self, given: str, is_long: bool, now: datetime) -> Known | None:
        code = self.keys.code_of(given) if is_long else given
        asked = codes.typed(code) if code else None
        if asked is None:
            return None
        stamp = self.stamp
        row = await tokens.token_by_lookups(self.store, self.keys.lookups(asked[1]))
        if row is None or terms.state(row, now) is not TokenState.active:
            return None
        written = code_of(self.keys, row)
        if not codes.is_prefix(asked[0], written):
            return None
        found = await self._known(row, written)
        self._remember(given, found, stamp)
        return found

    async def _known(self, row: TokenRow, written: str) -> Known:
        seen = await devices.devices(self.store, row.id) if row.devices else []
        answer = Verification(
            ok=True,
            access_level=row.access_level,
            video_id=row.video_id,
            title=row.title,
            expires_at=row.expires_at,
            token_id=row.id,
            token=long_token(self.keys, row, written),
            account_id=row.account_id,
        )
        plain = answer.model_dump_json(exclude={"account_id"}).encode()
        full = answer.model_dump_json().encode() if row.account_id else plain
        return Known(row, answer, plain, full, frozenset(one.id for one in seen))

    def _remember(self, given: str, found: Known, stamp: object) -> None:
        """Keep what was read, unless the store may have changed while it was read."""
        if stamp != self.stamp:
            return
        self.known[given] = found
        if len(self.known) > REMEMBERED:
            self.known.popitem(last=False)

    async def _count(self, given: str, is_long: bool, whom: str) -> None:
        asked = None if is_long else codes.typed(given)
        if asked and whom:
            await self.guard.count(whom, asked[1])

    async def _with_device(
        self, given: str, found: Known, device: str, now: datetime
    ) -> Known | Verification:
        seen = await devices.take(self.store, found.row.id, device, now)
        self.known.pop(given, None)
        return found if device in {one.id for one in seen} else FULL


async def _until_the_next_beat(started: float) -> None:
    """Wait, so that every "no" takes whole beats: how long it took says nothing about why."""
    taken = time.monotonic() - started
    await asyncio.sleep(math.ceil(taken / BEAT_SECONDS) * BEAT_SECONDS - taken)
