"""Who watches on an account, and the way out of a child's profile."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from accounts_service.rules import viewing as rules
from kit import clock
from kit.contracts.accounts import AccountsClient, SignedIn, SignIn
from kit.contracts.accounts.profiles import (
    MOST_VIEWING_PROFILES,
    InChildProfile,
    PinChange,
    PinMissing,
    PinNeeded,
    PinTooOften,
    ProfileChange,
    ProofNeeded,
    TooManyViewingProfiles,
    ViewingProfile,
    ViewingProfileChange,
    ViewingProfileNew,
    ViewingProfileNotFound,
    WrongPin,
)
from kit.errors import Unauthenticated
from tests.factories.accounts import PASSWORD, a_viewer, as_stranger

PIN = "2580"


def acting(app: FastAPI, token: str) -> AccountsClient:
    return as_stranger(app).acting(token)


async def a_family(app: FastAPI) -> tuple[SignedIn, AccountsClient, ViewingProfile]:
    """Return somebody signed in, and the profile of a child of seven."""
    charlie = await a_viewer(app)
    me = acting(app, charlie.access_token)
    await me.set_viewing_pin(PinChange(pin=PIN))
    return charlie, me, await me.create_viewing_profile(ViewingProfileNew(name="Ama", max_age=7))


@pytest.mark.parametrize(
    ("wanted", "present", "wider"),
    [(None, None, False), (7, None, False), (None, 7, True), (12, 7, True), (7, 7, False),
     (0, 7, False), (None, 18, True)],
)  # fmt: skip
def test_the_pin_is_asked_where_more_may_be_seen(
    wanted: int | None, present: int | None, wider: bool
) -> None:
    assert rules.is_wider(wanted, present) is wider


async def test_a_stranger_has_no_viewing_profiles(app: FastAPI) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(app).viewing_profiles()


async def test_profiles_are_made_changed_and_deleted(app: FastAPI) -> None:
    me = acting(app, (await a_viewer(app)).access_token)
    made = await me.create_viewing_profile(ViewingProfileNew(name="Papa", colour="blue"))
    changed = await me.change_viewing_profile(made.id, ViewingProfileChange(name="Père"))
    assert (changed.name, changed.colour, changed.max_age) == ("Père", "blue", None)
    found = await me.viewing_profiles()
    assert (found.items, found.current, found.has_pin) == ([changed], None, False)
    await me.delete_viewing_profile(made.id)
    assert (await me.viewing_profiles()).items == []


async def test_others_profiles_do_not_exist(app: FastAPI) -> None:
    _, _, child = await a_family(app)
    stranger = acting(app, (await a_viewer(app, "bob@example.org")).access_token)
    with pytest.raises(ViewingProfileNotFound):
        await stranger.enter_viewing_profile(child.id)
    with pytest.raises(ViewingProfileNotFound):
        await stranger.delete_viewing_profile(child.id)


async def test_a_child_needs_a_pin_to_be_kept_by(app: FastAPI) -> None:
    me = acting(app, (await a_viewer(app)).access_token)
    with pytest.raises(PinMissing):
        await me.create_viewing_profile(ViewingProfileNew(name="Ama", max_age=7))
    grown = await me.create_viewing_profile(ViewingProfileNew(name="Ama"))
    with pytest.raises(PinMissing):
        await me.change_viewing_profile(grown.id, ViewingProfileChange(max_age=7))


async def test_an_account_has_six_profiles_at_most(app: FastAPI) -> None:
    me = acting(app, (await a_viewer(app)).access_token)
    for number in range(MOST_VIEWING_PROFILES):
        await me.create_viewing_profile(ViewingProfileNew(name=str(number)))
    with pytest.raises(TooManyViewingProfiles):
        await me.create_viewing_profile(ViewingProfileNew(name="one too many"))


async def test_the_new_token_says_who_watches_and_refreshing_keeps_it(app: FastAPI) -> None:
    charlie, me, child = await a_family(app)
    entered = await me.enter_viewing_profile(child.id)
    assert entered.profile == child
    caller = await app.state.keys.caller(entered.access_token)
    assert (caller.max_age, caller.profile) == (7, str(child.id))
    renewed = await as_stranger(app).refresh(charlie.refresh_token)
    assert (await app.state.keys.caller(renewed.access_token)).max_age == 7
    assert (await acting(app, renewed.access_token).viewing_profiles()).current == child.id


async def test_the_way_out_takes_the_pin(app: FastAPI) -> None:
    _, me, child = await a_family(app)
    await me.enter_viewing_profile(child.id)
    with pytest.raises(PinNeeded):
        await me.enter_viewing_profile(None)
    with pytest.raises(WrongPin):
        await me.enter_viewing_profile(None, "0000")
    assert (await me.viewing_profiles()).current == child.id
    left = await me.enter_viewing_profile(None, PIN)
    assert left.profile is None
    assert (await app.state.keys.caller(left.access_token)).max_age is None


async def test_a_younger_profile_is_entered_freely_an_older_one_is_not(app: FastAPI) -> None:
    _, me, child = await a_family(app)
    teen = await me.create_viewing_profile(ViewingProfileNew(name="Kofi", max_age=12))
    await me.enter_viewing_profile(teen.id)
    await me.enter_viewing_profile(child.id)
    with pytest.raises(PinNeeded):
        await me.enter_viewing_profile(teen.id)


async def test_guessing_the_pin_is_slowed(app: FastAPI) -> None:
    _, me, child = await a_family(app)
    await me.enter_viewing_profile(child.id)
    for number in range(5):
        with pytest.raises(WrongPin):
            await me.enter_viewing_profile(None, f"{number:04}")
    with pytest.raises(PinTooOften) as refused:
        await me.enter_viewing_profile(None, PIN)
    assert refused.value.extra["retry_after"] >= 1


async def test_a_child_changes_neither_profiles_nor_the_pin_nor_the_account(app: FastAPI) -> None:
    _, me, child = await a_family(app)
    await me.enter_viewing_profile(child.id)
    with pytest.raises(InChildProfile):
        await me.change_profile(ProfileChange(name="Ama la grande"))
    with pytest.raises(InChildProfile):
        await me.delete_avatar()
    with pytest.raises(InChildProfile):
        await me.change_viewing_profile(child.id, ViewingProfileChange(max_age=None))
    with pytest.raises(InChildProfile):
        await me.delete_viewing_profile(child.id)
    with pytest.raises(InChildProfile):
        await me.create_viewing_profile(ViewingProfileNew(name="Grand"))
    with pytest.raises(InChildProfile):
        await me.set_viewing_pin(PinChange(pin="1111", proof=PASSWORD))


@pytest.mark.parametrize("proof", [PIN, PASSWORD])
async def test_another_pin_takes_the_old_one_or_the_password(app: FastAPI, proof: str) -> None:
    _, me, child = await a_family(app)
    await me.set_viewing_pin(PinChange(pin="1111", proof=proof))
    await me.enter_viewing_profile(child.id)
    with pytest.raises(WrongPin):
        await me.enter_viewing_profile(None, PIN)
    await me.enter_viewing_profile(None, "1111")


async def test_a_pin_is_not_changed_by_who_proves_nothing(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, me, _ = await a_family(app)
    await me.set_viewing_pin(PinChange(pin="1111"))  # signed in a moment ago
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        await me.set_viewing_pin(PinChange(pin="2222"))
    with pytest.raises(WrongPin):
        await me.set_viewing_pin(PinChange(pin="2222", proof="9999"))


async def test_a_session_whose_profile_is_deleted_is_the_accounts_own(app: FastAPI) -> None:
    charlie, me, child = await a_family(app)
    other = await a_second_session(app, charlie.account.email)
    await other.enter_viewing_profile(child.id)
    await me.delete_viewing_profile(child.id)
    assert (await other.viewing_profiles()).current is None


async def a_second_session(app: FastAPI, email: str) -> AccountsClient:
    found = await as_stranger(app).sign_in(SignIn(email=email, password=PASSWORD))
    return acting(app, found.access_token)
