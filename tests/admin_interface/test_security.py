"""One's own account at the dashboard: second factors, passkeys, sessions, and being asked again."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import orjson
import pyotp
import pytest

from kit import clock
from kit.contracts.accounts import SignIn
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import DANA, PASSWORD, Studio, as_dana
from tests.admin_interface.test_people import WHY, a_viewer
from tests.authenticator import Authenticator
from tests.factories.factors import later

Forward = Callable[[timedelta], None]
HALF_MINUTE = timedelta(seconds=30)
HERE = "/security"


@pytest.fixture
def forward(monkeypatch: pytest.MonkeyPatch) -> Forward:
    return later(monkeypatch)


async def with_app(browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Add an authenticator app; return it, and the recovery codes the page shows."""
    drawn = await send(browser, HERE, f"{HERE}/totp", {})
    assert "data:image/svg+xml" in drawn.text
    kept = {name: _hidden(drawn.text, name) for name in ("uri", "secret")}
    app = pyotp.TOTP(kept["secret"])
    wrong = await send(browser, HERE, f"{HERE}/totp", {**kept, "code": "000"})
    assert wrong.status_code == 422
    assert _hidden(wrong.text, "secret") == kept["secret"]
    done = await send(browser, HERE, f"{HERE}/totp", {**kept, "code": app.at(clock.now())})
    return app, re.findall(r"<li><code>([^<]+)</code></li>", done.text)


async def sign_in(browser: httpx.AsyncClient, goal: str = "/") -> httpx.Response:
    browser.cookies.clear()
    return await send(browser, "/sign-in", "/sign-in", {**DANA, "next": goal})


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1].replace("&amp;", "&")


async def test_an_app_is_asked_for_after_the_password(dana: httpx.AsyncClient) -> None:
    app, codes = await with_app(dana)
    assert len(codes) == 10
    assert codes[0] not in (await see(dana, HERE)).text
    asked = await sign_in(dana, "/films")
    assert asked.status_code == 200
    assert (await dana.get("/films")).status_code == 303
    kept = {name: _hidden(asked.text, name) for name in ("challenge", "methods", "next")}
    to = "/sign-in/second-factor"
    wrong = await send(dana, "/sign-in", to, {**kept, "code": "123456"})
    assert wrong.status_code == 401
    assert "Ce code est faux" in wrong.text
    right = await send(dana, "/sign-in", to, {**kept, "code": app.at(clock.now() + HALF_MINUTE)})
    assert (right.status_code, right.headers["location"]) == (303, "/films")
    await see(dana, "/films")


async def test_a_recovery_code_opens_once(dana: httpx.AsyncClient) -> None:
    _, codes = await with_app(dana)
    answers = []
    for _ in range(2):
        asked = await sign_in(dana)
        kept = {name: _hidden(asked.text, name) for name in ("challenge", "methods", "next")}
        typed = {**kept, "recovery_code": codes[0]}
        answers.append(await send(dana, "/sign-in", "/sign-in/second-factor", typed))
    assert [answer.status_code for answer in answers] == [303, 401]


async def test_a_challenge_that_is_too_old_begins_again(
    dana: httpx.AsyncClient, forward: Forward
) -> None:
    app, _ = await with_app(dana)
    asked = await sign_in(dana)
    forward(timedelta(minutes=6))
    typed = {"challenge": _hidden(asked.text, "challenge"), "code": app.at(clock.now())}
    answer = await send(dana, "/sign-in", "/sign-in/second-factor", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_a_passkey_is_added_named_and_opens_the_door(dana: httpx.AsyncClient) -> None:
    phone = Authenticator()
    asked = (await send(dana, HERE, f"{HERE}/passkeys/options", {})).json()
    typed = {
        "ceremony": asked["ceremony"],
        "credential": orjson.dumps(phone.make(asked["options"])).decode(),
        "name": "Téléphone",
    }
    added = await send(dana, HERE, f"{HERE}/passkeys", typed)
    assert "Vos codes de secours" in added.text
    here = re.search(rf"{HERE}/passkeys/[0-9a-f-]{{36}}", added.text)
    assert here
    await send(dana, HERE, here[0], {"deed": "rename", "name": "Tablette"})
    assert "Tablette" in (await see(dana, HERE)).text

    dana.cookies.clear()
    asked = (await send(dana, "/sign-in", "/sign-in/passkey/options", {})).json()
    shown = orjson.dumps(phone.show(asked["options"])).decode()
    typed = {"ceremony": asked["ceremony"], "credential": shown, "next": "/films"}
    opened = await send(dana, "/sign-in", "/sign-in/passkey", typed)
    assert (opened.status_code, opened.headers["location"]) == (303, "/films")
    await send(dana, HERE, here[0], {"deed": "remove"})
    assert "Aucune clé d’accès" in (await see(dana, HERE)).text


async def test_a_passkey_nobody_knows_opens_nothing(dana: httpx.AsyncClient) -> None:
    dana.cookies.clear()
    asked = (await send(dana, "/sign-in", "/sign-in/passkey/options", {})).json()
    for credential in ("", "[]", "{}", '{"id": "x"}'):
        typed = {"ceremony": asked["ceremony"], "credential": credential}
        answer = await send(dana, "/sign-in", "/sign-in/passkey", typed)
        assert answer.status_code in {401, 422}
    assert (await dana.get("/films")).status_code == 303


async def test_dangerous_deeds_ask_again_who_it_is(
    dana: httpx.AsyncClient, studio: Studio, forward: Forward
) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    forward(timedelta(minutes=12))
    asked = await send(dana, here, f"{here}/acting", {"why": WHY, "minutes": "5"})
    assert asked.headers["location"] == f"/security/confirmation?next={here}"
    assert "montrez d’abord que c’est vous" in (await see(dana, HERE)).text
    page = asked.headers["location"]
    typed = {"password": "not this one", "next": here}
    wrong = await send(dana, page, "/security/confirmation", typed)
    assert wrong.status_code == 422
    typed = {"password": PASSWORD, "next": here}
    right = await send(dana, page, "/security/confirmation", typed)
    assert right.headers["location"] == here
    made = await send(dana, here, f"{here}/acting", {"why": WHY, "minutes": "5"})
    assert "/act-as/" in made.text


async def test_a_confirmation_leads_nowhere_else(dana: httpx.AsyncClient) -> None:
    typed = {"password": PASSWORD, "next": "//evil.example"}
    answer = await send(dana, "/security/confirmation", "/security/confirmation", typed)
    assert answer.headers["location"] == "/"


async def test_other_sessions_are_seen_and_closed(dana: httpx.AsyncClient, studio: Studio) -> None:
    phone = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    wish = SignIn(email=DANA["email"], password=PASSWORD)
    await studio.accounts.sign_in(wish, address="192.0.2.7", device=phone)
    page = await see(dana, HERE)
    assert "Firefox" in page.text
    session = re.search(r'name="session" value="([^"]+)"', page.text)
    assert session
    await send(dana, HERE, f"{HERE}/sessions", {"session": session[1]})
    await send(dana, HERE, f"{HERE}/sessions", {})
    assert 'name="session"' not in (await see(dana, HERE)).text


async def test_a_password_is_changed_and_the_desk_stays_open(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    wrong = {"current": "not this one", "new": "une lagune sans lune 9"}
    await send(dana, HERE, f"{HERE}/password", wrong)
    assert "n’est pas le vôtre" in (await see(dana, HERE)).text
    await send(dana, HERE, f"{HERE}/password", {**wrong, "current": PASSWORD})
    await see(dana, "/films")
    wish = SignIn(email=DANA["email"], password="une lagune sans lune 9")
    assert (await studio.accounts.sign_in(wish)).account.email == DANA["email"]


async def test_recovery_codes_are_renewed(dana: httpx.AsyncClient, studio: Studio) -> None:
    _, before = await with_app(dana)
    page = await send(dana, HERE, f"{HERE}/recovery-codes", {})
    after = re.findall(r"<li><code>([^<]+)</code></li>", page.text)
    assert len(after) == 10
    assert not set(before) & set(after)
    await send(dana, HERE, f"{HERE}/totp/removal", {})
    assert (await (await as_dana(studio)).factors()).totp is None
