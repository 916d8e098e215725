"""Social publication from the dashboard: accounts, posts, what became of them, the calendar."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from kit import clock
from kit.contracts.catalog.changes import FilmNew
from kit.contracts.publisher.social import Publication, PublicationState, TargetState
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import PASSWORD, Studio, nobody_answers
from tests.admin_interface.test_people import a_viewer
from tests.fakes.network import Trouble, answer_lost
from tests.fakes.telegram import TOKEN, Telegram
from tests.rubbish import troubles

NEW = "/social/accounts/new/telegram"
KEYS = {"name": "Le canal", "key.token": TOKEN, "key.chat_id": "@maison_films"}
UNAUTHORIZED = {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
def of_publisher(telegram: Telegram) -> dict[str, Any]:
    return nobody_answers() | {"telegram_api_url": telegram.url}


@pytest.fixture
async def account(dana: httpx.AsyncClient, studio: Studio) -> str:
    """Connect the channel through the form; return the account's id."""
    await send(dana, NEW, NEW, KEYS)
    (found,) = (await studio.publisher.social_accounts()).items
    return str(found.id)


async def composed(browser: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """Return what the form would send: its own id, and these fields."""
    found = re.search(r'name="id" value="([^"]+)"', (await see(browser, "/social/new")).text)
    assert found
    return {"id": found[1], "title": "Ce soir", "text": "Nuit sur la lagune", **fields}


async def published(browser: httpx.AsyncClient, account: str, **fields: Any) -> str:
    """Publish; return the page of the publication."""
    typed = await composed(browser, accounts=account, deed="publish", **fields)
    answer = await send(browser, "/social/new", "/social/new", typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def becomes(studio: Studio, page: str, state: TargetState) -> Publication:
    for _ in range(2000):
        found = await studio.publisher.publication(UUID(page.rpartition("/")[2]))
        if found.targets[0].state is state:
            return found
    raise AssertionError(state)


def a_picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), "orange").save(file, "PNG")
    return file.getvalue()


async def test_a_post_written_here_arrives_at_the_channel_with_its_picture(
    dana: httpx.AsyncClient, studio: Studio, telegram: Telegram, account: str
) -> None:
    typed = await composed(dana, accounts=account, deed="preview")
    files = {"picture": ("nuit.png", a_picture(), "image/png")}
    shown = await send(dana, "/social/new", "/social/new", typed, files=files)
    assert "18 / 1 024" in shown.text.replace("\u202f", " ").replace("\xa0", " ")
    media = re.search(r'name="media_id" value="([^"]+)"', shown.text)
    assert media
    part = await dana.get(f"/social/media/{media[1]}/file", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.content) == (206, b"\xff\xd8")
    sent = typed | {"deed": "publish", "media_id": media[1]}
    answer = await send(dana, "/social/new", "/social/new", sent)
    page = answer.headers["location"]
    await becomes(studio, page, TargetState.published)
    (message,) = telegram.messages
    assert (message.method, message.text) == ("sendPhoto", "Nuit sur la lagune")
    assert "https://t.me/maison_films/7" in (await see(dana, page)).text
    assert "Publiée" in (await see(dana, "/social")).text


async def test_a_refused_account_is_connected_again_and_its_post_goes_out(
    dana: httpx.AsyncClient, studio: Studio, telegram: Telegram, account: str
) -> None:
    telegram.troubles = [Trouble("/sendMessage", 401, UNAUTHORIZED)]
    page = await published(dana, account)
    target = (await becomes(studio, page, TargetState.failed)).targets[0]
    again = f"/social/accounts/{account}"
    assert f'href="{again}"' in (await see(dana, page)).text
    assert "À relier de nouveau" in (await see(dana, "/social/accounts")).text
    wrong = await send(dana, again, again, KEYS | {"key.token": "1:wrong"})
    assert (wrong.status_code, "Unauthorized" in wrong.text) == (422, True)
    assert "1:wrong" not in wrong.text
    await send(dana, again, again, KEYS | {"name": "Le grand canal"})
    assert "En service" in (await see(dana, "/social/accounts")).text
    await send(dana, page, f"{page}/targets/{target.id}", {"deed": "retry"})
    await becomes(studio, page, TargetState.published)
    assert len(telegram.messages) == 1


async def test_an_account_is_tried_and_let_go(
    dana: httpx.AsyncClient, telegram: Telegram, account: str
) -> None:
    here = f"/social/accounts/{account}"
    await send(dana, here, f"{here}/checks", {})
    assert "tout va bien" in (await see(dana, "/social/accounts")).text
    telegram.troubles = [Trouble("/getChat", 401, UNAUTHORIZED)]
    await send(dana, here, f"{here}/checks", {})
    assert "doit être relié de nouveau" in (await see(dana, "/social/accounts")).text
    await send(dana, here, f"{here}/removal", {})
    assert "Le canal" not in (await see(dana, "/social/accounts")).text
    assert "Aucun compte n’est relié" in (await see(dana, "/social/new")).text


async def test_a_post_is_planned_by_the_studios_clock_changed_and_called_off(
    dana: httpx.AsyncClient, studio: Studio, telegram: Telegram, account: str
) -> None:
    day = (clock.now() + timedelta(days=3)).date()
    page = await published(dana, account, publish_at=f"{day}T18:30")
    shown = await see(dana, f"/social/calendar?on={day}")
    assert ("18:30" in shown.text, "Ce soir" in shown.text) == (True, True)
    assert "Ce soir" in (await see(dana, f"/social/calendar?view=week&on={day}")).text
    assert "Ce soir" not in (await see(dana, "/social/calendar?on=2020-01-01")).text
    changed = {"title": "Demain", "text": "x" * 5000, "publish_at": f"{day}T20:00"}
    unfit = await send(dana, page, page, changed)
    assert (unfit.status_code, "le texte est trop long" in unfit.text) == (422, True)
    await send(dana, page, page, changed | {"text": "Demain soir"})
    assert "20:00" in (await see(dana, page)).text
    await send(dana, page, f"{page}/cancellation", {})
    found = await becomes(studio, page, TargetState.cancelled)
    assert (found.title, found.state) == ("Demain", PublicationState.cancelled)
    assert telegram.messages == []


@pytest.mark.parametrize(("deed", "count"), [("seen", 1), ("absent", 2)])
async def test_whoever_looked_says_what_became_of_a_post(
    dana: httpx.AsyncClient,
    studio: Studio,
    telegram: Telegram,
    account: str,
    deed: str,
    count: int,
) -> None:
    telegram.troubles = [answer_lost("/sendMessage")]
    page = await published(dana, account)
    target = (await becomes(studio, page, TargetState.unsure)).targets[0]
    assert "Je l’y ai vu" in (await see(dana, page)).text
    await send(dana, page, f"{page}/targets/{target.id}", {"deed": deed, "remote_url": ""})
    await becomes(studio, page, TargetState.published)
    assert len(telegram.messages) == count


async def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    dana: httpx.AsyncClient, studio: Studio, account: str
) -> None:
    film = await studio.catalog.create_film(FilmNew(title="Nuit sur la lagune"))
    typed = await composed(dana, accounts=account, deed="publish")
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"text": "x" * 4097}, "f-accounts", "Un des réseaux n’en voudrait pas"),
        ({"publish_at": "2020-01-01T10:00"}, "f-publish_at", "Ce moment est passé."),
        ({"publish_at": "demain"}, "f-publish_at", "Cette date est illisible."),
        ({"title": " "}, "f-title", "Ce champ est nécessaire."),
        ({"url": "ftp://x"}, "f-url", "Cette forme n’est pas acceptée."),
        ({"accounts": []}, "f-accounts", "Choisissez au moins un compte."),
        ({"deed": "clip"}, "f-film_id", "Choisissez le film où couper."),
        ({"film_id": str(film.id), "clip_to": "0"}, "f-clip_to", "Cette valeur n’est pas"),
        ({"film_id": str(film.id), "clip_to": "0:20"}, "f-film_id", "pas encore d’images"),
    ]
    for change, place, said in cases:
        answer = await send(dana, "/social/new", "/social/new", typed | change)
        assert answer.status_code == 422, change
        assert f'href="#{place}"' in answer.text, change
        assert said in answer.text, change
        assert f'value="{typed["id"]}"' in answer.text
    files = {"picture": ("x.png", b"\x89PNG rubbish", "image/png")}
    refused = await send(dana, "/social/new", "/social/new", typed, files=files)
    assert "Cette image est illisible" in refused.text
    assert (await studio.publisher.publications()).items == []
    missing = await send(dana, NEW, NEW, {"name": "Un autre", "key.chat_id": "@autre"})
    assert 'href="#f-key.token"' in missing.text
    assert "@autre" in missing.text


async def test_while_a_post_is_written_its_cards_are_counted_by_the_server(
    dana: httpx.AsyncClient, account: str
) -> None:
    typed = await composed(dana, accounts=account, text="🎬" * 2049)
    live = await send(dana, "/social/new", "/social/new/cards", typed)
    assert f'data-account="{account}" data-length="4098" data-limit="4096"' in live.text
    assert "le texte est trop long" in live.text
    own = typed | {f"text.{account}": "Un\r\nmot"}
    assert 'data-length="6"' in (await send(dana, "/social/new", "/social/new/cards", own)).text
    none = {name: value for name, value in typed.items() if name != "accounts"}
    assert "data-length" not in (await send(dana, "/social/new", "/social/new/cards", none)).text


async def test_a_post_about_a_film_begins_with_its_title_and_address(
    dana: httpx.AsyncClient, studio: Studio, account: str
) -> None:
    film = await studio.catalog.create_film(FilmNew(title="Nuit sur la lagune"))
    page = await see(dana, f"/social/new?film={film.id}&on=2099-01-02")
    assert 'value="Nuit sur la lagune"' in page.text
    assert f"/films/{film.slug}" in page.text
    assert 'value="2099-01-02T18:00"' in page.text
    assert (await dana.get(f"/social/new?film={account}")).status_code == 404


async def test_whoever_may_not_read_it_is_not_led_there(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    assert 'href="/social"' in (await see(dana, "/")).text
    awa = await a_viewer(studio)
    await send(dana, f"/people/{awa.id}", f"/people/{awa.id}/roles", {"roles": ["moderator"]})
    dana.cookies.clear()
    await send(dana, "/sign-in", "/sign-in", {"email": "awa@example.com", "password": PASSWORD})
    assert 'href="/social"' not in (await see(dana, "/films")).text
    assert (await dana.get("/social")).status_code == 403
    assert (await dana.post("/social/new", data={"title": "Ce soir"})).status_code == 403


async def test_no_form_of_the_social_pages_is_upset_by_rubbish(
    dana: httpx.AsyncClient, studio: Studio, telegram: Telegram, account: str
) -> None:
    later = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    await published(dana, account, publish_at=later)
    telegram.troubles = [answer_lost("/sendMessage")]
    await becomes(studio, await published(dana, account), TargetState.unsure)
    found = await troubles(dana, "/social", within="/social")
    assert found == [], "\n".join(found)
