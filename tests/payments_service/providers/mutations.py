"""Forged webhooks by the thousand: each is a real one, changed in one of the ways that forgers,
careless proxies and other people's code have. None may be taken.

A provider joins with one line in FORGEABLE: a function that returns one real webhook of its own.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import new as hmac_new
from random import Random
from typing import Any

from kit import clock
from kit.db import new_id
from payments_service.providers.fedapay import FedaPay
from payments_service.providers.mtn_momo import MtnMomo
from payments_service.providers.mtn_momo_line import MomoKeys, MomoLine
from payments_service.providers.provider import Hook, Provider, Unsigned, is_proven
from payments_service.providers.wave import Wave
from payments_service.rules.signatures import TOLERANCE, seal, sign

Headers = dict[str, str]
Forger = Callable[[bytes, str], Headers]  # what others sign with, of a body and a moment
SECRET, API_KEY = "whsec-of-this-endpoint-alone", "sk_sandbox_a-key-of-the-api"


@dataclass(frozen=True)
class Forgeable:
    """A real webhook, and the one who verifies it. Header names are lower case.

    `is_bound`: whether its proof covers the body. Where a provider signs nothing (MTN, CinetPay),
    a changed body may still wake us about the same payment, and never about another. `secrets`:
    what is kept with its attempt, and with no other. `lasts`: seconds until it is too old.
    """

    provider: Provider
    headers: Headers
    body: bytes
    at: datetime
    signature: str = ""
    is_bound: bool = True
    lasts: int = TOLERANCE
    secrets: Mapping[str, str] = field(default_factory=dict)
    forgers: tuple[Forger, ...] = ()


@dataclass(frozen=True)
class Mutation:
    name: str
    headers: Headers
    body: bytes
    at: datetime


def taken(real: Forgeable, given: Mutation) -> Hook | None:
    """Return what a forged webhook would do; None when it does nothing."""
    try:
        hook = real.provider.verify(given.headers, given.body, given.at)
    except Unsigned:
        return None
    if real.is_bound:
        return hook
    meant = real.provider.verify(real.headers, real.body, real.at)
    kept = real.secrets if hook.attempt_id == meant.attempt_id else {}
    if not is_proven(hook, kept):
        return None
    is_other = (hook.provider_ref, hook.attempt_id) != (meant.provider_ref, meant.attempt_id)
    return hook if is_other else None


def mutations(real: Forgeable, count: int, seed: int = 1) -> Iterator[Mutation]:
    """Change a webhook so many times, each time otherwise; never into itself."""
    chance = Random(seed)
    ways = [_body, _truncated, _reserialised]
    if real.signature:
        ways += [_header, _stale, _resigned]
    made = 0
    while made < count:
        mutation = ways[made % len(ways)](real, chance)
        is_same = (mutation.headers, mutation.body) == (real.headers, real.body)
        if is_same and mutation.at == real.at:
            continue
        made += 1
        yield mutation


def _body(real: Forgeable, chance: Random) -> Mutation:
    """Change some bytes: one bit, one byte more or less, a digit, two that change places."""
    body = bytearray(real.body)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        at = chance.randrange(len(body))
        match chance.randrange(5):
            case 0:
                body[at] ^= 1 << chance.randrange(8)
            case 1:
                body.insert(at, chance.randrange(256))
            case 2:
                del body[at]
            case 3:
                digits = [i for i, byte in enumerate(body) if 48 <= byte <= 57]
                body[chance.choice(digits)] = chance.randrange(48, 58)
            case _:
                other = chance.randrange(len(body))
                body[at], body[other] = body[other], body[at]
    return Mutation("body", real.headers, bytes(body), real.at)


def _truncated(real: Forgeable, chance: Random) -> Mutation:
    cut = chance.randrange(len(real.body))
    parts = (real.body[:cut], real.body[cut:], real.body + real.body[:cut], real.body * 2)
    return Mutation("truncated", real.headers, chance.choice(parts), real.at)


def _reserialised(real: Forgeable, chance: Random) -> Mutation:
    """Write the same JSON anew, as code does that verifies what it has parsed."""
    said = list(json.loads(real.body).items())
    written = json.dumps(
        dict(said if chance.random() < 0.5 else chance.sample(said, len(said))),
        indent=chance.choice((None, 1, 2, 4)),
        sort_keys=chance.random() < 0.3,
        separators=chance.choice(((",", ":"), (", ", ": "), (" ,", " :"))),
    ).encode()
    edges = (b"", b" ", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\0")
    return Mutation(
        "re-serialised",
        real.headers,
        chance.choice(edges) + written + chance.choice(edges),
        real.at,
    )


def _header(real: Forgeable, chance: Random) -> Mutation:
    """Change the signature's header: a character, a part, its order of parts, all of it."""
    value = real.headers[real.signature]
    at = chance.randrange(len(value))
    letter = chance.choice("0123456789abcdefABCDEF=,.;tsv \u0661é")
    parts = value.split(",")
    changed = chance.choice(
        (
            value[:at] + letter + value[at + 1 :],
            value[:at] + value[at + 1 :],
            value[:at],
            value[at:],
            ",".join(parts[:-1]),
            ",".join(parts[1:]),
            f"{parts[0]},{value}",
            value.replace("=", chance.choice(("", ":", "=="))),
            value.upper(),
            "",
            "t=,s=,v1=",
            "0" * chance.randrange(200),
        )
    )
    if chance.random() < 0.05:
        rest = {name: each for name, each in real.headers.items() if name != real.signature}
        return Mutation("no header", rest, real.body, real.at)
    if _means_the_same(changed, value):
        changed = ""
    return Mutation("header", {**real.headers, real.signature: changed}, real.body, real.at)


def _stale(real: Forgeable, chance: Random) -> Mutation:
    """Bring a real one too late, or before its time."""
    more = 1 + chance.randrange(10 ** chance.randrange(1, 8))
    is_late = chance.random() < 0.5
    moved = real.at + timedelta(seconds=real.lasts + more if is_late else -TOLERANCE - more)
    return Mutation("stale", real.headers, real.body, moved)


def _resigned(real: Forgeable, chance: Random) -> Mutation:
    """Sign a body anew as somebody would who has no secret, or a wrong idea of it."""
    body = real.body if chance.random() < 0.5 else _body(real, chance).body
    if not real.forgers:
        return _header(real, chance)
    moment = str(int(real.at.timestamp()) + chance.randrange(-5, 6))
    headers = chance.choice(real.forgers)(body, moment)
    return Mutation("re-signed", {**real.headers, **headers}, body, real.at)


def _means_the_same(changed: str, value: str) -> bool:
    """Say whether a header that looks otherwise has the same parts: blanks around them."""
    return [part.strip() for part in changed.split(",")] == value.split(",")


async def fedapay() -> Forgeable:
    event = _event("transaction.approved", merchant_reference=str(new_id()))
    at = clock.now()
    moment = str(int(at.timestamp()))
    name = "x-fedapay-signature"
    headers = {name: f"t={moment},s={sign(moment, event, SECRET, joint=b'.')}"}
    provider = FedaPay("http://127.0.0.1:1", API_KEY, SECRET)
    return Forgeable(provider, headers, event, at, name, forgers=forgers(name, "s", b"."))


async def mtn_momo() -> Forgeable:
    attempt = new_id().hex
    said = {
        "financialTransactionId": "363440463",
        "externalId": f"{attempt}-{seal(attempt, SECRET)}",
        "amount": "1500",
        "currency": "XOF",
        "payer": {"partyIdType": "MSISDN", "partyId": "2290197000000"},
        "status": "SUCCESSFUL",
    }
    line = MomoLine("http://127.0.0.1:1", "mtnbenin", "collection", MomoKeys("u", "k", "s"))
    provider = MtnMomo(line, None, SECRET)
    return Forgeable(provider, {}, json.dumps(said).encode(), clock.now(), is_bound=False)


async def wave() -> Forgeable:
    event = _event("checkout.session.completed", client_reference=str(new_id()))
    at = clock.now()
    moment = str(int(at.timestamp()))
    name = "wave-signature"
    headers = {name: f"t={moment},v1={sign(moment, event, SECRET, joint=b'')}"}
    provider = Wave("http://127.0.0.1:1", API_KEY, SECRET, "CI")
    return Forgeable(provider, headers, event, at, name, forgers=forgers(name, "v1", b""))


def _event(kind: str, **more: Any) -> bytes:
    """Return an event in a form that both FedaPay's and Wave's readers know."""
    thing = {"id": 12345, "amount": 5000, "status": "approved", "title": "20 pièces", **more}
    event = {"id": "EV_9", "name": kind, "type": kind, "entity": thing, "data": thing}
    return json.dumps(event).encode()


def forgers(name: str, scheme: str, joint: bytes, secret: str = SECRET) -> tuple[Forger, ...]:
    """Return how others sign, with a time in the header: each of these was seen in public code."""

    def header(moment: str, signature: str) -> Headers:
        return {name: f"t={moment},{scheme}={signature}"}

    other_joint = b"" if joint else b"."
    return (
        lambda body, at: header(at, hmac_new(secret.encode(), body, sha256).hexdigest()),
        lambda body, at: header(at, sign(at, body, API_KEY, joint=joint)),
        lambda body, at: header(at, sign(at, body, "", joint=joint)),
        lambda body, at: header(at, sign(at, body, secret, joint=other_joint)),
        lambda body, at: header(at, sha256(secret.encode() + body).hexdigest()),
        lambda body, at: header(at, sign(at, body, secret, joint=joint)[:-1]),
        lambda body, at: header(at, sign(at, body, secret, joint=joint).upper()),
        lambda body, at: {name: f"t={at},v0={sign(at, body, secret, joint=joint)}"},
        lambda body, at: {name: sign(at, body, secret, joint=joint)},
        lambda body, at: header(at, ",".join([f"{scheme}=0"] * 20)),
    )


FORGEABLE: tuple[Callable[[], Awaitable[Forgeable]], ...] = (fedapay, mtn_momo, wave)
