"""The sandbox: test money, approved and declined at will. Never in production.

By phone, the last two digits of the number say what comes: 00 declined for want of money, 01
nothing ever, 02 approved after a minute and a half, anything else approved after four seconds.
Everything else is chosen on the sandbox's own page (`pages/sandbox.py`).
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kit.auth import derive_key
from kit.clock import now
from kit.db import Database, new_id
from payments_service.models.sandbox import SandboxCharge, SandboxGiving
from payments_service.providers.provider import (
    Charge,
    Given,
    Giving,
    Hook,
    Known,
    Method,
    Refused,
    Seen,
    Started,
    State,
    Unsigned,
)
from payments_service.rules.operators import OPERATORS

NAME = "sandbox"
SIGNATURE = "x-sandbox-signature"
TOLERANCE_SECONDS = 300
CURRENCIES = frozenset({"XOF", "EUR", "USD"})
SOON, LATE = timedelta(seconds=4), timedelta(seconds=90)
# What a payer can choose: the state that comes, after how long, and why it failed.
OUTCOMES: Mapping[str, tuple[State, timedelta, str]] = {
    "approve": (State.approved, timedelta(), ""),
    "decline": (State.declined, timedelta(), "insufficient_funds"),
    "late": (State.approved, LATE, ""),
    "never": (State.pending, timedelta(), ""),
}
BY_PHONE = {"00": ("decline", SOON), "01": ("never", SOON), "02": ("late", LATE)}
METHODS = (
    *(Method(each.name, each.country, True, frozenset({each.currency})) for each in OPERATORS),
    Method("card", None, False, CURRENCIES),
)


class Sandbox:
    name = NAME
    is_test = True

    def __init__(self, database: Database, page_url: str, secret: str) -> None:
        """`page_url`: where the sandbox's own page is, without the reference at its end."""
        self.database = database
        self.page_url = page_url
        self.key = derive_key(secret, "sandbox-webhook")

    def methods(self) -> tuple[Method, ...]:
        return METHODS

    async def available(self) -> frozenset[str]:
        return frozenset(method.name for method in METHODS)

    async def start(self, charge: Charge) -> Started:
        at = now()
        ref = f"sandbox-{new_id()}"
        row = {
            "attempt_id": charge.attempt_id,
            "ref": ref,
            "method": charge.method,
            "phone": charge.phone,
            "amount": charge.amount,
            "currency": charge.currency,
            "description": charge.description,
            "return_url": charge.return_url,
            "locale": charge.locale,
            "state": State.pending,
            "created_at": at,
            **_foreseen(charge.phone, at),
        }
        made = insert(SandboxCharge).values(row).on_conflict_do_nothing()
        async with self.database.sessions.begin() as session:
            await session.execute(made)
            known = await session.get(SandboxCharge, charge.attempt_id)
        if known is None:
            raise Refused("the sandbox lost it")
        url = "" if known.phone else f"{self.page_url}/{known.ref}"
        return Started(known.ref, url)

    async def find(self, known: Known) -> Seen | None:
        async with self.database.reads() as session:
            row = await session.get(SandboxCharge, known.attempt_id)
            if row is None:
                return None
            sent = select(func.coalesce(func.sum(SandboxGiving.amount), 0)).where(
                SandboxGiving.attempt_id == row.attempt_id, SandboxGiving.state == State.approved
            )
            refunded = int(await session.scalar(sent) or 0)
        state = _state(row, now())
        reason = row.reason if state is State.declined else ""
        return Seen(
            state, row.amount, row.currency, row.ref, reason,
            refunded=refunded, attempt_id=row.attempt_id,
        )  # fmt: skip

    async def charge(self, ref: str) -> SandboxCharge | None:
        """Return what the payer is asked for on the page."""
        async with self.database.reads() as session:
            return await session.scalar(select(SandboxCharge).where(SandboxCharge.ref == ref))

    async def choose(self, ref: str, outcome: str) -> tuple[dict[str, str], bytes] | None:
        """Let the payer's choice come true; return the webhook that tells of it."""
        state, after, reason = OUTCOMES[outcome]
        at = now()
        async with self.database.sessions.begin() as session:
            asked = select(SandboxCharge).where(SandboxCharge.ref == ref).with_for_update()
            row = await session.scalar(asked)
            if row is None or _state(row, at) is State.approved:
                return None
            row.next_state, row.due_at, row.reason = state, at + after, reason
        body = orjson.dumps({"id": str(new_id()), "kind": state, "ref": ref})
        return {SIGNATURE: self.signature(body, at)}, body

    def signature(self, body: bytes, at: datetime) -> str:
        moment = str(int(at.timestamp()))
        digest = hmac.digest(self.key, moment.encode() + b"." + body, hashlib.sha256)
        return f"{moment}.{digest.hex()}"

    async def fetch_keys(self, headers: Mapping[str, str]) -> None:
        return

    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        shown = headers.get(SIGNATURE, "")
        moment = shown.partition(".")[0]
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            raise Unsigned("no signature")
        then = datetime.fromtimestamp(int(moment), at.tzinfo)
        if not hmac.compare_digest(self.signature(body, then).encode(), shown.encode()):
            raise Unsigned("another signature")
        if abs((at - then).total_seconds()) > TOLERANCE_SECONDS:
            raise Unsigned("too old")
        try:
            told = orjson.loads(body)
            return Hook(str(told["id"]), str(told["kind"]), str(told["ref"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Unsigned("it says nothing") from error

    async def trace(self, hook: Hook) -> Hook:
        return hook

    def may_refund(self, phone: str) -> bool:
        return True

    async def refund(self, giving: Giving) -> Given:
        return await self._give(giving)

    async def pay_out(self, giving: Giving) -> Given:
        return await self._give(giving)

    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        async with self.database.reads() as session:
            row = await session.get(SandboxGiving, giving.id)
        return Given(State(row.state), f"sandbox-{row.id}", row.reason) if row else None

    async def balances(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        at = now()
        async with self.database.reads() as session:
            for charge in await session.scalars(select(SandboxCharge)):
                if _state(charge, at) is State.approved:
                    found[charge.currency] = found.get(charge.currency, 0) + charge.amount
            for giving in await session.scalars(select(SandboxGiving)):
                if giving.state == State.approved:
                    found[giving.currency] = found.get(giving.currency, 0) - giving.amount
        return found

    async def close(self) -> None:
        return

    async def _give(self, giving: Giving) -> Given:
        is_refused = giving.phone.endswith("00")
        row = {
            "id": giving.id,
            "attempt_id": giving.charge.attempt_id if giving.charge else None,
            "phone": giving.phone,
            "amount": giving.amount,
            "currency": giving.currency,
            "state": State.declined if is_refused else State.approved,
            "reason": "wrong_number" if is_refused else "",
            "created_at": now(),
        }
        async with self.database.sessions.begin() as session:
            await session.execute(insert(SandboxGiving).values(row).on_conflict_do_nothing())
        found = await self.find_given(giving, "")
        if found is None:
            raise Refused("the sandbox lost it")
        return found


def _foreseen(phone: str, at: datetime) -> dict[str, object]:
    """Return what becomes of a charge by phone, without anybody choosing."""
    outcome, after = BY_PHONE.get(phone[-2:], ("approve", SOON))
    state, _, reason = OUTCOMES[outcome]
    if not phone:
        return {"next_state": State.pending, "due_at": None, "reason": ""}
    return {"next_state": state, "due_at": at + after, "reason": reason}


def _state(row: SandboxCharge, at: datetime) -> State:
    is_due = row.due_at is not None and row.due_at <= at
    return State(row.next_state if is_due else row.state)
