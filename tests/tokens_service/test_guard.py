"""Guessing is hopeless, and the innocent are not locked out."""

import pytest
from fastapi import FastAPI

from kit.contracts.tokens import GuessedTooOften
from tests.conftest import Start
from tests.factories.tokens import a_token, as_service
from tests.tokens_service.conftest import MakeSettings, nobody
from tests.wiring import http
from tokens_service.actions.guard import counted_as, network
from tokens_service.app import create_app
from tokens_service.rules.codes import random_body

MALLORY, ALICE = "203.0.113.66", "198.51.100.7"
NEIGHBOUR = "203.0.113.9"


async def guess(app: FastAPI, address: str, times: int) -> None:
    for _ in range(times):
        assert not (await as_service(app).verify(random_body(), viewer_address=address)).ok


async def guess_until_refused(app: FastAPI, address: str) -> tuple[int, GuessedTooOften]:
    """Return how many guesses were answered. A window's end in between may allow one more."""
    for answered in range(50):
        try:
            await guess(app, address, 1)
        except GuessedTooOften as refused:
            return answered, refused
    raise AssertionError("never refused")


@pytest.fixture
async def locked(app: FastAPI) -> FastAPI:
    """Let Mallory guess until he must wait."""
    await guess_until_refused(app, MALLORY)
    return app


async def test_after_ten_wrong_codes_an_address_must_wait(app: FastAPI) -> None:
    answered, refused = await guess_until_refused(app, MALLORY)
    assert answered in {10, 11}
    assert 0 < refused.extra["retry_after"] <= 1200


async def test_while_waiting_even_a_right_code_says_nothing(locked: FastAPI) -> None:
    token = await a_token(locked)
    assert (await as_service(locked).verify(token.code, viewer_address=ALICE)).ok
    with pytest.raises(GuessedTooOften):
        await as_service(locked).verify(token.code, viewer_address=MALLORY)


async def test_a_long_token_is_never_slowed_down(locked: FastAPI) -> None:
    token = await a_token(locked)
    assert (await as_service(locked).verify(token.token, viewer_address=MALLORY)).ok


async def test_other_addresses_do_not_wait(locked: FastAPI) -> None:
    token = await a_token(locked)
    for address in (ALICE, NEIGHBOUR):
        assert (await as_service(locked).verify(token.code, viewer_address=address)).ok


async def test_the_same_wrong_code_counts_once(app: FastAPI) -> None:
    wrong = random_body()
    for _ in range(30):
        assert not (await as_service(app).verify(wrong, viewer_address=ALICE)).ok


async def test_right_codes_never_count(app: FastAPI) -> None:
    token = await a_token(app)
    for _ in range(30):
        assert (await as_service(app).verify(token.code, viewer_address=ALICE)).ok


async def test_what_cannot_be_a_code_does_not_count(app: FastAPI) -> None:
    for at in range(30):
        assert not (await as_service(app).verify(f"film {at}", viewer_address=ALICE)).ok


async def test_an_expired_cookie_does_not_lock_its_owner_out(app: FastAPI) -> None:
    tokens = [await a_token(app) for _ in range(12)]
    for token in tokens:
        await as_service(app).revoke(token.token)
        assert not (await as_service(app).verify(token.token, viewer_address=ALICE)).ok
    assert (await as_service(app).verify((await a_token(app)).code, viewer_address=ALICE)).ok


async def test_many_addresses_of_one_network_get_few_tries_each(app: FastAPI) -> None:
    for last in range(34):
        await guess(app, f"203.0.113.{last}", 3)
    answered, _ = await guess_until_refused(app, "203.0.113.200")
    assert answered in {3, 4}
    token = await a_token(app)
    innocent = await as_service(app).verify(token.code, viewer_address="203.0.113.201")
    assert innocent.ok


async def test_a_siege_leaves_few_tries_to_everybody(settings: MakeSettings, start: Start) -> None:
    app = await start(create_app(settings(guesses_in_all="20/10minutes"), nobody()))
    for last in range(7):
        await guess(app, f"203.0.{last}.1", 3)
    answered, _ = await guess_until_refused(app, ALICE)
    assert answered in {3, 4}
    assert (await as_service(app).verify((await a_token(app)).code, viewer_address="192.0.2.1")).ok


async def test_only_a_service_may_say_whose_address_it_is(app: FastAPI) -> None:
    async with http(app) as client:
        answers = [
            await client.get(
                "/verify",
                params={"token": random_body()},
                headers={"X-Viewer-Address": f"203.0.113.{at}"},
            )
            for at in range(13)
        ]
        answer = answers[-1]
        assert answer.status_code == 429
        assert answer.json()["error"] == "GuessedTooOften"
        assert int(answer.headers["Retry-After"]) > 0


async def test_a_stranger_may_ask_only_so_often(settings: MakeSettings, start: Start) -> None:
    app = await start(create_app(settings(verifications_per_minute=5), nobody()))
    token = await a_token(app)
    async with http(app) as client:
        codes = [
            (await client.get("/verify", params={"token": token.token})).status_code
            for _ in range(20)
        ]
    assert codes.count(200) in {5, 10}  # ten when a minute began in between
    assert 429 in codes


@pytest.mark.parametrize(
    ("address", "whom", "where"),
    [
        ("203.0.113.66", "203.0.113.66", "203.0.113.0/24"),
        ("::ffff:203.0.113.66", "203.0.113.66", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("not an address", "not an address", "not an address"),
    ],
)
def test_an_address_stands_for_a_household(address: str, whom: str, where: str) -> None:
    assert counted_as(address) == whom
    assert network(whom) == where
