"""One-time links: the first owner, further admins, a forgotten password."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from accounts_service.models.people import SetupLink
from kit import clock
from kit.contracts.accounts import (
    AlreadySetUp,
    OwnersOnly,
    SessionEnded,
    Setup,
    SetupLinkForOther,
    SetupLinkNew,
    SetupLinkSpent,
    SignedIn,
    SignIn,
    WeakPassword,
)
from kit.errors import Forbidden
from tests.factories.accounts import PASSWORD, an_admin, an_owner, as_service, as_stranger


def a_setup(token: str, email: str = "dana@example.org", password: str = PASSWORD) -> Setup:
    return Setup(token=token, email=email, password=password, name="Dana")


async def test_a_link_works_once(app: FastAPI) -> None:
    link = await as_service(app).make_setup_link(SetupLinkNew())
    await as_stranger(app).set_up(a_setup(link.token))
    with pytest.raises(SetupLinkSpent):
        await as_stranger(app).set_up(a_setup(link.token, "eve@example.org"))


async def test_ten_people_with_one_link_make_one_owner(app: FastAPI) -> None:
    link = await as_service(app).make_setup_link(SetupLinkNew())
    people = [a_setup(link.token, f"person{n}@example.org") for n in range(10)]
    client = as_stranger(app)
    outcomes = await asyncio.gather(*map(client.set_up, people), return_exceptions=True)
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert len((await as_service(app).accounts()).items) == 1


async def test_a_newer_link_replaces_the_older(app: FastAPI) -> None:
    older = await as_service(app).make_setup_link(SetupLinkNew())
    newer = await as_service(app).make_setup_link(SetupLinkNew())
    with pytest.raises(SetupLinkSpent):
        await as_stranger(app).set_up(a_setup(older.token))
    await as_stranger(app).set_up(a_setup(newer.token))


async def test_a_link_expires(app: FastAPI) -> None:
    link = await as_service(app).make_setup_link(SetupLinkNew())
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(SetupLink).values(expires_at=clock.now()))
    with pytest.raises(SetupLinkSpent):
        await as_stranger(app).set_up(a_setup(link.token))


async def test_a_guessed_link_is_refused_before_any_hashing(app: FastAPI) -> None:
    app.state.tools.passwords.room = 0
    with pytest.raises(SetupLinkSpent):
        await as_stranger(app).set_up(a_setup("guess"))


async def test_there_is_no_link_for_an_owner_once_there_is_one(app: FastAPI) -> None:
    await an_owner(app)
    with pytest.raises(AlreadySetUp):
        await as_service(app).make_setup_link(SetupLinkNew())


async def test_a_link_for_somebody_is_for_nobody_else(app: FastAPI) -> None:
    await an_owner(app)
    link = await as_service(app).make_setup_link(SetupLinkNew(email="bob@example.org"))
    with pytest.raises(SetupLinkForOther):
        await as_stranger(app).set_up(a_setup(link.token, "eve@example.org"))
    made = await as_stranger(app).set_up(a_setup(link.token, "bob@example.org"))
    assert made.account.roles == ("admin",)


async def test_a_weak_password_does_not_spend_the_link(app: FastAPI) -> None:
    link = await as_service(app).make_setup_link(SetupLinkNew())
    with pytest.raises(WeakPassword):
        await as_stranger(app).set_up(a_setup(link.token, password="motdepasse123"))
    await as_stranger(app).set_up(a_setup(link.token))


async def test_a_link_for_a_known_admin_gives_a_new_password_and_ends_the_sessions(
    app: FastAPI,
) -> None:
    await an_owner(app)
    bob = await an_admin(app)
    link = await as_service(app).make_setup_link(SetupLinkNew(email="bob@example.org"))
    setup = a_setup(link.token, "bob@example.org", "la pluie de juillet")
    again = await as_stranger(app).set_up(setup)
    assert (again.account.id, again.account.roles) == (bob.account.id, ("admin",))
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(bob.refresh_token)
    sign_in = SignIn(email="bob@example.org", password="la pluie de juillet")
    await as_stranger(app).sign_in(sign_in)


async def test_an_owner_invites_and_an_admin_only_newcomers(app: FastAPI) -> None:
    owner = await an_owner(app)
    as_owner = as_stranger(app).acting(owner.access_token)
    invitation = await as_owner.make_setup_link(SetupLinkNew(email="bob@example.org"))
    bob = await as_stranger(app).set_up(a_setup(invitation.token, "bob@example.org"))
    as_bob = as_stranger(app).acting(bob.access_token)
    assert (await as_bob.make_setup_link(SetupLinkNew(email="eve@example.org"))).token
    with pytest.raises(OwnersOnly):  # it would set the owner's password
        await as_bob.make_setup_link(SetupLinkNew(email=owner.account.email))
    with pytest.raises(Forbidden, match="command line"):
        await as_owner.make_setup_link(SetupLinkNew())


async def test_an_invitation_is_void_once_its_address_has_an_account(app: FastAPI) -> None:
    await an_owner(app)
    bob = await an_admin(app)
    as_bob = as_stranger(app).acting(bob.access_token)
    invitation = await as_bob.make_setup_link(SetupLinkNew(email="eve@example.org"))
    link = await as_service(app).make_setup_link(SetupLinkNew(email="eve@example.org"))
    await as_stranger(app).set_up(a_setup(link.token, "eve@example.org"))
    with pytest.raises(SetupLinkSpent):
        await as_stranger(app).set_up(a_setup(invitation.token, "eve@example.org"))
