"""The doors of tokens_service, and who may open them."""

from fastapi import FastAPI

from tests.factories.tokens import a_token, as_stranger
from tests.wiring import http


async def test_a_code_opens_what_it_was_minted_for(app: FastAPI) -> None:
    token = await a_token(app)
    async with http(app) as client:
        for given in (token.code, token.token):
            answer = await client.get("/verify", params={"token": given})
            assert answer.status_code == 200, answer.text
            assert answer.json()["ok"] is True
            assert answer.json()["token_id"] == str(token.id)
            assert answer.json()["access_level"] == "vip"


async def test_a_wrong_code_is_no(app: FastAPI) -> None:
    async with http(app) as client:
        answer = await client.get("/verify", params={"token": "OM43-AAAA-AAAA"})
        assert answer.json() == {"ok": False}
    assert not (await as_stranger(app).verify("OM43-AAAA-AAAA")).ok
