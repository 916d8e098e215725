"""Studios and API clients as staff looks after them."""

import re
from datetime import UTC, date, datetime

import httpx

from admin_interface.pages.programs import bars
from kit.auth import StudioRole
from kit.contracts.accounts.clients import ClientDay
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio
from tests.admin_interface.test_people import a_viewer


async def test_a_studio_is_opened_for_its_producer_and_changed(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    typed: dict[str, object] = {"name": "Lagune Films", "about": "Lomé", "producer": awa.email}
    made = await send(dana, "/studios", "/studios", typed)
    here = made.headers["location"]
    assert "Lagune Films" in (await see(dana, "/studios?q=lagune")).text
    page = await see(dana, here)
    assert awa.name in page.text
    await send(dana, here, here, {"name": "Lagune & Fils", "about": ""})
    assert (await studio.accounts.studios()).items[0].name == "Lagune & Fils"


async def test_an_unknown_producer_is_told_beside_the_field(dana: httpx.AsyncClient) -> None:
    typed: dict[str, object] = {"name": "Lagune", "producer": "nobody@example.com"}
    answer = await send(dana, "/studios", "/studios", typed)
    assert answer.status_code == 422
    assert "Ce compte n’existe pas" in answer.text
    assert 'value="Lagune"' in answer.text


async def test_members_are_invited_change_role_and_leave(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    typed: dict[str, object] = {"name": "Lagune Films", "producer": awa.email}
    here = (await send(dana, "/studios", "/studios", typed)).headers["location"]
    invited = {"email": "kofi@example.com", "studio_role": "crew", "by_hand": "true"}
    made = await send(dana, here, f"{here}/invitations", invited)
    assert re.search(r"<code[^>]*>http[^<]+/l/[^<]+</code>", made.text)
    assert "kofi@example.com" in (await see(dana, here)).text

    kofi = await a_viewer(studio, "ama@example.com", "Ama")
    studio_id = (await studio.accounts.studios()).items[0].id
    await studio.accounts.set_member(studio_id, kofi.id, StudioRole.crew)
    await send(dana, here, f"{here}/members/{kofi.id}", {"role": "producer"})
    members = (await studio.accounts.members(studio_id)).items
    assert {each.role for each in members} == {StudioRole.producer}
    await send(dana, here, f"{here}/members/{kofi.id}", {"deed": "remove"})
    await send(dana, here, f"{here}/members/{awa.id}", {"deed": "remove"})
    left = (await studio.accounts.members(studio_id)).items
    assert [each.account_id for each in left] == [awa.id]
    assert "dernier producteur" in (await see(dana, here)).text


async def test_a_studio_is_closed_by_its_exact_name(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    here = (await send(dana, "/studios", "/studios", {"name": "Lagune"})).headers["location"]
    await send(dana, here, here, {"deed": "close", "title": "lagon"})
    assert len((await studio.accounts.studios()).items) == 1
    await send(dana, here, here, {"deed": "close", "title": "Lagune"})
    assert (await studio.accounts.studios()).items == []


async def test_a_client_is_made_renewed_and_revoked(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    typed: dict[str, object] = {"name": "Billetterie", "scopes": ["tokens:mint", "tokens:read"]}
    made = await send(dana, "/clients", "/clients", typed)
    assert "client_secret" in made.text
    client = (await studio.accounts.clients()).items[0]
    here = f"/clients/{client.id}"
    assert "n’a encore rien appelé" in (await see(dana, here)).text

    renewed = await send(dana, here, f"{here}/secrets", {"overlap_hours": "24"})
    secret = re.search(r'copy-button text="([^"]+)"', renewed.text)
    assert secret
    assert secret[1] not in (await see(dana, here)).text
    both = (await studio.accounts.client(client.id)).secrets
    assert len(both) == 2
    older = next(each for each in both if each.ends_at is not None)
    await send(dana, here, f"{here}/secrets", {"ended": str(older.id)})
    assert len((await studio.accounts.client(client.id)).secrets) == 1

    await send(dana, here, here, {"name": "Guichet", "scopes": ["tokens:mint"]})
    changed = await studio.accounts.client(client.id)
    assert (changed.name, changed.scopes) == ("Guichet", ("tokens:mint",))
    await send(dana, here, f"{here}/revocation", {})
    assert (await studio.accounts.clients()).items == []


async def test_a_client_without_scopes_is_not_made(dana: httpx.AsyncClient) -> None:
    answer = await send(dana, "/clients", "/clients", {"name": "Rien"})
    assert answer.status_code == 422


def test_a_chart_shows_every_day_of_a_month_and_the_tallest_is_full() -> None:
    today = datetime(2026, 11, 21, tzinfo=UTC).date()
    days = (
        ClientDay(day=date(2026, 11, 21), service="tokens_service", calls=30),
        ClientDay(day=date(2026, 11, 21), service="catalog_service", calls=10),
        ClientDay(day=date(2026, 11, 20), service="tokens_service", calls=10),
        ClientDay(day=date(2026, 1, 1), service="tokens_service", calls=999),
    )
    found = bars(days, today)
    assert len(found) == 30
    assert [(bar.calls, bar.height) for bar in found[-2:]] == [(10, 25), (40, 100)]
    assert sum(bar.calls for bar in found) == 50
    assert {bar.height for bar in bars((), today)} == {0}
