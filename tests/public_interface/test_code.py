import re

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.tokens import TokensClient
from public_interface.app import create_app
from tests.admin_interface.browsing import see, send
from tests.conftest import Start
from tests.factories import catalog, tokens
from tests.public_interface.conftest import portal_settings, speaking_to, visitor

TICKETED = {"access_level": "ppv", "price_amount": 500, "currency": "XOF"}


async def test_a_code_is_typed_once_and_kept_where_no_script_reads_it(
    browser: httpx.AsyncClient, tokens_app: FastAPI
) -> None:
    token = await tokens.a_token(tokens_app)
    spelled = token.code.lower().replace("-", " ")
    answer = await send(browser, "/code", "/code", {"code": spelled})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("access_token"))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    age = re.search(r"Max-Age=(\d+)", cookie)
    assert age
    assert int(age[1]) == pytest.approx(30 * 24 * 3600, abs=60)
    assert token.code not in cookie
    page = await see(browser, "/code")
    assert "Code accepté" in page.text
    assert "Il ouvre tous les films VIP" in page.text
    assert "Code accepté" not in (await see(browser, "/code")).text


async def test_a_short_code_is_kept_no_longer_than_it_lives(
    browser: httpx.AsyncClient, tokens_app: FastAPI
) -> None:
    token = await tokens.a_token(tokens_app, duration_days=2)
    answer = await send(browser, "/code", "/code", {"code": token.code})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("access_token"))
    age = re.search(r"Max-Age=(\d+)", cookie)
    assert age
    assert int(age[1]) <= 2 * 24 * 3600


async def test_a_wrong_code_is_said_beside_the_field(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, "/code", "/code", {"code": "OM43-AAAA-AAAA", "next": "/films"})
    assert answer.status_code == 422
    assert "Ce code n’ouvre rien" in answer.text
    assert 'value="OM43-AAAA-AAAA"' in answer.text
    assert 'name="next" value="/films"' in answer.text
    assert "access_token" not in str(answer.headers.get_list("set-cookie"))


async def test_nothing_typed_is_said_too(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, "/code", "/code", {"code": "  "})
    assert answer.status_code == 422
    assert "Ce code n’ouvre rien" in answer.text


async def test_guessing_meets_a_limit_in_words(browser: httpx.AsyncClient) -> None:
    answers = [
        await send(browser, "/code", "/code", {"code": f"OM43-AAAA-AA{n:02}"}) for n in range(12)
    ]
    assert answers[-1].status_code == 429
    assert "Trop d’essais" in answers[-1].text


async def test_a_scanned_code_is_confirmed_by_hand(
    browser: httpx.AsyncClient, tokens_app: FastAPI
) -> None:
    token = await tokens.a_token(tokens_app)
    page = await see(browser, f"/code/{token.code}")
    assert token.code in page.text
    assert "access_token" not in str(page.headers.get_list("set-cookie"))
    assert page.headers["cache-control"] == "no-store"
    answer = await send(browser, f"/code/{token.code}", "/code", {"code": token.code})
    assert answer.status_code == 303


async def test_a_ticket_leads_to_its_film_and_nothing_else(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, **TICKETED)
    other = await catalog.a_published_film(catalog_app, library_app, title="Autre", **TICKETED)
    locked = await see(browser, f"/films/{film.slug}")
    assert "Un billet à 500\N{NO-BREAK SPACE}F ouvre ce film" in locked.text
    token = await tokens.a_token(tokens_app, ppv=str(film.id))
    answer = await send(browser, "/code", "/code", {"code": token.code})
    assert answer.headers["location"] == f"/films/{film.slug}"
    assert "Regarder" in (await see(browser, f"/films/{film.slug}")).text
    assert "n’ouvre pas ce film" in (await see(browser, f"/films/{other.slug}")).text
    assert film.title in (await see(browser, "/code")).text


async def test_a_ticket_for_a_video_leads_to_the_film_that_shows_it(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, **TICKETED)
    token = await tokens.a_token(tokens_app, ppv=film.video_guid)
    answer = await send(browser, "/code", "/code", {"code": token.code})
    assert answer.headers["location"] == f"/films/{film.slug}"


async def test_one_goes_on_to_the_film_that_was_locked(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, access_level="vip")
    token = await tokens.a_token(tokens_app)
    page = f"/films/{film.slug}"
    answer = await send(browser, page, "/code", {"code": token.code, "next": f"/watch/{film.slug}"})
    assert answer.headers["location"] == f"/watch/{film.slug}"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_a_link_cannot_send_one_to_another_site(
    browser: httpx.AsyncClient, tokens_app: FastAPI, target: str
) -> None:
    token = await tokens.a_token(tokens_app)
    answer = await send(browser, "/code", "/code", {"code": token.code, "next": target})
    assert answer.headers["location"] == "/"


async def test_a_code_is_forgotten_on_demand(
    browser: httpx.AsyncClient, tokens_app: FastAPI
) -> None:
    token = await tokens.a_token(tokens_app)
    await send(browser, "/code", "/code", {"code": token.code})
    await send(browser, "/code", "/sign-out", {})
    assert "Entrez votre code" in (await see(browser, "/code")).text


async def test_a_withdrawn_code_says_so_on_its_page(
    browser: httpx.AsyncClient, tokens_app: FastAPI
) -> None:
    token = await tokens.a_token(tokens_app)
    await send(browser, "/code", "/code", {"code": token.code})
    await tokens.as_service(tokens_app).revoke(token.code)
    assert "n’ouvre plus rien" in (await see(browser, "/code")).text


async def test_a_code_for_one_device_refuses_the_second(app: FastAPI, tokens_app: FastAPI) -> None:
    token = await tokens.a_token(tokens_app, max_devices=1)
    async with visitor(app) as phone, visitor(app) as neighbour:
        first = await send(phone, "/code", "/code", {"code": token.code})
        assert first.status_code == 303
        again = await send(phone, "/code?next=/code", "/code", {"code": token.code})
        assert again.status_code == 303
        second = await send(neighbour, "/code", "/code", {"code": token.code})
        assert "autant d’appareils" in second.text


@pytest.mark.parametrize("path", ["/code", "/sign-out", "/watch/nuit-de-lome/grant"])
async def test_no_other_site_can_send_our_forms(browser: httpx.AsyncClient, path: str) -> None:
    page = await see(browser, "/code")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    form = {"csrf": token[1], "code": "OM43-AAAA-AAAA"}
    foreign = {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token[1]}
    assert (await browser.post(path, data=form, headers=foreign)).status_code == 403
    wrong = {**form, "csrf": "forged"}
    assert (await browser.post(path, data=wrong)).status_code == 403
    browser.headers.pop("Sec-Fetch-Site")
    elsewhere = {"Origin": "https://evil.example"}
    assert (await browser.post(path, data=form, headers=elsewhere)).status_code == 403


async def test_while_codes_cannot_be_checked_films_are_still_shown(
    catalog_app: FastAPI, library_app: FastAPI, valkey_url: str, start: Start
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, access_level="vip")
    settings = portal_settings(valkey_url)
    listed, _, *others = speaking_to(catalog_app, catalog_app)
    nobody = TokensClient.at(settings, "http://127.0.0.1:9")
    made = create_app(settings, listed, nobody, *others)
    async with visitor(await start(made)) as browser:
        answer = await send(browser, "/code", "/code", {"code": "OM43-AAAA-AAAA"})
        assert answer.status_code == 503
        assert "ne peuvent pas être vérifiés" in answer.text
        browser.cookies.set("access_token", "something")
        assert "Un code VIP ouvre ce film" in (await see(browser, f"/films/{film.slug}")).text
