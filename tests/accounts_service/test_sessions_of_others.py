"""Staff sees where somebody is signed in, and signs them out; it leaves a trace."""

from uuid import uuid4

import pytest
from fastapi import FastAPI

from kit.contracts.accounts import OwnersOnly, SessionEnded, SignIn
from kit.contracts.accounts.identity import UserSessionNotFound
from kit.errors import Forbidden
from tests.factories.accounts import PASSWORD, a_viewer, an_admin, an_owner, as_stranger


async def test_an_admin_sees_sessions_and_ends_one_or_all(app: FastAPI) -> None:
    await an_owner(app)
    admin = as_stranger(app).acting((await an_admin(app)).access_token)
    shown = await a_viewer(app)
    again = SignIn(email="charlie@example.org", password=PASSWORD)
    other = await as_stranger(app).sign_in(again)
    newest, oldest = (await admin.sessions_of(shown.account.id)).items
    assert not newest.is_current
    await admin.end_sessions_of(shown.account.id, oldest.id)
    with pytest.raises(UserSessionNotFound):
        await admin.end_sessions_of(shown.account.id, oldest.id)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(shown.refresh_token)
    her = as_stranger(app).acting(other.access_token)
    assert [one.what for one in (await her.accesses()).items] == ["personal.read"]
    await admin.end_sessions_of(shown.account.id)
    assert (await admin.sessions_of(shown.account.id)).items == []
    with pytest.raises(SessionEnded):
        await her.me()
    ended = [one for one in (await admin.audit()).items if one.action == "sessions.ended"]
    assert {one.actor_name for one in ended} == {"Bob"}
    assert len(ended) == 2


async def test_owners_are_signed_out_by_owners_only(app: FastAPI) -> None:
    owner = await an_owner(app)
    admin = as_stranger(app).acting((await an_admin(app)).access_token)
    with pytest.raises(OwnersOnly):
        await admin.end_sessions_of(owner.account.id)
    shown = await a_viewer(app)
    with pytest.raises(Forbidden):
        await as_stranger(app).acting(shown.access_token).sessions_of(owner.account.id)
    (hers,) = (await admin.sessions_of(owner.account.id)).items
    with pytest.raises(UserSessionNotFound):  # a session of somebody else
        await admin.end_sessions_of(shown.account.id, hers.id)
    with pytest.raises(UserSessionNotFound):
        await admin.end_sessions_of(shown.account.id, uuid4())
