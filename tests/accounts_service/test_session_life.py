"""However often it is used, a session ends one day: sooner for staff."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from accounts_service.models.people import UserSession
from kit.contracts.accounts import AccountChange, Role, SessionEnded
from tests.factories.accounts import (
    a_viewer,
    an_owner,
    as_service,
    as_stranger,
    set_back,
)


async def later(app: FastAPI, days: float) -> None:
    """Let every session have been opened and used so much earlier."""
    for column in (UserSession.created_at, UserSession.rotated_at, UserSession.expires_at):
        await set_back(app, column, days=days)


async def test_a_session_in_daily_use_ends_all_the_same(app: FastAPI) -> None:
    shown = await a_viewer(app)
    for _ in range(4):
        await later(app, days=20)
        shown = await as_stranger(app).refresh(shown.refresh_token)
    me = as_stranger(app).acting(shown.access_token)
    (known,) = (await me.my_sessions()).items
    assert known.expires_at - known.created_at == timedelta(days=90)
    await later(app, days=11)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(shown.refresh_token)
    with pytest.raises(SessionEnded):
        await me.me()


async def test_staff_signs_in_again_every_day(app: FastAPI) -> None:
    shown = await an_owner(app)
    await later(app, days=0.4)
    shown = await as_stranger(app).refresh(shown.refresh_token)
    await later(app, days=0.2)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(shown.refresh_token)


async def test_who_becomes_staff_is_held_to_it_in_sessions_they_have(app: FastAPI) -> None:
    shown = await a_viewer(app)
    await later(app, days=1)
    change = AccountChange(roles=(Role.moderator,))
    await as_service(app).change_account(shown.account.id, change)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(shown.refresh_token)
