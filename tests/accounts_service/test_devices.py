"""One's sessions: on which devices, ended one by one; and being told of a new one."""

from uuid import uuid4

import pytest
from fastapi import FastAPI

from accounts_service.models.people import UserSession
from accounts_service.rules import devices
from kit.contracts.accounts import SessionEnded, SignedIn, SignIn
from kit.contracts.accounts.identity import Device, UserSessionNotFound
from kit.errors import Forbidden
from tests.accounts_service.mails import Mails
from tests.factories.accounts import PASSWORD, a_viewer, as_service, as_stranger, set_back

PHONE = (
    "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Mobile Safari/537.36"
)
LAPTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{}.0.0.0 Safari/537.36"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0"
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1"
)


async def sign_in(app: FastAPI, device: str, email: str = "charlie@example.org") -> SignedIn:
    shown = SignIn(email=email, password=PASSWORD)
    return await as_service(app).sign_in(shown, address="192.0.2.7", device=device)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (PHONE, ("Chrome Mobile", "Android", "phone")),
        (LAPTOP.format(119), ("Chrome", "Windows", "desktop")),
        (MAC, ("Firefox", "macOS", "desktop")),
        (IPAD, ("Mobile Safari", "iOS", "tablet")),
        ("", ("", "", "other")),
        ("\x00 nonsense " * 10, ("", "", "other")),
    ],
)
def test_a_device_is_named_by_browser_system_and_kind(
    user_agent: str, expected: tuple[str, str, str]
) -> None:
    found = devices.device(user_agent)
    assert (found.browser, found.system, found.kind) == expected


def test_a_new_version_of_a_browser_looks_the_same_and_another_country_does_not() -> None:
    old, new = (devices.device(LAPTOP.format(version)) for version in (119, 131))
    assert devices.looks(old, "TG") == devices.looks(new, "TG")
    assert devices.looks(old, "TG") != devices.looks(old, "FR")
    assert devices.looks(old, "TG") != devices.looks(devices.device(PHONE), "TG")


async def test_sessions_are_listed_with_device_and_address_the_last_used_first(
    app: FastAPI,
) -> None:
    await a_viewer(app)
    await sign_in(app, PHONE)
    here = await sign_in(app, LAPTOP.format(119))
    items = (await as_stranger(app).acting(here.access_token).my_sessions()).items
    assert [one.is_current for one in items] == [True, False, False]
    assert items[0].device == Device(browser="Chrome", system="Windows", kind="desktop")
    assert (items[1].device.system, items[1].address) == ("Android", "192.0.2.7")
    assert items[0].last_used_at >= items[1].last_used_at >= items[2].last_used_at


async def test_a_session_ended_from_elsewhere_is_over(app: FastAPI) -> None:
    await a_viewer(app)
    phone = await sign_in(app, PHONE)
    here = as_stranger(app).acting((await sign_in(app, MAC)).access_token)
    found = next(one for one in (await here.my_sessions()).items if one.device.kind == "phone")
    await here.end_session(found.id)
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(phone.refresh_token)
    assert found.id not in {one.id for one in (await here.my_sessions()).items}
    with pytest.raises(UserSessionNotFound):
        await here.end_session(found.id)


async def test_ending_the_others_keeps_this_one(app: FastAPI) -> None:
    first = await a_viewer(app)
    here = as_stranger(app).acting((await sign_in(app, MAC)).access_token)
    await here.end_other_sessions()
    with pytest.raises(SessionEnded):
        await as_stranger(app).refresh(first.refresh_token)
    assert [one.is_current for one in (await here.my_sessions()).items] == [True]


async def test_nobody_ends_a_session_of_somebody_else(app: FastAPI) -> None:
    charlie = as_stranger(app).acting((await a_viewer(app)).access_token)
    bob = as_stranger(app).acting((await a_viewer(app, "bob@example.org")).access_token)
    (theirs,) = (await charlie.my_sessions()).items
    with pytest.raises(UserSessionNotFound):
        await bob.end_session(theirs.id)
    with pytest.raises(UserSessionNotFound):
        await bob.end_session(uuid4())
    assert len((await charlie.my_sessions()).items) == 1


async def test_a_session_unused_for_too_long_is_not_listed(app: FastAPI) -> None:
    await a_viewer(app)
    await set_back(app, UserSession.expires_at, days=31)
    here = as_stranger(app).acting((await sign_in(app, MAC)).access_token)
    assert len((await here.my_sessions()).items) == 1


async def test_a_sign_in_on_a_new_kind_of_device_is_told_and_on_a_known_one_is_not(
    app: FastAPI, mails: Mails
) -> None:
    viewer = await a_viewer(app)
    await sign_in(app, LAPTOP.format(119))
    told = await mails.next("account.new_sign_in")
    assert told.account_id == viewer.account.id
    assert (told.values["device"], told.values["place"]) == ("Chrome, Windows", "192.0.2.7")
    await sign_in(app, LAPTOP.format(131))
    await sign_in(app, PHONE)
    assert (await mails.next("account.new_sign_in")).values["device"] == "Chrome Mobile, Android"
    assert mails.told == []


async def test_only_services_ask_whom_to_write_to(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    with pytest.raises(Forbidden):
        await as_stranger(app).acting(viewer.access_token).contacts([viewer.account.id])
    with pytest.raises(Forbidden):
        await as_stranger(app).contacts([viewer.account.id])
    found = (await as_service(app).contacts([viewer.account.id, uuid4()])).items
    assert [one.email for one in found] == ["charlie@example.org"]
