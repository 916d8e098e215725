"""A code becomes somebody's own, and goes with their account to every device."""

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.tokens import (
    AccessLevel,
    CodeNotValid,
    CodeTaken,
    EntitlementQuestion,
    GuessedTooOften,
    Token,
    TokenChange,
    TokenNotFound,
    TokenQuery,
    TooManyCodes,
)
from kit.errors import Forbidden, Unauthenticated
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.tokens import (
    FILM,
    a_token,
    access_token,
    as_person,
    as_service,
    as_stranger,
)
from tests.tokens_service.conftest import MakeSettings, nobody
from tests.wiring import http
from tokens_service.app import create_app
from tokens_service.queries import links
from tokens_service.rules.codes import random_body

OTHER_FILM = "0190b0b0-0000-7000-8000-00000000f118"
VIP = EntitlementQuestion(access_level=AccessLevel.vip)


def ppv(*names: str, device: str | None = None) -> EntitlementQuestion:
    return EntitlementQuestion(access_level=AccessLevel.ppv, video_ids=names, device=device)


async def linked_to(app: FastAPI, person: UUID, **terms: object) -> Token:
    token = await a_token(app, **terms)
    await as_person(app, person).link(token.code)
    return token


async def test_a_code_becomes_mine_and_is_listed_with_what_it_opens(app: FastAPI) -> None:
    token = await a_token(app, ppv=FILM)
    made = await as_person(app, ALICE).link(token.code.lower())
    assert (made.token_id, made.code, made.video_id) == (token.id, token.code, FILM)
    assert (await as_person(app, ALICE).my_tokens()).items == [made]
    assert (await as_person(app, CHARLIE).my_tokens()).items == []
    assert (await as_service(app).token(token.id)).account_id == ALICE
    assert [t.id for t in (await as_service(app).tokens(TokenQuery(account_id=ALICE))).items] == [
        token.id
    ]


async def test_linking_twice_is_linking_once(app: FastAPI) -> None:
    token = await a_token(app)
    first = await as_person(app, ALICE).link(token.code)
    assert await as_person(app, ALICE).link(token.token) == first
    assert len((await as_person(app, ALICE).my_tokens()).items) == 1


async def test_a_code_belongs_to_one_account(app: FastAPI) -> None:
    token = await linked_to(app, ALICE)
    with pytest.raises(CodeTaken):
        await as_person(app, CHARLIE).link(token.code)
    assert (await as_service(app).token(token.id)).account_id == ALICE


async def test_wrong_expired_and_revoked_codes_are_refused_alike(app: FastAPI) -> None:
    revoked = await a_token(app)
    await as_service(app).revoke(revoked.code)
    for given in (random_body(), revoked.code, "no code at all"):
        with pytest.raises(CodeNotValid):
            await as_person(app, ALICE).link(given)


async def test_guessing_by_linking_is_slowed_like_all_guessing(
    settings: MakeSettings, start: Start
) -> None:
    app = await start(create_app(settings(guesses_per_address="3/hour"), nobody()))
    wrong = [random_body() for _ in range(5)]
    for code in wrong[:3]:
        with pytest.raises(CodeNotValid):
            await as_person(app, ALICE).link(code)
    with pytest.raises((CodeNotValid, GuessedTooOften)):
        await as_person(app, ALICE).link(wrong[3])
    with pytest.raises(GuessedTooOften):
        await as_person(app, ALICE).link(wrong[4])


async def test_an_account_holds_a_limited_number_of_codes(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    await linked_to(app, ALICE)
    with pytest.raises(TooManyCodes):
        await linked_to(app, ALICE)


async def test_nobody_and_programs_have_no_codes_of_their_own(app: FastAPI) -> None:
    token = await a_token(app)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).link(token.code)
    program = as_stranger(app).acting(access_token(app, sub="p", kind="client", scope=""))
    with pytest.raises(Forbidden):
        await program.my_tokens()
    with pytest.raises(Forbidden):
        await as_service(app).link(token.code)


async def test_a_service_speaks_for_the_person_it_names(app: FastAPI) -> None:
    token = await a_token(app)
    portal = as_service(app, "public_interface").acting(access_token(app, sub=str(ALICE)))
    await portal.link(token.code, viewer_address="192.0.2.7")
    assert (await as_service(app).token(token.id)).account_id == ALICE


async def test_letting_go_leaves_the_code_as_it_was(app: FastAPI) -> None:
    token = await linked_to(app, ALICE)
    await as_person(app, CHARLIE).unlink(token.id)
    assert (await as_service(app).token(token.id)).account_id == ALICE
    await as_person(app, ALICE).unlink(token.id)
    assert (await as_person(app, ALICE).my_tokens()).items == []
    assert (await as_stranger(app).verify(token.code)).ok
    await as_person(app, CHARLIE).link(token.code)


async def test_only_services_are_told_whose_a_code_is(app: FastAPI) -> None:
    token = await linked_to(app, ALICE)
    assert (await as_service(app).verify(token.code)).account_id == ALICE
    assert (await as_stranger(app).verify(token.code)).account_id is None
    assert (await as_person(app, ALICE).verify(token.code)).account_id is None
    async with http(app) as client:
        plain = await client.get("/verify", params={"token": token.token})
    assert "account_id" not in plain.json()


async def test_an_account_opens_what_its_codes_open(app: FastAPI) -> None:
    token = await linked_to(app, ALICE, ppv=FILM)
    tokens = as_service(app)
    found = await tokens.entitlement(ALICE, ppv("some-guid", FILM))
    assert (found.ok, found.token_id, found.account_id) == (True, token.id, ALICE)
    assert not (await tokens.entitlement(ALICE, ppv(OTHER_FILM))).ok
    assert not (await tokens.entitlement(ALICE, VIP)).ok
    assert not (await tokens.entitlement(CHARLIE, ppv(FILM))).ok


async def test_an_account_opens_nothing_by_what_ended(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = await linked_to(app, ALICE, duration_days=1)
    assert (await as_service(app).entitlement(ALICE, VIP)).ok
    real = clock.now
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: real() + timedelta(days=2))
        assert not (await as_service(app).entitlement(ALICE, VIP)).ok
    await as_service(app).revoke(short.code)
    assert not (await as_service(app).entitlement(ALICE, VIP)).ok
    assert [one.state for one in (await as_person(app, ALICE).my_tokens()).items] == ["revoked"]


async def test_a_limit_of_devices_holds_for_the_account_too(app: FastAPI) -> None:
    token = await linked_to(app, ALICE, ppv=FILM, max_devices=1)
    tokens = as_service(app)
    assert (await tokens.entitlement(ALICE, ppv(FILM, device="phone"))).ok
    assert (await tokens.entitlement(ALICE, ppv(FILM, device="phone"))).ok
    refused = await tokens.entitlement(ALICE, ppv(FILM, device="tv"))
    assert (refused.ok, refused.reason) == (False, "device_limit")
    await linked_to(app, ALICE, ppv=FILM, max_devices=1)
    assert (await tokens.entitlement(ALICE, ppv(FILM, device="tv"))).ok
    await tokens.change(token.id, TokenChange(max_devices=2))


async def test_keepers_give_a_token_to_an_account_and_take_it_back(app: FastAPI) -> None:
    token = await a_token(app)
    admin = as_person(app, DANA, "admin")
    assert (await admin.set_holder(token.id, BOB)).account_id == BOB
    assert (await admin.set_holder(token.id, ALICE)).account_id == ALICE
    assert (await as_person(app, ALICE).my_tokens()).items[0].token_id == token.id
    taken = await admin.set_holder(token.id, None)
    assert (taken.account_id, taken.linked_at) == (None, None)
    with pytest.raises(Forbidden):
        await as_person(app, CHARLIE).set_holder(token.id, CHARLIE)
    with pytest.raises(TokenNotFound):
        await admin.set_holder(DANA, ALICE)


async def test_when_two_accounts_become_one_the_codes_go_along(app: FastAPI) -> None:
    token = await linked_to(app, BOB)
    await as_service(app, "accounts_service").hand_over(BOB, ALICE)
    assert (await as_service(app).token(token.id)).account_id == ALICE
    with pytest.raises(Forbidden):
        await as_person(app, BOB, "owner").hand_over(ALICE, BOB)


async def test_everything_known_of_a_person_is_told_and_then_forgotten(app: FastAPI) -> None:
    token = await linked_to(app, ALICE, max_devices=2)
    tokens = as_service(app, "accounts_service")
    await tokens.entitlement(ALICE, VIP.model_copy(update={"device": "phone"}))
    known = await tokens.personal_data(ALICE)
    assert [code["code"] for code in known.parts["codes"]] == [token.code]
    assert [one["device"] for one in known.parts["devices"]] == ["phone"]
    for _ in range(2):
        await tokens.delete(f"/personal-data/{ALICE}")
    assert all(not part for part in (await tokens.personal_data(ALICE)).parts.values())
    assert (await as_service(app).token(token.id)).account_id is None
    assert (await as_service(app).devices(token.id)).items == []
    assert (await as_stranger(app).verify(token.code)).ok


@pytest.mark.parametrize("path", ["GET /personal-data/{}", "DELETE /personal-data/{}"])
async def test_only_services_ask_about_a_person(app: FastAPI, path: str) -> None:
    method, _, address = path.partition(" ")
    for asking in (as_person(app, ALICE, "owner"), as_stranger(app)):
        with pytest.raises((Forbidden, Unauthenticated)):
            await asking.send(method, address.format(ALICE))
    with pytest.raises(Forbidden):
        await as_person(app, ALICE).entitlement(ALICE, VIP)
