"""The doors of tokens_service, and who may open them."""

import csv
import io
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from fastapi import FastAPI

from kit.contracts.tokens import (
    AccessLevel,
    BatchNotFound,
    Mint,
    Token,
    TokenChange,
    TokenKeyReused,
    TokenNotFound,
    TokenQuery,
    TokensClient,
    TokenState,
    Verify,
)
from kit.errors import Forbidden, Invalid, Unauthenticated
from tests import cast
from tests.factories.tokens import (
    FILM,
    a_batch,
    a_mint,
    a_token,
    as_person,
    as_program,
    as_service,
    as_stranger,
)
from tests.fuzzing import upsets
from tests.wiring import http
from tokens_service.models import Statement

NOBODY = UUID(int=0)
Deed = Callable[[TokensClient], Awaitable[object]]
# What is done, the scope it needs, what somebody who may do it gets for a thing that is not there.
DEEDS: list[tuple[Deed, str, type[Exception] | None]] = [
    (lambda client: client.mint(a_mint()), "tokens:mint", None),
    (lambda client: client.change(NOBODY, TokenChange(label="x")), "tokens:mint", TokenNotFound),
    (lambda client: client.batches(), "tokens:read", None),
    (lambda client: client.batch(NOBODY), "tokens:read", BatchNotFound),
    (lambda client: client.batch_csv(NOBODY), "tokens:read", BatchNotFound),
    (lambda client: client.batch_sheet(NOBODY), "tokens:read", BatchNotFound),
    (lambda client: client.revoke_batch(NOBODY), "tokens:revoke", BatchNotFound),
    (lambda client: client.tokens(), "tokens:read", None),
    (lambda client: client.token(NOBODY), "tokens:read", TokenNotFound),
    (lambda client: client.devices(NOBODY), "tokens:read", TokenNotFound),
    (lambda client: client.free_devices(NOBODY), "tokens:revoke", TokenNotFound),
    (lambda client: client.free_device(NOBODY, "phone"), "tokens:revoke", TokenNotFound),
    (lambda client: client.revoke("OM43-ACDE-1234"), "tokens:revoke", TokenNotFound),
]


@pytest.mark.parametrize(("deed", "scope", "missing"), DEEDS)
async def test_every_deed_asks_for_its_permission(
    app: FastAPI, deed: Deed, scope: str, missing: type[Exception] | None
) -> None:
    with pytest.raises(Unauthenticated):
        await deed(as_stranger(app))
    with pytest.raises(Forbidden):
        await deed(as_person(app, cast.CHARLIE))
    with pytest.raises(Forbidden):
        await deed(as_program(app, "films:read"))
    for allowed in (as_person(app, cast.DANA, "admin"), as_program(app, scope), as_service(app)):
        if missing:
            with pytest.raises(missing):
                await deed(allowed)
        else:
            await deed(allowed)


async def test_everybody_may_ask_what_a_code_opens(app: FastAPI) -> None:
    token = await a_token(app)
    for asking in (as_stranger(app), as_person(app, cast.CHARLIE), as_service(app)):
        assert (await asking.verify(token.code)).ok


async def test_both_forms_of_verify_answer_alike(app: FastAPI) -> None:
    token = await a_token(app)
    async with http(app) as client:
        for given in (token.token, token.code, f" {token.code} "):
            quick = await client.get("/verify", params={"token": given})
            ordinary = await client.get("/verify", params={"token": given, "device": "x"})
            posted = await client.post("/verify", json={"token": given})
            assert quick.json() == ordinary.json() == posted.json()
            assert quick.json()["ok"] is True
            assert quick.headers["cache-control"] == ordinary.headers["cache-control"] == "no-store"


async def test_unknown_expired_and_revoked_answer_alike(app: FastAPI) -> None:
    revoked = await as_service(app).revoke((await a_token(app)).code)
    async with http(app) as client:
        bodies = {
            (await client.get("/verify", params={"token": given})).content
            for given in ("OM43-ACDE-1234", revoked.code, revoked.token, "nonsense", "x" * 90)
        }
    assert bodies == {b'{"ok":false}'}


async def test_services_ask_for_many_at_once(app: FastAPI) -> None:
    token = await a_token(app)
    asked = [Verify(token=token.code), Verify(token="OM43-ACDE-1234"), Verify(token=token.token)]
    found = await as_service(app).verify_many(asked)
    assert [one.ok for one in found.items] == [True, False, True]
    with pytest.raises(Forbidden):
        await as_stranger(app).verify_many(asked)


async def test_a_key_mints_once(app: FastAPI) -> None:
    first = await a_token(app, key="order 17")
    assert await a_token(app, key="order 17") == first
    with pytest.raises(TokenKeyReused):
        await a_token(app, key="order 17", title="Another film")
    assert len((await as_service(app).tokens()).items) == 1


async def test_the_idempotency_key_header_is_a_key(app: FastAPI) -> None:
    signer = as_service(app).signer
    assert signer is not None
    headers = {"Authorization": signer(), "Idempotency-Key": "order 18"}
    body = {"title": "Nuit", "access_level": "vip"}
    async with http(app) as client:
        made = [(await client.post("/mint", json=body, headers=headers)).json() for _ in range(2)]
    assert made[0] == made[1]


async def test_two_callers_may_choose_the_same_key(app: FastAPI) -> None:
    first = await as_service(app, "gateway").mint(a_mint(key="order 17"))
    second = await as_service(app, "payments_service").mint(a_mint(key="order 17"))
    assert first.id != second.id


async def test_a_batch_key_mints_once(app: FastAPI) -> None:
    first = await a_batch(app, 4, key="festival")
    assert await a_batch(app, 4, key="festival") == first
    assert len((await as_service(app).tokens()).items) == 4
    with pytest.raises(TokenKeyReused):
        await a_batch(app, 5, key="festival")


@pytest.mark.parametrize("by", ["code", "token", "id"])
async def test_a_token_is_revoked_by_code_long_token_or_id(app: FastAPI, by: str) -> None:
    token = await a_token(app)
    given = str(getattr(token, by))
    revoked = await as_service(app).revoke(given.lower() if by == "code" else given)
    assert (revoked.id, revoked.state) == (token.id, TokenState.revoked)
    assert (await as_service(app).revoke(given)).revoked_at == revoked.revoked_at


async def test_tokens_are_found_by_what_they_are(app: FastAPI) -> None:
    vip = await a_token(app, title="Été à Lomé", label="Prix du public")
    film = await a_token(app, ppv=FILM, title="Le Fleuve")
    gone = await as_service(app).revoke((await a_token(app, title="Ancien")).code)
    batch = await a_batch(app, 2, title="Festival")

    async def found(**filters: object) -> set[UUID]:
        answer = await as_service(app).tokens(TokenQuery(**filters))
        return {one.id for one in answer.items}

    assert await found(q="ete") == await found(q="PUBLIC") == {vip.id}
    assert await found(q=film.code.lower()) == {film.id}
    assert await found(access_level=AccessLevel.ppv) == await found(video_id=FILM) == {film.id}
    assert await found(state=TokenState.revoked) == {gone.id}
    assert gone.id not in await found(state=TokenState.active)
    assert len(await found(batch_id=batch.id)) == 2
    assert await found(q="%") == set()


async def test_a_list_goes_page_by_page_newest_first(app: FastAPI) -> None:
    made = [await a_token(app, label=str(at)) for at in range(5)]
    seen: list[Token] = []
    cursor = None
    while True:
        page = await as_service(app).tokens(cursor=cursor, limit=2)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]
    with pytest.raises(Invalid):
        await as_service(app).tokens(cursor="nonsense")


async def test_a_change_is_shown_and_searched(app: FastAPI) -> None:
    token = await a_token(app, label="before")
    changed = await as_service(app).change(token.id, TokenChange(label="après", max_devices=3))
    assert (changed.label, changed.max_devices, changed.code) == ("après", 3, token.code)
    assert (await as_service(app).tokens(TokenQuery(q="apres"))).items == [changed]
    assert (await as_service(app).change(token.id, TokenChange())) == changed


async def test_the_table_holds_every_code_and_no_formula(app: FastAPI) -> None:
    batch = await a_batch(app, 3, title="=1+1", label="Noël")
    text = (await as_service(app).batch_csv(batch.id)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    tokens = (await as_service(app).tokens(TokenQuery(batch_id=batch.id))).items
    assert {row["code"] for row in rows} == {one.code for one in tokens}
    assert all(row["address"].endswith(f"/code/{row['code']}") for row in rows)
    assert {row["title"] for row in rows} == {"'=1+1"}


async def test_the_sheet_has_a_ticket_for_every_valid_code(app: FastAPI) -> None:
    batch = await a_batch(app, 25, title="<b>Nuit</b>", label="Festival", max_devices=2)
    tokens = (await as_service(app).tokens(TokenQuery(batch_id=batch.id))).items
    await as_service(app).revoke(tokens[0].code)
    page = (await as_service(app).batch_sheet(batch.id)).decode()
    assert page.count("<svg") == page.count('class="ticket"') == 24
    assert tokens[0].code not in page
    assert all(one.code in page for one in tokens[1:])
    assert "<b>" not in page
    assert "<script" not in page
    assert "Valable jusqu" in page
    assert "Valid until" in (await as_service(app).batch_sheet(batch.id, "en")).decode()


async def test_codes_are_not_readable_in_the_store(app: FastAPI) -> None:
    token = await a_token(app)
    rows = await app.state.issuer.store.read(Statement("SELECT * FROM token", {}))
    assert rows
    assert token.code[5:9] not in str(rows).replace(token.title, "")
    assert token.code[10:] not in [str(value) for row in rows for value in row.values()]


async def test_nothing_upsets_it(app: FastAPI) -> None:
    await a_token(app)
    assert await upsets(app, headers={}, each=10) == []
    signer = as_service(app).signer
    assert signer is not None
    assert await upsets(app, headers={"Authorization": signer()}, each=25) == []


def test_a_mint_needs_no_lifetime() -> None:
    assert Mint(title="Nuit", access_level=AccessLevel.vip).duration_days is None
