"""Codes of authenticator apps (RFC 6238), and recovery codes."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pyotp
from pyotp.exceptions import OTPVerificationError

DIGITS: Final = 6
DRIFT: Final = 1  # steps of 30 s that a telephone's clock may be off, either way
# Without 0 o 1 l i u: they are taken for one another, or make words.
SIGNS: Final = "23456789abcdefghjkmnpqrstvwxyz"
SELECTOR, REST, GROUP = 2, 10, 4
COUNT: Final = 10


def new_secret() -> str:
    return pyotp.random_base32()


def uri(secret: str, email: str, issuer: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step(secret: str, code: str, at: datetime) -> int | None:
    """Return the 30-second step this code belongs to; None when it is wrong or too old."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """Return ten codes with 49 random bits each besides their selectors, all different."""
    selectors: set[str] = set()
    while len(selectors) < COUNT:
        selectors.add(_random(SELECTOR))
    return [selector + _random(REST) for selector in sorted(selectors)]


def split(code: str) -> tuple[str, str]:
    """Return the selector of a recovery code, and what is secret in it."""
    return code[:SELECTOR], code[SELECTOR:]


def shown(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes as people read them, in groups of four."""
    return tuple(
        "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))
        for code in codes
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(length))
