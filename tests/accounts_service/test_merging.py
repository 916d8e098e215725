"""Two accounts of one person become one: all that one held goes along, at once or not at all."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from accounts_service.models.profiles import AvatarFile, Profile, ViewingPin
from accounts_service.models.studios import Merge
from accounts_service.queries import merging, people
from kit.auth import Role
from kit.contracts.accounts import AccountChange, AccountsClient, SessionEnded, SignedIn
from kit.contracts.accounts.profiles import (
    ConsentChange,
    PinChange,
    ProfileChange,
    Purpose,
    ViewingProfileNew,
)
from tests.accounts_service.mails import Mails
from tests.accounts_service.test_profiles import a_photograph
from tests.factories.accounts import a_viewer, an_owner, as_service, as_stranger
from tests.kit.queueing import until


async def twins(app: FastAPI) -> tuple[AccountsClient, SignedIn, SignedIn]:
    """Return an owner, and Alice with the account she forgot she had."""
    dana = await an_owner(app)
    alice = await a_viewer(app, "alice@example.org")
    twin = await a_viewer(app, "alice@autre.example.org")
    return as_person(app, dana), alice, twin


def as_person(app: FastAPI, who: SignedIn) -> AccountsClient:
    return as_stranger(app).acting(who.access_token)


async def fill(app: FastAPI, twin: SignedIn) -> None:
    """Say everything on the twin's account that can be said."""
    her = as_person(app, twin)
    change = AccountChange(roles=(Role.crew, Role.filmmaker))
    await as_service(app).change_account(twin.account.id, change)
    await her.change_profile(ProfileChange(bio="Cheffe monteuse", country="CI", is_public=True))
    await her.set_avatar(a_photograph())
    await her.set_viewing_pin(PinChange(pin="2580"))
    await her.create_viewing_profile(ViewingProfileNew(name="Ama", max_age=7))
    await her.consent(Purpose.newsletter, ConsentChange(granted=True))


async def test_everything_goes_along(app: FastAPI, mails: Mails) -> None:
    owner, alice, twin = await twins(app)
    await fill(app, twin)
    her = as_person(app, alice)
    await her.change_profile(ProfileChange(country="SN"))
    await her.create_viewing_profile(ViewingProfileNew(name="Koffi"))
    slug = (await as_person(app, twin).profile()).slug
    kept = await owner.merge(alice.account.id, twin.account.id, "Même personne")
    assert set(kept.roles) == {"crew", "filmmaker"}
    profile = await her.profile()
    assert (profile.bio, profile.country, profile.slug) == ("Cheffe monteuse", "SN", slug)
    assert profile.avatar is not None
    names = {one.name: one.max_age for one in (await her.viewing_profiles()).items}
    assert names == {"Koffi": None, "Ama": 7}
    (said,) = (await her.consents()).history
    assert (said.purpose, said.granted) == (Purpose.newsletter, True)
    async with app.state.database.sessions() as session:
        for table in (Profile, ViewingPin, AvatarFile):
            held = set((await session.scalars(select(table.account_id))).all())
            assert held == {alice.account.id}, table

    async def is_handed_over() -> bool:
        return mails.heirs == {str(twin.account.id): str(alice.account.id)}

    await until(is_handed_over)


async def test_the_same_merge_again_changes_nothing(app: FastAPI) -> None:
    owner, alice, twin = await twins(app)
    first = await owner.merge(alice.account.id, twin.account.id, "Même personne")
    assert await owner.merge(alice.account.id, twin.account.id, "Encore") == first
    async with app.state.database.sessions() as session:
        assert len((await session.scalars(select(Merge))).all()) == 1


@pytest.mark.parametrize("step", ["give_clients", "give_viewers", "give_consents", "end_sessions"])
async def test_what_is_cut_short_has_not_begun(
    app: FastAPI, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, alice, twin = await twins(app)
    await fill(app, twin)

    async def dies(*_: object) -> None:
        raise SessionEnded("killed")

    with monkeypatch.context() as patched:
        patched.setattr(people if step == "end_sessions" else merging, step, dies)
        with pytest.raises(SessionEnded, match="killed"):
            await owner.merge(alice.account.id, twin.account.id, "Même personne")
    her = as_person(app, twin)
    assert set((await her.me()).roles) == {"crew", "filmmaker"}
    assert (await her.profile()).bio == "Cheffe monteuse"
    assert len((await her.viewing_profiles()).items) == 1
    await owner.merge(alice.account.id, twin.account.id, "Même personne")
    assert (await as_person(app, alice).profile()).bio == "Cheffe monteuse"
