"""Signing in and staying signed in: the stories."""

import asyncio
import threading

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from accounts_service.models.people import Attempt, UserSession
from accounts_service.models.programs import AuditEntry
from accounts_service.rules import attempts
from kit import clock
from kit.contracts.accounts import (
    AccountChange,
    AccountState,
    PasswordChange,
    RefreshReused,
    SessionEnded,
    SignedIn,
    SignIn,
    SignInTooOften,
    WeakPassword,
    WrongCredentials,
)
from kit.errors import AppError
from tests.factories.accounts import (
    PASSWORD,
    a_viewer,
    an_admin,
    an_owner,
    as_service,
    as_stranger,
)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time stand still, so that a slow machine is no reason to be let in."""
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)


async def set_back_rotation(app: FastAPI) -> None:
    """Let all rotations have happened a minute ago."""
    async with app.state.database.sessions.begin() as session:
        earlier = UserSession.rotated_at - func.make_interval(0, 0, 0, 0, 0, 1)
        await session.execute(update(UserSession).values(rotated_at=earlier))


async def forget_waits(app: FastAPI) -> None:
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Attempt).values(last_at=clock.now().replace(year=2020)))


async def actions_in_log(app: FastAPI) -> list[str]:
    async with app.state.database.sessions() as session:
        statement = select(AuditEntry.action).order_by(AuditEntry.id)
        return list((await session.scalars(statement)).all())


async def test_a_refresh_token_works_once_and_its_successor_next(app: FastAPI) -> None:
    first = await an_owner(app)
    second = await as_stranger(app).refresh(first.refresh_token)
    await set_back_rotation(app)
    third = await as_stranger(app).refresh(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert (await as_stranger(app).acting(third.access_token).me()).email == "dana@example.org"


async def test_an_old_refresh_token_ends_the_whole_session(app: FastAPI) -> None:
    first = await an_owner(app)
    second = await as_stranger(app).refresh(first.refresh_token)
    await set_back_rotation(app)
    with pytest.raises(RefreshReused):
        await as_stranger(app).refresh(first.refresh_token)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(second.refresh_token)
    with pytest.raises(SessionEnded):
        await as_stranger(app).acting(second.access_token).me()
    assert (await actions_in_log(app))[-1] == "session.reused"


async def test_fifty_refreshes_at_once_get_one_successor(app: FastAPI) -> None:
    first = await an_owner(app)
    client = as_stranger(app)
    answers = await asyncio.gather(*(client.refresh(first.refresh_token) for _ in range(50)))
    assert len({answer.refresh_token for answer in answers}) == 1
    successor = answers[0].refresh_token
    assert successor != first.refresh_token
    await set_back_rotation(app)
    assert (await client.refresh(successor)).refresh_token != successor


async def test_a_token_taken_in_the_grace_gives_thief_and_owner_away(app: FastAPI) -> None:
    stolen = (await an_owner(app)).refresh_token
    owner = await as_stranger(app).refresh(stolen)
    thief = await as_stranger(app).refresh(stolen)
    assert thief.refresh_token == owner.refresh_token
    await set_back_rotation(app)
    await as_stranger(app).refresh(thief.refresh_token)
    await set_back_rotation(app)
    with pytest.raises(RefreshReused):
        await as_stranger(app).refresh(owner.refresh_token)


@pytest.mark.parametrize("token", ["x", "é" * 20, "A" * 70, "A" * 71 + "="])
async def test_nonsense_is_no_refresh_token(app: FastAPI, token: str) -> None:
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(token)


async def test_a_forged_token_neither_works_nor_ends_the_session(app: FastAPI) -> None:
    made = await an_owner(app)
    flipped = "B" if made.refresh_token[40] == "A" else "A"
    forged = made.refresh_token[:40] + flipped + made.refresh_token[41:]
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(forged)
    await as_stranger(app).refresh(made.refresh_token)


async def test_signing_out_ends_this_session_only(app: FastAPI) -> None:
    phone = await an_owner(app)
    laptop = await sign_in(app)
    await as_stranger(app).acting(phone.access_token).sign_out()
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(phone.refresh_token)
    await as_stranger(app).refresh(laptop.refresh_token)


async def test_signing_out_everywhere_ends_all(app: FastAPI) -> None:
    phone, laptop = await an_owner(app), await sign_in(app)
    await as_stranger(app).acting(phone.access_token).sign_out_everywhere()
    for ended in (phone, laptop):
        with pytest.raises(SessionEnded):
            await as_stranger(app).refresh(ended.refresh_token)


async def test_who_is_suspended_is_out_at_the_next_refresh(app: FastAPI) -> None:
    owner, viewer = await an_owner(app), await a_viewer(app)
    change = AccountChange(state=AccountState.suspended)
    admin = as_stranger(app).acting(owner.access_token)
    await admin.change_account(viewer.account.id, change)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(viewer.refresh_token)
    with pytest.raises(WrongCredentials):
        await sign_in(app, viewer.account.email)


async def test_a_demoted_admin_may_nothing_more_though_the_token_lives(app: FastAPI) -> None:
    owner, admin = await an_owner(app), await an_admin(app)
    client = as_stranger(app).acting(owner.access_token)
    await client.change_account(admin.account.id, AccountChange(roles=()))
    with pytest.raises(Exception, match="You may not do this"):
        await as_stranger(app).acting(admin.access_token).accounts()


async def test_a_new_password_ends_the_other_sessions(app: FastAPI) -> None:
    phone, laptop = await an_owner(app), await sign_in(app)
    me = as_stranger(app).acting(laptop.access_token)
    with pytest.raises(WrongCredentials):
        await me.change_password(PasswordChange(current="not this one", new="un autre fleuve"))
    with pytest.raises(WeakPassword):
        await me.change_password(PasswordChange(current=PASSWORD, new="dana@example.org"))
    fresh = await me.change_password(PasswordChange(current=PASSWORD, new="un autre fleuve"))
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(phone.refresh_token)
    await as_stranger(app).refresh(fresh.refresh_token)
    with pytest.raises(WrongCredentials):
        await sign_in(app)
    await sign_in(app, password="un autre fleuve")


@pytest.mark.usefixtures("still")
async def test_known_and_unknown_people_get_the_same_answers(app: FastAPI) -> None:
    await an_owner(app)
    answers: dict[str, list[tuple[type[AppError], str, object]]] = {
        "dana@example.org": [],
        "nobody@example.org": [],
    }
    for email, seen in answers.items():
        for _ in range(7):
            with pytest.raises((WrongCredentials, SignInTooOften)) as caught:
                await sign_in(app, email, "not this password")
            seen.append((type(caught.value), caught.value.detail, caught.value.extra))
    assert answers["dana@example.org"] == answers["nobody@example.org"]
    assert [kind for kind, *_ in answers["dana@example.org"]][4:6] == [
        WrongCredentials,
        SignInTooOften,
    ]


@pytest.mark.usefixtures("still")
async def test_the_right_password_must_wait_too_and_then_clears_the_count(app: FastAPI) -> None:
    await an_owner(app)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await sign_in(app, password="not this password")
    with pytest.raises(SignInTooOften) as caught:
        await sign_in(app)
    assert caught.value.extra["retry_after"] == 1
    await forget_waits(app)
    await sign_in(app)
    with pytest.raises(WrongCredentials):
        await sign_in(app, password="not this password")


@pytest.mark.usefixtures("still")
async def test_a_hundred_guesses_at_once_are_not_a_hundred_guesses(app: FastAPI) -> None:
    await an_owner(app)
    guesses = [sign_in(app, password=f"wrong {n}") for n in range(30)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(WrongCredentials) == 5
    assert kinds.count(SignInTooOften) == 25


async def test_guesses_from_elsewhere_do_not_lock_the_owner_out(app: FastAPI) -> None:
    await an_owner(app)
    for n in range(20):
        with pytest.raises((WrongCredentials, SignInTooOften)):
            await sign_in(app, password="wrong", address=f"198.51.100.{n % 3}")
    await sign_in(app, address="192.0.2.7")


@pytest.mark.usefixtures("still")
async def test_an_address_that_tries_many_accounts_has_to_wait(app: FastAPI) -> None:
    keyed = attempts.keys("anyone@example.org", "203.0.113.9")
    (key,) = (key for key, patience in keyed.items() if patience is attempts.ADDRESS)
    async with app.state.database.sessions.begin() as session:
        session.add(Attempt(key=key, failures=49, last_at=clock.now()))
    with pytest.raises(WrongCredentials):
        await sign_in(app, "person49@example.org", "wrong", address="203.0.113.9")
    with pytest.raises(SignInTooOften):
        await sign_in(app, "person50@example.org", "wrong", address="203.0.113.9")
    with pytest.raises(WrongCredentials):
        await sign_in(app, "person50@example.org", "wrong", address="203.0.113.8")


async def test_others_are_served_while_many_passwords_are_hashed(app: FastAPI) -> None:
    owner = await an_owner(app)
    gate = threading.Event()
    pool = app.state.tools.passwords.pool
    busy = [pool.submit(gate.wait) for _ in range(app.state.settings.hash_threads)]
    waiting = [
        asyncio.create_task(sign_in(app, address=f"198.51.100.{number}")) for number in range(25)
    ]
    for _ in range(3000):
        if pool._work_queue.qsize() == len(waiting):
            break
        await asyncio.sleep(0.01)
    async with asyncio.timeout(30):
        me = await as_stranger(app).acting(owner.access_token).me()
    gate.set()
    assert all(one.result() for one in busy)
    assert {found.account.id for found in await asyncio.gather(*waiting)} == {me.id}


async def sign_in(
    app: FastAPI,
    email: str = "dana@example.org",
    password: str = PASSWORD,
    address: str = "192.0.2.1",
) -> SignedIn:
    client = as_service(app, "admin_interface")
    return await client.sign_in(SignIn(email=email, password=password), address=address)
