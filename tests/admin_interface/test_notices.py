"""Messages as staff sees them: deliveries and their tries, the outbox, the words of each kind."""

import re

import httpx

from kit.clock import now
from kit.contracts.publisher.notices import NoticeNew
from kit.db import new_id
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio

HERE = "/notices/templates/account.suspended/fr"
WORDS: dict[str, object] = {
    "subject": "Compte suspendu, {name}",
    "body": "Bonjour {name},\n\nÉcrivez-nous.",
    "brief": "Votre compte est suspendu",
}


async def a_mail(browser: httpx.AsyncClient, studio: Studio) -> str:
    """Have a mail written; return its page in the outbox once it is there."""
    new = NoticeNew(
        id=new_id(), at=now(), kind="account.suspended", email="awa@example.com",
        locale="fr", values={"name": "Awa <b>Diop</b>"},
    )  # fmt: skip
    await studio.publisher.notify(new)
    for _ in range(600):
        found = re.search(
            r"/notices/mails/[0-9a-f-]{36}", (await browser.get("/notices/mails")).text
        )
        if found:
            return found[0]
    raise AssertionError("no mail came")


async def test_a_mail_of_the_outbox_reads_as_it_would_look_and_runs_nothing(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    page = await see(dana, await a_mail(dana, studio))
    assert "awa@example.com" in page.text
    frame = re.search(r"<iframe[^>]*sandbox srcdoc=", page.text)
    assert frame
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "'unsafe-inline'" not in (await see(dana, "/notices")).headers["content-security-policy"]


async def test_a_delivery_shows_its_tries_and_is_found_by_its_state(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    await a_mail(dana, studio)
    found: re.Match[str] | None = None
    for _ in range(600):
        listed = await dana.get("/notices?state=sent&channel=email&kind=account.suspended")
        found = re.search(r"/notices/deliveries/[0-9a-f-]{36}", listed.text)
        if found:
            break
    assert found
    page = await see(dana, found[0])
    assert "Pris" in page.text
    await send(dana, found[0], f"{found[0]}/retries", {})
    assert (await dana.get("/notices?state=nonsense")).status_code == 422


async def test_words_are_tried_kept_and_put_back(dana: httpx.AsyncClient, studio: Studio) -> None:
    tried = await send(dana, HERE, HERE, {**WORDS, "deed": "try"})
    assert "rien n’est encore enregistré" in tried.text
    assert "Écrivez-nous." in tried.text
    before = await studio.publisher.template("account.suspended", "fr")
    assert not before.is_changed
    await send(dana, HERE, HERE, {**WORDS, "deed": "keep"})
    kept = await studio.publisher.template("account.suspended", "fr")
    assert (kept.is_changed, kept.brief) == (True, WORDS["brief"])
    assert "Changé" in (await see(dana, "/notices/templates")).text
    await send(dana, HERE, HERE, {"deed": "restore"})
    assert (await studio.publisher.template("account.suspended", "fr")).body == before.body


async def test_a_value_that_a_message_has_not_is_told_and_nothing_typed_is_lost(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    answer = await send(dana, HERE, HERE, {**WORDS, "body": "Le code {secret}", "deed": "keep"})
    assert answer.status_code == 422
    assert "n’a pas cette valeur" in answer.text
    assert "Le code {secret}" in answer.text
    empty = await send(dana, HERE, HERE, {**WORDS, "subject": " ", "deed": "keep"})
    assert "Ce champ est nécessaire" in empty.text
    assert not (await studio.publisher.template("account.suspended", "fr")).is_changed
