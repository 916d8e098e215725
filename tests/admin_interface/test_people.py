"""People as staff sees them: found, given roles, suspended, merged, seen through their eyes."""

import re

import httpx

from kit.auth import Role
from kit.contracts.accounts import Account, AccountState, AuditQuery, SignIn
from kit.contracts.accounts.identity import SignUp
from kit.contracts.accounts.studios import (
    InvitationAccount,
    InvitationNew,
    InvitationState,
)
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import PASSWORD, Studio, as_dana

WHY = "Le lecteur reste noir"


async def a_viewer(studio: Studio, email: str = "awa@example.com", name: str = "Awa") -> Account:
    """Somebody who was invited, and so is known to read their mail."""
    made = await (await as_dana(studio)).invite(InvitationNew(email=email, by_hand=True))
    token = str(made.link).rpartition("/")[2]
    new = InvitationAccount(token=token, name=name, password=PASSWORD)
    return (await studio.accounts.accept_as_new(new)).account


async def test_a_person_is_found_by_a_part_of_the_name(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    found = await see(dana, "/people?q=Aw")
    assert f"/people/{awa.id}" in found.text
    assert "Personne de ce nom" in (await see(dana, "/people?q=zzz")).text
    page = await see(dana, f"/people/{awa.id}")
    assert "awa@example.com" in page.text
    assert "Spectateur" in page.text


async def test_roles_are_given_and_taken_away(dana: httpx.AsyncClient, studio: Studio) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    await send(dana, here, f"{here}/roles", {"roles": ["moderator", "filmmaker"]})
    assert set((await studio.accounts.account(awa.id)).roles) == {"moderator", "filmmaker"}
    await send(dana, here, f"{here}/roles", {})
    assert (await studio.accounts.account(awa.id)).roles == ()


async def test_an_address_nobody_has_verified_gets_no_role(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    new = SignUp(email="kofi@example.com", name="Kofi", password=PASSWORD)
    kofi = (await studio.accounts.sign_up(new)).account
    here = f"/people/{kofi.id}"
    await send(dana, here, f"{here}/roles", {"roles": ["moderator"]})
    page = await see(dana, here)
    assert "invitez l’adresse" in page.text
    assert "Pas encore vérifiée" in page.text


async def test_a_suspended_account_says_so_until_it_is_back(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    await send(dana, here, f"{here}/suspension", {"why": ""})
    assert (await studio.accounts.account(awa.id)).state is AccountState.active
    await send(dana, here, f"{here}/suspension", {"why": "adresse volée"})
    assert (await studio.accounts.account(awa.id)).state is AccountState.suspended
    assert "Ce compte est suspendu" in (await see(dana, here)).text
    await send(dana, here, f"{here}/suspension", {"deed": "lift"})
    assert (await studio.accounts.account(awa.id)).state is AccountState.active


async def test_the_site_is_seen_as_a_viewer_by_a_link_shown_once(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    made = await send(dana, here, f"{here}/acting", {"why": WHY, "minutes": "5"})
    link = re.search(r'<code class="wrap-code">([^<]+/act-as/[^<]+)</code>', made.text)
    assert link
    acting = await studio.accounts.use_acting(link[1].rpartition("/")[2])
    assert acting.acting.account_id == awa.id
    assert acting.expires_in <= 300
    page = await see(dana, here)
    assert link[1] not in page.text
    assert WHY in page.text


async def test_nobody_acts_as_somebody_with_a_role(dana: httpx.AsyncClient, studio: Studio) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    await send(dana, here, f"{here}/roles", {"roles": [Role.moderator.value]})
    assert f"{here}/acting" not in (await see(dana, here)).text
    await send(dana, here, f"{here}/acting", {"why": WHY, "minutes": "5"})
    assert "comme un spectateur" in (await see(dana, here)).text


async def test_two_accounts_become_one(dana: httpx.AsyncClient, studio: Studio) -> None:
    awa = await a_viewer(studio)
    other = await a_viewer(studio, "awa.diop@example.org", "Awa D.")
    here = f"/people/{awa.id}/merge"
    found = await see(dana, f"{here}?q=awa")
    assert str(other.id) in found.text
    assert f'value="{awa.id}"' not in found.text
    done = await send(
        dana, f"{here}?q=awa", here, {"from_id": str(other.id), "why": "la même personne"}
    )
    assert done.headers["location"] == f"/people/{awa.id}"
    assert (await studio.accounts.account(other.id)).state is AccountState.suspended
    assert "n’en font plus qu’un" in (await see(dana, f"/people/{awa.id}")).text


async def test_an_owner_hands_over_a_link_for_a_lost_password(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    here = f"/people/{awa.id}"
    made = await send(dana, here, f"{here}/password-link", {})
    assert "/setup?token=" in made.text


async def test_an_invitation_is_mailed_or_handed_over_and_withdrawn(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    here = "/people/invitations"
    mailed = await send(dana, here, here, {"email": "bob@example.com", "role": "moderator"})
    assert mailed.status_code == 303
    assert "bob@example.com" in (await see(dana, here)).text
    handed = await send(dana, here, here, {"email": "eve@example.com", "by_hand": "true"})
    assert re.search(r"<code[^>]*>http[^<]+/l/[^<]+</code>", handed.text)
    for each in (await studio.accounts.invitations()).items:
        await send(dana, here, f"{here}/{each.id}/withdrawal", {})
    gone = await studio.accounts.invitations(state=InvitationState.withdrawn)
    assert {each.email for each in gone.items} == {"bob@example.com", "eve@example.com"}
    assert "eve@example.com" in (await see(dana, f"{here}?state=withdrawn")).text


async def test_a_mistyped_invitation_keeps_what_was_typed(dana: httpx.AsyncClient) -> None:
    here = "/people/invitations"
    answer = await send(dana, here, here, {"email": "nobody", "role": "moderator"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
    assert "n’est pas acceptée" in answer.text


async def test_whoever_looks_at_a_person_is_in_the_log(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    await see(dana, f"/people/{awa.id}")
    found = await studio.accounts.audit(AuditQuery(action="personal.read"))
    assert any(str(awa.id) in entry.target for entry in found.items)


async def test_somebodys_sessions_are_seen_and_closed(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    awa = await a_viewer(studio)
    await studio.accounts.sign_in(SignIn(email="awa@example.com", password=PASSWORD))
    here = f"/people/{awa.id}"
    page = await see(dana, here)
    (one, *_) = found = re.findall(r'name="session" value="([0-9a-f-]+)"', page.text)
    assert len(found) == 2
    await send(dana, here, f"{here}/sessions", {"session": one})
    assert [one] != [str(left.id) for left in (await studio.accounts.sessions_of(awa.id)).items]
    await send(dana, here, f"{here}/sessions", {})
    assert (await studio.accounts.sessions_of(awa.id)).items == []
    assert "Sessions ouvertes" not in (await see(dana, here)).text
