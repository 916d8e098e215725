"""The dashboard as staff uses it: the door, films, shelves, codes, people, jobs."""

import io
import re

import httpx
from PIL import Image

from kit.contracts.catalog.changes import FilmNew
from kit.contracts.catalog.films import Credit, FilmQuery
from kit.contracts.tokens import TokenQuery, TokenState
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import DANA, Studio

PAGES = [
    "/", "/films", "/films/new", "/upload", "/series", "/categories", "/rails", "/library",
    "/import", "/jobs", "/dead-letters", "/tokens", "/tokens/new", "/batches", "/people",
    "/people/invitations", "/studios", "/notices", "/notices/mails", "/notices/templates",
    "/clients", "/audit", "/security", "/security/confirmation", "/_patterns",
]  # fmt: skip


async def test_a_stranger_is_sent_to_the_door(stranger: httpx.AsyncClient) -> None:
    for path in PAGES:
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


async def test_every_page_opens_for_staff_in_both_languages(dana: httpx.AsyncClient) -> None:
    for path in PAGES:
        for language in ("fr", "en"):
            dana.cookies.set("lang", language)
            await see(dana, path)


async def test_signing_in_leads_where_one_was_going(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    dana.cookies.clear()
    page = "/sign-in?next=/films"
    wrong = await send(dana, page, "/sign-in", {**DANA, "password": "not this", "next": "/films"})
    assert wrong.status_code == 401
    assert "ne vont pas ensemble" in wrong.text
    right = await send(dana, page, "/sign-in", {**DANA, "next": "/films"})
    assert (right.status_code, right.headers["location"]) == (303, "/films")
    assert "httponly" in right.headers["set-cookie"].lower()
    await see(dana, "/films")


async def test_the_door_leads_nowhere_else(dana: httpx.AsyncClient) -> None:
    for goal in ("//evil.example", "/\\evil.example", "https://evil.example"):
        answer = await send(dana, "/sign-in", "/sign-in", {**DANA, "next": goal})
        assert answer.headers["location"] == "/"


async def test_an_old_access_token_is_renewed_quietly(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    dana.cookies.delete("admin_access")
    answer = await see(dana, "/films")
    assert any("admin_access=" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_signing_out_ends_the_session(dana: httpx.AsyncClient) -> None:
    await send(dana, "/", "/sign-out", {})
    assert (await dana.get("/films")).status_code == 303


async def test_a_form_from_another_site_is_refused(dana: httpx.AsyncClient, studio: Studio) -> None:
    data = {"title": "Forged", "csrf": "nonsense"}
    assert (await dana.post("/films/new", data=data)).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await dana.post("/films/new", data=data, headers=foreign)).status_code == 403
    assert (await studio.catalog.films(FilmQuery(status="all"))).items == []


async def test_a_film_is_written_changed_and_deleted(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    typed: dict[str, object] = {
        "title": "Les Dimanches d’Aného", "year": "2023", "countries": "tg, ci",
        "languages": "fr", "tags": "famille, mer", "categories": ["art", "duo"],
        "credits": "Réalisation: Awa Diop\nwith: Kofi Mensah (le père)\nPerchman: Ama Tété",
        "access_level": "ppv", "price_amount": "500",
        "slug": "", "opens_at": "", "closes_at": "", "series_id": "", "season": "", "episode": "",
        "video_guid": "", "synopsis": "",
    }  # fmt: skip
    made = await send(dana, "/films/new", "/films/new", typed)
    assert made.status_code == 303, made.text[:2000]
    here = made.headers["location"]
    film = await studio.catalog.film(here.removeprefix("/films/"), everything=True)
    assert (film.title, film.year, film.price_amount) == ("Les Dimanches d’Aného", 2023, 500)
    assert {each.slug for each in film.categories} == {"art", "duo"}
    assert film.countries == ["TG", "CI"]
    assert film.credits == [
        Credit(role="director", name="Awa Diop"),
        Credit(role="cast", name="Kofi Mensah", character="le père"),
        Credit(role="Perchman", name="Ama Tété"),
    ]

    page = await see(dana, here)
    assert "Réalisation : Awa Diop\nAvec : Kofi Mensah (le père)\nPerchman : Ama Tété" in page.text
    await dana.get(f"{here}?lang=en")
    english = await see(dana, here)
    assert "Directed by: Awa Diop\nWith: Kofi Mensah (le père)" in english.text
    changed = await send(dana, here, here, {**typed, "year": "2024", "access_level": "vip"})
    assert changed.status_code == 303, changed.text[:2000]
    film = await studio.catalog.film(film.id, everything=True)
    assert (film.year, film.access_level.value, film.price_amount) == (2024, "vip", None)

    await send(dana, here, f"{here}/deletion", {"title": "something else"})
    assert (await studio.catalog.film(film.id, everything=True)).id == film.id
    await send(dana, here, f"{here}/deletion", {"title": film.title})
    assert (await dana.get(here)).status_code == 404


async def test_a_mistake_keeps_what_was_typed(dana: httpx.AsyncClient) -> None:
    typed: dict[str, object] = {"title": "Kept", "year": "soon", "credits": "no colon here"}
    answer = await send(dana, "/films/new", "/films/new", typed)
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert "Il faut un nombre entier" in answer.text
    assert "no colon here" in answer.text


async def test_a_poster_is_taken_and_shown(dana: httpx.AsyncClient, studio: Studio) -> None:
    film = await studio.catalog.create_film(FilmNew(title="With a poster"))
    picture = io.BytesIO()
    Image.new("RGB", (600, 900), "#e8a33d").save(picture, "JPEG")
    here = f"/films/{film.id}"
    files = {"picture": ("poster.jpg", picture.getvalue(), "image/jpeg")}
    await send(dana, here, f"{here}/pictures/poster", {}, files=files)
    source = re.search(r'src="(/images/[^"]+)"', (await see(dana, here)).text)
    assert source
    assert (await dana.get(source[1])).headers["content-type"] == "image/webp"

    junk = {"picture": ("poster.jpg", b"not a picture", "image/jpeg")}
    answer = await send(dana, here, f"{here}/pictures/poster", {}, files=junk)
    assert answer.status_code == 303
    assert "pas une image lisible" in (await see(dana, here)).text


async def test_many_films_are_shelved_at_once(dana: httpx.AsyncClient, studio: Studio) -> None:
    ids = [
        str((await studio.catalog.create_film(FilmNew(title=f"Film {number}"))).id)
        for number in range(3)
    ]
    data: dict[str, object] = {
        "ids": ids, "add_categories": ["raw"], "add_tags": "festival", "access_level": "vip",
        "deed": "change", "price_amount": "",
    }  # fmt: skip
    await send(dana, "/films", "/films/bulk", data)
    for each in ids:
        film = await studio.catalog.film(each, everything=True)
        assert [tag.name for tag in film.tags] == ["festival"]
        assert film.access_level.value == "vip"
    answer = await send(dana, "/films", "/films/bulk", {"deed": "change"})
    assert answer.status_code == 303
    assert "Cochez au moins un film" in (await see(dana, "/films")).text


async def test_codes_are_minted_shown_and_revoked(dana: httpx.AsyncClient, studio: Studio) -> None:
    new = re.search(r'name="key" value="([^"]+)"', (await see(dana, "/tokens/new")).text)
    assert new
    data: dict[str, object] = {
        "title": "Projection", "access_level": "vip", "duration_days": "7", "count": "1",
        "key": new[1], "video_id": "", "expires_at": "", "max_devices": "", "label": "",
    }  # fmt: skip
    first = await send(dana, "/tokens/new", "/tokens/new", data)
    again = await send(dana, "/tokens/new", "/tokens/new", data)
    assert first.headers["location"] == again.headers["location"]
    here = first.headers["location"]
    token = (await studio.tokens.tokens()).items[0]
    assert token.code in (await see(dana, here)).text
    await send(dana, here, f"{here}/revocation", {})
    assert not (await studio.tokens.verify(token.code)).ok
    assert "Révoqué" in (await see(dana, here)).text


async def test_a_batch_is_printed(dana: httpx.AsyncClient, studio: Studio) -> None:
    data: dict[str, object] = {
        "title": "Festival", "access_level": "vip", "duration_days": "7", "count": "5", "key": "k1",
    }  # fmt: skip
    here = (await send(dana, "/tokens/new", "/tokens/new", data)).headers["location"]
    assert here.startswith("/batches/")
    await see(dana, here)
    sheet = await dana.get(f"{here}/sheet")
    assert sheet.text.count("<svg") >= 5
    codes = (await dana.get(f"{here}/codes.csv")).text
    assert len(codes.strip().splitlines()) == 6
    await send(dana, here, f"{here}/revocation", {})
    revoked = await studio.tokens.tokens(TokenQuery(state=TokenState.revoked))
    assert len(revoked.items) == 5


async def test_a_code_for_one_film_needs_the_film(dana: httpx.AsyncClient) -> None:
    data: dict[str, object] = {"title": "T", "access_level": "ppv", "count": "1", "key": "k"}
    answer = await send(dana, "/tokens/new", "/tokens/new", data)
    assert answer.status_code == 422
    assert "Choisissez le film" in answer.text


async def test_shelves_are_arranged(dana: httpx.AsyncClient, studio: Studio) -> None:
    made = await send(dana, "/series", "/series", {"title": "Nuits de Lomé"})
    assert "Nuits de Lomé" in (await see(dana, made.headers["location"])).text
    await send(dana, "/categories", "/categories", {"name_fr": "Conte", "name_en": "Tale"})
    assert "Conte" in (await see(dana, "/categories")).text
    await send(dana, "/categories", "/tags", {"name": "mer"})
    before = len((await studio.catalog.rails()).items)
    for title in ("Une", "Deux"):
        await send(dana, "/rails", "/rails", {"title_fr": title, "kind": "latest"})
    rails = (await studio.catalog.rails()).items
    assert len(rails) == before + 2
    await send(dana, "/rails", f"/rails/{rails[-1].id}", {"deed": "up"})
    assert (await studio.catalog.rails()).items[-2].id == rails[-1].id


async def test_a_table_is_checked_before_it_is_written(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.catalog.create_film(FilmNew(title="Already here"))
    table = (await dana.get("/export.csv")).text
    assert "Already here" in table
    wrong = {"table": ("films.csv", b"nonsense\n1,2,3\n", "text/csv")}
    answer = await send(dana, "/import", "/import", {}, files=wrong)
    assert answer.status_code in {200, 303}
    right = {"table": ("films.csv", table.encode(), "text/csv")}
    answer = await send(dana, "/import", "/import", {}, files=right)
    assert "Tout est lisible" in answer.text


async def test_an_upload_makes_one_film_however_often_it_is_asked(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', (await see(dana, "/upload")).text)
    assert token
    new = {"key": "01900000-0000-7000-8000-0000000000aa", "title": "Un film", "publish": True}
    headers = {"X-CSRF-Token": token[1], "Accept": "application/json"}
    first, again = [
        (await dana.post("/uploads", json=new, headers=headers)).json() for _ in range(2)
    ]
    assert first["film_id"] == again["film_id"]
    assert first["video_guid"] == again["video_guid"]
    assert set(first["headers"]) == {
        "AuthorizationSignature", "AuthorizationExpire", "LibraryId", "VideoId",
    }  # fmt: skip
    assert len((await studio.library.list_videos()).items or []) == 1
    jobs = (await studio.gateway.jobs()).items
    assert [job.subject for job in jobs].count(jobs[0].subject) == 1
    assert "Un film" in (await see(dana, "/jobs")).text
    await see(dana, f"/jobs/{jobs[0].id}")
