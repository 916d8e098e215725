"""People with second factors, ready made: through the service's own doors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.accounts import SignedIn, SignIn
from kit.contracts.accounts.factors import (
    Credential,
    FactorAdded,
    PasskeyNew,
    SecondFactorNeeded,
)
from tests.authenticator import Authenticator
from tests.factories.accounts import PASSWORD, as_service, as_stranger


@dataclass
class App:
    """An authenticator app on a telephone: a code every 30 seconds."""

    secret: str
    recovery_codes: list[str] = field(default_factory=list)

    def code(self, later: int = 0) -> str:
        at = clock.now() + timedelta(seconds=30 * later)
        return pyotp.TOTP(self.secret).at(at)


async def with_app(app: FastAPI, person: SignedIn) -> App:
    """Set up an authenticator app; the code of this half-minute is spent by it."""
    me = as_stranger(app).acting(person.access_token)
    made = App((await me.start_totp()).secret)
    added = await me.confirm_totp(made.code())
    made.recovery_codes = list(added.recovery_codes)
    return made


async def with_passkey(
    app: FastAPI, person: SignedIn, device: Authenticator, name: str = "Telephone"
) -> FactorAdded:
    me = as_stranger(app).acting(person.access_token)
    asked = await me.begin_passkey()
    credential = device.make(asked.options)
    return await me.add_passkey(
        PasskeyNew(ceremony=asked.ceremony, credential=credential, name=name)
    )


async def passkey_sign_in(app: FastAPI, device: Authenticator) -> SignedIn:
    client = as_stranger(app)
    asked = await client.begin_passkey_sign_in()
    answer = Credential(ceremony=asked.ceremony, credential=device.show(asked.options))
    return await client.passkey_sign_in(answer)


async def password_sign_in(app: FastAPI, email: str, address: str = "192.0.2.1") -> SignedIn:
    client = as_service(app, "public_interface")
    return await client.sign_in(SignIn(email=email, password=PASSWORD), address=address)


async def first_step(app: FastAPI, email: str, address: str = "192.0.2.1") -> SecondFactorNeeded:
    """Sign in by password, and return what is asked next."""
    with pytest.raises(SecondFactorNeeded) as caught:
        await password_sign_in(app, email, address)
    return caught.value


def later(patch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Return a function that lets the clock of all services go on by so much, and stand there."""
    moment = [clock.now()]
    patch.setattr(clock, "now", lambda: moment[0])

    def forward(by: timedelta) -> None:
        moment[0] += by

    return forward
