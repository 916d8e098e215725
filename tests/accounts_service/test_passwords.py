"""Every door that takes a new password refuses one that has leaked; and it is taken as typed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

import pytest
from fastapi import FastAPI

from accounts_service.providers.breached import Breached
from kit.contracts.accounts import (
    PasswordChange,
    Setup,
    SetupLinkNew,
    SignIn,
    WeakPassword,
    WrongCredentials,
)
from kit.contracts.accounts.identity import LinkKind, LinkNew, LinkUse, SignUp
from kit.contracts.accounts.studios import InvitationAccount, InvitationNew
from tests.accounts_service.mails import Mails
from tests.factories.accounts import PASSWORD, a_viewer, as_service, as_stranger

LEAKED = "quatorze pirogues sans pagaie"
EVE = "eve@example.org"


@pytest.fixture
def leaky(app: FastAPI, tmp_path: Path) -> FastAPI:
    """Let the house have a file of leaked passwords."""
    file = tmp_path / "leaked.txt"
    file.write_text(sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper() + ":3\n")
    app.state.tools = replace(app.state.tools, breached=Breached(str(file)))
    return app


async def sign_up(app: FastAPI, _: Mails) -> None:
    await as_stranger(app).sign_up(SignUp(email=EVE, name="Eve", password=LEAKED))


async def set_up(app: FastAPI, _: Mails) -> None:
    link = await as_service(app).make_setup_link(SetupLinkNew())
    setup = Setup(token=link.token, email=EVE, password=LEAKED, name="Eve")
    await as_stranger(app).set_up(setup)


async def accept(app: FastAPI, _: Mails) -> None:
    made = await as_service(app).invite(InvitationNew(email=EVE, by_hand=True))
    token = str(made.link).rpartition("/")[2]
    new = InvitationAccount(token=token, name="Eve", password=LEAKED)
    await as_stranger(app).accept_as_new(new)


async def change(app: FastAPI, _: Mails) -> None:
    me = as_stranger(app).acting((await a_viewer(app, EVE)).access_token)
    await me.change_password(PasswordChange(current=PASSWORD, new=LEAKED))


async def reset(app: FastAPI, mails: Mails) -> None:
    await a_viewer(app, EVE)
    await as_stranger(app).ask_link(LinkNew(kind=LinkKind.password_reset, email=EVE))
    token = await mails.next_token("account.password_reset")
    await as_stranger(app).use_link(LinkUse(token=token, password=LEAKED))


@pytest.mark.parametrize("door", [sign_up, set_up, accept, change, reset])
async def test_no_door_takes_a_leaked_password(
    leaky: FastAPI, mails: Mails, door: Callable[[FastAPI, Mails], Awaitable[None]]
) -> None:
    with pytest.raises(WeakPassword):
        await door(leaky, mails)


async def test_a_password_is_taken_as_typed_on_any_keyboard(app: FastAPI) -> None:
    typed = "  Éléphants À l'aube  "
    composed, taken_apart = typed, typed.replace("É", "E\u0301").replace("é", "e\u0301")
    new = SignUp(email=EVE, name="Eve", password=composed)
    await as_stranger(app).sign_up(new)
    await as_stranger(app).sign_in(SignIn(email=EVE, password=taken_apart))
    for other in (typed.strip(), typed.lower(), typed[:-1]):
        with pytest.raises(WrongCredentials):
            await as_stranger(app).sign_in(SignIn(email=EVE, password=other))
