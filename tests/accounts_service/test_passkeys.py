"""Passkeys, with a software authenticator: added, shown, cloned, forged, taken away."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from accounts_service.models.people import Account
from accounts_service.rules import factors as rules
from kit.contracts.accounts import AccountChange, AccountState, SessionEnded, SignedIn
from kit.contracts.accounts.factors import (
    CeremonyExpired,
    Credential,
    FactorNotFound,
    LastWayIn,
    PasskeyChange,
    PasskeyNew,
    PasskeyRefused,
    SecondFactor,
    TooManyPasskeys,
    WrongFactor,
)
from tests.authenticator import Authenticator, decoded, encoded
from tests.factories.accounts import a_viewer, an_owner, as_stranger
from tests.factories.factors import first_step, passkey_sign_in, password_sign_in, with_passkey

CHARLIE = "charlie@example.org"


async def test_a_passkey_signs_in_without_a_name_or_a_password(app: FastAPI) -> None:
    viewer, phone = await a_viewer(app), Authenticator()
    added = await with_passkey(app, viewer, phone)
    assert [one.name for one in added.factors.passkeys] == ["Telephone"]
    assert len(added.recovery_codes) == 10
    opened = await passkey_sign_in(app, phone)
    assert opened.account.id == viewer.account.id
    factors = await as_stranger(app).acting(opened.access_token).factors()
    assert factors.passkeys[0].last_used_at is not None


async def test_a_synced_passkey_is_known_as_such_and_counts_nothing(app: FastAPI) -> None:
    phone = Authenticator(synced=True)
    added = await with_passkey(app, await a_viewer(app), phone)
    assert added.factors.passkeys[0].is_synced
    for _ in range(2):
        assert (await passkey_sign_in(app, phone)).account.email == CHARLIE


async def test_a_passkey_is_a_second_step_after_the_password(app: FastAPI) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    needed = await first_step(app, CHARLIE)
    assert needed.methods == ("passkey", "recovery")
    client = as_stranger(app)
    asked = await client.second_factor_passkey(needed.challenge)
    assert [one["id"] for one in asked.options["allowCredentials"]] == [encoded(phone.held[0].id)]
    answer = Credential(ceremony=asked.ceremony, credential=phone.show(asked.options))
    opened = await client.second_factor(SecondFactor(challenge=needed.challenge, passkey=answer))
    assert opened.account.email == CHARLIE


async def test_somebody_elses_passkey_is_no_second_step(app: FastAPI) -> None:
    phone, thief = Authenticator(), Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    await with_passkey(app, await a_viewer(app, "bob@example.org"), thief)
    needed = await first_step(app, CHARLIE)
    client = as_stranger(app)
    asked = await client.second_factor_passkey(needed.challenge)
    open_to_all = {**asked.options, "allowCredentials": []}
    forged = Credential(ceremony=asked.ceremony, credential=thief.show(open_to_all))
    with pytest.raises(PasskeyRefused):
        await client.second_factor(SecondFactor(challenge=needed.challenge, passkey=forged))
    own = await client.begin_passkey_sign_in()
    other = Credential(ceremony=own.ceremony, credential=thief.show(own.options))
    with pytest.raises(PasskeyRefused):
        await client.second_factor(SecondFactor(challenge=needed.challenge, passkey=other))


async def test_an_answer_is_taken_once(app: FastAPI) -> None:
    phone = Authenticator(synced=True)
    await with_passkey(app, await a_viewer(app), phone)
    client = as_stranger(app)
    asked = await client.begin_passkey_sign_in()
    answer = Credential(ceremony=asked.ceremony, credential=phone.show(asked.options))
    outcomes = await asyncio.gather(
        *(client.passkey_sign_in(answer) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == [
        "CeremonyExpired", "CeremonyExpired", "SignedIn",
    ]  # fmt: skip


async def test_a_cloned_authenticator_is_noticed_by_its_counter(app: FastAPI) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    await passkey_sign_in(app, phone)
    phone.held[0].count = 0
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, phone)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:9999", ""])
async def test_a_page_elsewhere_gets_nothing(app: FastAPI, origin: str) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    phone.origin = origin
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, phone)


async def test_both_front_ends_may_ask_for_a_passkey(app: FastAPI) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    phone.origin = "http://localhost:5000"
    assert (await passkey_sign_in(app, phone)).account.email == CHARLIE


async def test_an_authenticator_that_asks_for_no_finger_is_not_enough(app: FastAPI) -> None:
    viewer, phone = await a_viewer(app), Authenticator(verifies=False)
    with pytest.raises(PasskeyRefused):
        await with_passkey(app, viewer, phone)
    phone.verifies = True
    await with_passkey(app, viewer, phone)
    phone.verifies = False
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, phone)


async def test_a_challenge_of_another_time_is_refused(app: FastAPI) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    client = as_stranger(app)
    asked, other = await client.begin_passkey_sign_in(), await client.begin_passkey_sign_in()
    crossed = Credential(ceremony=other.ceremony, credential=phone.show(asked.options))
    with pytest.raises(PasskeyRefused):
        await client.passkey_sign_in(crossed)


async def test_a_signature_by_another_key_is_refused(app: FastAPI) -> None:
    phone, forger = Authenticator(), Authenticator()
    viewer = await a_viewer(app)
    await with_passkey(app, viewer, phone)
    await with_passkey(app, viewer, forger)
    forger.held[0].id = phone.held[0].id
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, forger)


async def test_a_passkey_says_whose_it_is_and_must_be_right(app: FastAPI) -> None:
    phone = Authenticator()
    await with_passkey(app, await a_viewer(app), phone)
    phone.held[0].user = b"somebody else"
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, phone)


async def test_a_passkey_unknown_here_is_refused(app: FastAPI) -> None:
    viewer, phone = await a_viewer(app), Authenticator()
    added = await with_passkey(app, viewer, phone)
    me = as_stranger(app).acting(viewer.access_token)
    await me.remove_passkey(added.factors.passkeys[0].id)
    with pytest.raises(PasskeyRefused, match="not known here"):
        await passkey_sign_in(app, phone)


async def test_a_ceremony_to_add_belongs_to_who_began_it(app: FastAPI) -> None:
    charlie, bob = await a_viewer(app), await a_viewer(app, "bob@example.org")
    phone = Authenticator()
    asked = await as_stranger(app).acting(charlie.access_token).begin_passkey()
    credential = phone.make(asked.options)
    new = PasskeyNew(ceremony=asked.ceremony, credential=credential, name="Telephone")
    with pytest.raises(PasskeyRefused):
        await as_stranger(app).acting(bob.access_token).add_passkey(new)
    await as_stranger(app).acting(charlie.access_token).add_passkey(new)
    with pytest.raises((PasskeyRefused, CeremonyExpired)):
        await as_stranger(app).acting(charlie.access_token).add_passkey(new)


async def test_a_passkey_opens_one_account(app: FastAPI) -> None:
    charlie, bob = await a_viewer(app), await a_viewer(app, "bob@example.org")
    phone = Authenticator()
    await with_passkey(app, charlie, phone)
    me = as_stranger(app).acting(bob.access_token)
    asked = await me.begin_passkey()
    made = phone.make(asked.options)
    stolen = encoded(phone.held[0].id)
    data = decoded(made["response"]["attestationObject"])
    swapped = data.replace(phone.held[1].id, phone.held[0].id)
    made["response"]["attestationObject"] = encoded(swapped)
    made |= {"id": stolen, "rawId": stolen}
    with pytest.raises(PasskeyRefused, match="opens an account here already"):
        await me.add_passkey(PasskeyNew(ceremony=asked.ceremony, credential=made, name="x"))


async def test_who_is_suspended_is_not_let_in_by_a_passkey(app: FastAPI) -> None:
    owner, viewer, phone = await an_owner(app), await a_viewer(app), Authenticator()
    await with_passkey(app, viewer, phone)
    change = AccountChange(state=AccountState.suspended)
    await as_stranger(app).acting(owner.access_token).change_account(viewer.account.id, change)
    with pytest.raises(SessionEnded):
        await passkey_sign_in(app, phone)


async def test_passkeys_are_renamed_and_removed_by_their_owner_only(app: FastAPI) -> None:
    charlie, bob = await a_viewer(app), await a_viewer(app, "bob@example.org")
    added = await with_passkey(app, charlie, Authenticator())
    passkey = added.factors.passkeys[0]
    stranger = as_stranger(app).acting(bob.access_token)
    with pytest.raises(FactorNotFound):
        await stranger.rename_passkey(passkey.id, PasskeyChange(name="mine"))
    with pytest.raises(FactorNotFound):
        await stranger.remove_passkey(passkey.id)
    me = as_stranger(app).acting(charlie.access_token)
    renamed = await me.rename_passkey(passkey.id, PasskeyChange(name="Itel A70"))
    assert renamed.name == "Itel A70"
    await me.remove_passkey(passkey.id)
    assert (await me.factors()).passkeys == ()
    await password_sign_in(app, CHARLIE)


async def test_the_only_way_in_stays(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    added = await with_passkey(app, viewer, Authenticator())
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Account).values(password_hash=None))
    me = as_stranger(app).acting(viewer.access_token)
    with pytest.raises(LastWayIn):
        await me.remove_passkey(added.factors.passkeys[0].id)
    assert len((await me.factors()).passkeys) == 1


async def test_an_account_holds_so_many_passkeys_and_no_more(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_PASSKEYS", 2)
    viewer, phone = await a_viewer(app), Authenticator()
    for _ in range(2):
        await with_passkey(app, viewer, phone)
    with pytest.raises(TooManyPasskeys):
        await with_passkey(app, viewer, phone)


async def test_a_known_device_is_not_asked_to_make_a_second_passkey(app: FastAPI) -> None:
    viewer, phone = await a_viewer(app), Authenticator()
    await with_passkey(app, viewer, phone)
    asked = await as_stranger(app).acting(viewer.access_token).begin_passkey()
    assert [one["id"] for one in asked.options["excludeCredentials"]] == [encoded(phone.held[0].id)]


async def test_a_recovery_code_opens_when_the_device_is_lost(app: FastAPI) -> None:
    added = await with_passkey(app, await a_viewer(app), Authenticator())
    needed = await first_step(app, CHARLIE)
    step = SecondFactor(challenge=needed.challenge, recovery_code=added.recovery_codes[3])
    assert isinstance(await as_stranger(app).second_factor(step), SignedIn)
    with pytest.raises(WrongFactor):
        await as_stranger(app).second_factor(SecondFactor(challenge=needed.challenge, code="1"))
