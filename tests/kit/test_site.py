import re

import httpx
import pytest
from fastapi import FastAPI

from kit.errors import Unauthenticated
from kit.site.brand import PAPER, contrast, readable
from kit.site.signing import Signed
from tests.kit.trial import a_site

BROWSER = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
def app() -> FastAPI:
    return a_site()


def browser(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {**BROWSER, **headers}
    return httpx.AsyncClient(transport=transport, base_url="http://trial.test", headers=headers)


async def token(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/")).text)
    assert found
    return found[1]


async def test_a_page_speaks_french_at_night_unless_asked(app: FastAPI) -> None:
    async with browser(app, **{"Accept-Language": "de"}) as client:
        page = await client.get("/")
        assert '<html lang="fr" data-theme="dark">' in page.text
        assert "Fermer" in page.text
        await client.get("/?lang=en&theme=light")
        page = await client.get("/")
        assert '<html lang="en" data-theme="light">' in page.text
        assert "Close" in page.text


@pytest.mark.parametrize("path", ["//evil.example/?lang=en", "/\\evil.example?theme=light"])
async def test_choosing_never_leaves_the_site(app: FastAPI, path: str) -> None:
    async with browser(app) as client:
        answer = await client.get(f"http://trial.test{path}")
        assert not answer.headers.get("location", "").startswith(("//", "/\\", "http"))


async def test_a_senseless_choice_is_forgotten(app: FastAPI) -> None:
    async with browser(app) as client:
        answer = await client.get("/?lang=xx&theme=pink")
        assert "set-cookie" not in answer.headers
        assert answer.headers["location"] == "/"


async def test_a_page_is_sent_small_and_only_once(app: FastAPI) -> None:
    async with browser(app, **{"Accept-Encoding": "br"}) as client:
        await client.get("/")
        page = await client.get("/")
        assert page.headers["content-encoding"] == "br"
        assert "Bonsoir" in page.text
        again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/")
        assert (head.status_code, head.content) == (200, b"")


async def test_files_are_served_for_ever_and_old_addresses_still_work(app: FastAPI) -> None:
    async with browser(app) as client:
        sheet = await client.get(app.state.site.assets.url("app.css"))
        assert "immutable" in sheet.headers["cache-control"]
        old = await client.get("/static/0123456789ab/app.css")
        assert (old.text, old.headers["cache-control"]) == (sheet.text, "no-store")
        assert (await client.get("/static/0123456789ab/nothing.css")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "L’écran est vide"),
        ("/trouble/busy", 429, "Un instant"),
        ("/trouble/away", 503, "L’entracte se prolonge"),
        ("/trouble/broken", 500, "La bobine s’est coincée"),
    ],
)
async def test_what_goes_wrong_is_a_page_with_one_thing_to_do(
    app: FastAPI, path: str, status: int, words: str
) -> None:
    async with browser(app) as client:
        page = await client.get(path)
        assert page.status_code == status
        assert words in page.text
        assert page.text.count('data-kind="primary"') == 1
        assert page.headers["x-request-id"] in page.text
        assert "secret" not in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        plain = await client.get(path, headers={"Accept": "application/json"})
        assert plain.headers["content-type"] == "application/problem+json"


async def test_the_error_page_speaks_the_visitors_language(app: FastAPI) -> None:
    async with browser(app, **{"Accept-Language": "en"}) as client:
        assert "The screen is empty" in (await client.get("/nothing")).text


async def test_who_is_not_known_is_led_to_where_one_signs_in(app: FastAPI) -> None:
    @app.get("/private")
    async def private() -> None:
        raise Unauthenticated

    async with browser(app) as client:
        page = await client.get("/private")
        assert page.status_code == 401
        assert 'href="/code"' in page.text


async def test_a_form_of_ours_is_taken_and_a_notice_said_once(app: FastAPI) -> None:
    async with browser(app) as client:
        sent = {"csrf": await token(client), "words": "Merci"}
        assert (await client.post("/words", data=sent)).status_code == 303
        assert "Merci" in (await client.get("/")).text
        assert "Merci" not in (await client.get("/")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(app: FastAPI, headers: dict[str, str]) -> None:
    async with browser(app) as client:
        sent = {"csrf": await token(client), "words": "Merci"}
        assert (await client.post("/words", data=sent, headers=headers)).status_code == 403
        assert (await client.post("/words", data=sent)).status_code == 303


async def test_a_token_made_by_someone_else_is_refused(app: FastAPI) -> None:
    async with browser(app) as client:
        for forged in ("", "x", "eA.eA", Signed("another secret", "csrf:trial").fresh()):
            client.cookies.set("trial_csrf", forged)
            answer = await client.post("/words", data={"csrf": forged, "words": "Merci"})
            assert answer.status_code == 403


async def test_a_token_without_its_cookie_is_refused(app: FastAPI) -> None:
    async with browser(app) as client:
        sent = {"csrf": await token(client), "words": "Merci"}
        client.cookies.clear()
        assert (await client.post("/words", data=sent)).status_code == 403


@pytest.mark.parametrize(
    ("words", "message"), [("", "nécessaire"), ("beaucoup", "trop long (5 signes au plus)")]
)
async def test_what_is_wrong_with_a_form_is_said_in_words(
    app: FastAPI, words: str, message: str
) -> None:
    async with browser(app) as client:
        sent = {"csrf": await token(client), "words": words}
        answer = await client.post("/words", data=sent)
        assert answer.status_code == 422
        assert message in answer.text


async def test_what_visitors_send_is_shown_as_text(app: FastAPI) -> None:
    async with browser(app) as client:
        page = await client.get("/", params={"words": "<script>alert(1)</script>"})
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;" in page.text


async def test_to_save_data_the_display_font_is_left_out(app: FastAPI) -> None:
    async with browser(app, **{"Save-Data": "on"}) as client:
        assert "data-thrifty" in (await client.get("/")).text


async def test_the_brand_is_a_setting() -> None:
    app = a_site(brand_name="Ciné Mono", brand_accent="#d03a6b")
    async with browser(app) as client:
        assert "Ciné Mono" in (await client.get("/nothing")).text
        sheet = (await client.get(app.state.site.assets.url("app.css"))).text
        assert "--accent:#d03a6b" in sheet


@pytest.mark.parametrize("colour", ["#e8a33d", "#ffff00", "#4c5bd4", "#000000", "#ffffff"])
@pytest.mark.parametrize("ground", [PAPER, "#0d0b10"])
def test_any_accent_is_made_readable(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= 4.5


def test_what_is_sealed_opens_unchanged_or_not_at_all() -> None:
    signed = Signed("secret", "purpose")
    sealed = signed.seal(b"value")
    assert signed.open(sealed) == b"value"
    for broken in (sealed[:-2], "A" + sealed, sealed + "é", ".", "", sealed.replace(".", "")):
        assert signed.open(broken) is None
    assert Signed("secret", "other purpose").open(sealed) is None
