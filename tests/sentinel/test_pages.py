"""The page and its doors."""

import re

import httpx
import pytest
from fastapi import FastAPI

from sentinel.actions.watching import Watch
from tests.conftest import DatabaseUrl, Start
from tests.sentinel.conftest import MakeSentinel
from tests.sentinel.street import Street, is_, until
from tests.sentinel.test_actions import all_well

OUTSIDE = ("203.0.113.5", 40_000)


def from_outside(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=OUTSIDE)
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)


def inside(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("192.168.1.20", 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)


def heading(page: str) -> str:
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page)
    return str(found)


async def test_all_well_is_almost_nothing(app: FastAPI) -> None:
    await until(app.state.watch, all_well)
    async with inside(app) as client:
        page = await client.get("/")
    assert page.status_code == 200
    assert heading(page.text) == "Tout va bien."
    assert "<details" in page.text
    assert " open" not in re.findall(r"<details[^>]*>", page.text)[0]
    assert "À faire" not in page.text
    assert "<style" not in page.text
    assert "onclick" not in page.text


async def test_trouble_is_one_sentence_in_french_and_in_english(
    app: FastAPI, street: Street
) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    street.shut("catalog_service")
    await until(watch, is_("catalog_service", "silent"))
    async with inside(app) as client:
        french = await client.get("/")
        english = await client.get("/?lang=en", follow_redirects=True)
        fragment = await client.get("/wall")
    assert heading(french.text) == "Le portail ne montre plus de films, et aucun ne peut commencer."
    assert heading(english.text) == "The portal shows no films, and none can start."
    assert "Since" in english.text
    assert "What to do" in english.text
    assert "<html" not in fragment.text
    assert heading(fragment.text) == heading(english.text)


async def test_from_outside_only_the_summary_is_seen(app: FastAPI, street: Street) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    street.shut("catalog_service")
    await until(watch, is_("catalog_service", "silent"))
    async with from_outside(app) as client:
        page = await client.get("/")
        status = (await client.get("/status")).json()
        history = await client.get("/services/catalog_service/history")
    assert heading(page.text).startswith("Le portail ne montre plus")
    for secret in ("catalog_service", "connection refused", "karangou up", "PostgreSQL"):
        assert secret not in page.text
    assert (status["is_summary"], status["watched"]) == (True, [])
    assert "catalog_service" not in str(status)
    assert (history.status_code, history.json()["error"]) == (401, "DetailsNeedSignIn")


async def test_a_proxy_in_between_does_not_make_a_stranger_private(app: FastAPI) -> None:
    await until(app.state.watch, all_well)
    async with inside(app, **{"X-Forwarded-For": "203.0.113.5"}) as client:
        assert (await client.get("/status")).json()["is_summary"]


async def test_a_setting_opens_details_to_everyone(
    new_sentinel: MakeSentinel, database_url: DatabaseUrl, start: Start
) -> None:
    app = await start(new_sentinel(database_url("sentinel"), public=True))
    await until(app.state.watch, all_well)
    async with from_outside(app) as client:
        assert not (await client.get("/status")).json()["is_summary"]
        assert (await client.get("/services/valkey/history")).status_code == 200


async def test_what_is_not_watched_has_no_history(app: FastAPI) -> None:
    await until(app.state.watch, all_well)
    async with inside(app) as client:
        answer = await client.get("/services/moon/history")
    assert (answer.status_code, answer.json()["error"]) == (404, "NothingWatched")


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIyMDI2LTAxLTAxIiwgMV0"])
async def test_a_made_up_cursor_is_invalid(app: FastAPI, cursor: str) -> None:
    await until(app.state.watch, all_well)
    async with inside(app) as client:
        answer = await client.get("/services/valkey/history", params={"cursor": cursor})
    assert answer.status_code == 422
