"""What a code opens, from the moment it is minted to the moment it no longer does."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.tokens import TokenChange, Verification
from tests.conftest import Start
from tests.factories.tokens import FILM, a_batch, a_token, as_service
from tests.tokens_service.conftest import SECRET, MakeSettings, nobody
from tokens_service.actions.verify import BEAT_SECONDS
from tokens_service.app import create_app
from tokens_service.models import Statement
from tokens_service.rules.codes import random_body

NO = Verification(ok=False)
NEW_KEY = {"secret_key": "another secret that is long enough"}
OLD_KEY = {"secret_keys_old": SECRET}
Travel = Callable[[timedelta], None]


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Return a function that sets the clock forward."""
    real = clock.now

    def to(later: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + later)

    return to


async def test_a_code_in_any_spelling_and_its_long_token_open_the_same(app: FastAPI) -> None:
    token = await a_token(app, ppv=FILM)
    spellings = [token.code, token.code.lower(), token.code.replace("-", " "), token.code[5:]]
    for given in (*spellings, token.token):
        found = await as_service(app).verify(given)
        assert (found.ok, found.token_id, found.video_id) == (True, token.id, FILM)
        assert found.token == token.token


async def test_a_revoked_code_is_no_at_once(app: FastAPI) -> None:
    token, tokens = await a_token(app), as_service(app)
    assert (await tokens.verify(token.code)).ok
    assert (await tokens.verify(token.token)).ok
    await tokens.revoke(token.code)
    assert await tokens.verify(token.code) == NO
    assert await tokens.verify(token.token) == NO


async def test_a_revoked_batch_is_no_at_once(app: FastAPI) -> None:
    batch, tokens = await a_batch(app, 3), as_service(app)
    codes = [one.code for one in (await tokens.tokens()).items]
    assert all([(await tokens.verify(code)).ok for code in codes])
    assert (await tokens.revoke_batch(batch.id)).revoked == 3
    assert not any([(await tokens.verify(code)).ok for code in codes])


async def test_an_expired_code_is_no_although_it_was_remembered(
    app: FastAPI, travel: Travel
) -> None:
    token, tokens = await a_token(app, duration_days=1), as_service(app)
    assert (await tokens.verify(token.code)).ok
    travel(timedelta(days=1, seconds=1))
    assert await tokens.verify(token.code) == NO
    assert await tokens.verify(token.token) == NO


async def test_a_longer_life_acts_at_once(app: FastAPI, travel: Travel) -> None:
    token, tokens = await a_token(app, duration_days=1), as_service(app)
    later: datetime = token.expires_at + timedelta(days=9)
    await tokens.change(token.id, TokenChange(expires_at=later))
    travel(timedelta(days=2))
    assert (await tokens.verify(token.code)).expires_at == later


async def test_the_next_device_is_refused_until_a_slot_is_freed(app: FastAPI) -> None:
    token, tokens = await a_token(app, max_devices=2), as_service(app)
    for device in ("phone", "tablet", "phone"):
        assert (await tokens.verify(token.code, device=device)).ok
    refused = await tokens.verify(token.code, device="laptop")
    assert refused == Verification(ok=False, reason="device_limit")
    assert [one.id for one in (await tokens.devices(token.id)).items] == ["phone", "tablet"]

    await tokens.free_device(token.id, "phone")
    assert (await tokens.verify(token.token, device="laptop")).ok
    assert not (await tokens.verify(token.token, device="phone")).ok

    await tokens.free_devices(token.id)
    assert (await tokens.verify(token.code, device="phone")).ok


async def test_a_wrong_code_is_never_told_about_devices(app: FastAPI) -> None:
    token, tokens = await a_token(app, max_devices=1), as_service(app)
    await tokens.verify(token.code, device="phone")
    await tokens.revoke(token.code)
    assert await tokens.verify(token.code, device="laptop") == NO


async def test_another_process_hears_of_a_revocation_within_a_second(
    app: FastAPI, settings: MakeSettings, start: Start
) -> None:
    other = await start(create_app(settings(), nobody()))
    token = await a_token(app)
    assert (await as_service(other).verify(token.token)).ok
    await as_service(app).revoke(token.token)
    revoked = clock.now()
    while (await as_service(other).verify(token.token)).ok:
        assert clock.now() - revoked < timedelta(seconds=1)


async def test_a_new_secret_key_keeps_what_the_old_one_made(
    app: FastAPI, settings: MakeSettings, start: Start
) -> None:
    token = await a_token(app)
    turned = await start(create_app(settings(**NEW_KEY, **OLD_KEY), nobody()))
    for given in (token.code, token.token):
        assert (await as_service(turned).verify(given)).ok
    shown = await as_service(turned).token(token.id)
    assert shown.code == token.code
    assert shown.token != token.token


async def test_after_a_new_secret_key_every_code_is_sealed_anew(
    app: FastAPI, settings: MakeSettings, start: Start
) -> None:
    token = await a_token(app)
    turned = await start(create_app(settings(**NEW_KEY, **OLD_KEY), nobody()))
    while await turned.state.issuer.store.read(still_under(app.state.issuer.keys.current.id)):
        pass
    forgetful = await start(create_app(settings(**NEW_KEY), nobody()))
    assert (await as_service(forgetful).verify(token.code)).ok
    assert (await as_service(forgetful).token(token.id)).code == token.code
    assert not (await as_service(forgetful).verify(token.token)).ok


def still_under(key_id: str) -> Statement:
    return Statement("SELECT id FROM token WHERE key_id = :key_id", {"key_id": key_id})


@pytest.mark.parametrize("why", ["unknown", "revoked", "forged", "nonsense"])
async def test_every_no_takes_whole_beats(app: FastAPI, why: str) -> None:
    """How long an answer takes is not to tell a revoked code from one that never was."""
    token = await as_service(app).revoke((await a_token(app)).code)
    given = {
        "unknown": random_body(),
        "revoked": token.code,
        "forged": token.token[:-1] + ("A" if token.token[-1] != "A" else "B"),
        "nonsense": "a film",
    }[why]
    started = time.monotonic()
    assert await app.state.verifier.verify(given, None, "203.0.113.66") == NO
    assert time.monotonic() - started >= BEAT_SECONDS - 0.001
