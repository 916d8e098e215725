"""Followers are told once each; staff change words; an account is handed out and forgotten."""

import pytest

from kit.contracts.publisher.errors import UnknownPlaceholder
from kit.contracts.publisher.notices import Bounce, DeliveryState, TemplateChange
from kit.contracts.publisher.wishes import AnnouncementNew
from kit.db import new_id
from kit.errors import Forbidden, Invalid
from publisher_service.actions import following
from tests.cast import ALICE, BOB, DANA
from tests.factories.publisher import (
    a_letter,
    a_piece_of_news,
    an_account,
    as_person,
    as_stranger,
)
from tests.kit.queueing import until

SERIES, MAKER = "series:gens-du-fleuve", "maker:studio-lagune"


async def test_people_follow_and_stop(app, alice):
    await alice.follow(SERIES)
    await alice.follow(SERIES)
    await alice.follow(MAKER)
    assert {one.topic for one in (await alice.follows()).items} == {SERIES, MAKER}
    assert (await as_stranger(app).topic(SERIES)).followers == 1
    await alice.unfollow(SERIES)
    assert [one.topic for one in (await alice.follows()).items] == [MAKER]
    with pytest.raises(Invalid):
        await alice.follow("planet:mars")


async def test_every_follower_is_told_once_whatever_is_repeated(
    app, accounts_app, client, mail_server, monkeypatch
):
    monkeypatch.setattr(following, "BATCH", 3)
    people = [new_id() for _ in range(8)]
    for number, account in enumerate(people):
        await an_account(accounts_app, account, f"Fan {number}", f"fan{number}@example.org")
        await as_person(app, account).follow(SERIES)
    await as_person(app, people[0]).follow(MAKER)
    new = AnnouncementNew(
        id=new_id(),
        topics=[SERIES, MAKER],
        kind="series.episode",
        values={"title": "Le pont", "series": "Les Gens du fleuve"},
    )
    await client.announce(new)
    await client.announce(new)

    async def is_told() -> bool:
        found = await client.announcement(new.id)
        return found.finished_at is not None and len(mail_server.taken) >= len(people)

    await until(is_told, seconds=20)
    assert (await client.announcement(new.id)).told == len(people)
    assert sorted(mail_server.to) == [f"fan{number}@example.org" for number in range(8)]
    for account in people:
        (seen,) = (await as_person(app, account).notices()).items
        assert seen.title == "Les Gens du fleuve : Le pont"


async def test_staff_change_the_words_and_put_them_back(app, client, mail_server, ends):
    dana = as_person(app, DANA, "admin")
    words = TemplateChange(
        subject="Entrez, {name}", body="Par ici :\n\n[La porte]({link})", brief="Entrez"
    )
    shown = await dana.preview_template("account.sign_in_link", "fr", words)
    assert shown.subject == "Entrez, Awa"
    assert "https://example.org/l/abc" in shown.text
    assert "La porte</a>" in shown.html
    assert not (await dana.template("account.sign_in_link", "fr")).is_changed
    changed = await dana.change_template("account.sign_in_link", "fr", words)
    assert changed.is_changed
    await client.notify(new := a_letter(app))
    await ends(new.id)
    assert mail_server.taken[0]["Subject"] == "Entrez, Alice"
    assert not (await dana.restore_template("account.sign_in_link", "fr")).is_changed


async def test_a_value_that_a_kind_does_not_have_is_refused(app):
    words = TemplateChange(subject="{password}", body="x", brief="x")
    with pytest.raises(UnknownPlaceholder):
        await as_person(app, DANA, "admin").change_template("account.exists", "fr", words)


async def test_every_kind_has_its_preview_in_both_languages(app):
    dana = as_person(app, DANA, "admin")
    kinds = (await dana.kinds()).items
    assert len(kinds) == len({one.kind for one in kinds}) >= 19
    for kind in kinds:
        for locale in ("fr", "en"):
            shown = await dana.preview_template(kind.kind, locale)
            assert "{" not in shown.subject + shown.text
            assert f'lang="{locale}"' in shown.html


async def test_a_mail_that_came_back_is_noted_and_nothing_more_goes_there(
    app, client, mail_server, ends
):
    await client.notify(new := a_letter(app))
    await ends(new.id)
    await client.bounced(Bounce(email="alice@example.org", reason="550 gone"))
    assert (await ends(new.id, DeliveryState.bounced)).error == "550 gone"
    await client.notify(a_letter(app))
    await client.notify(marker := a_letter(app, "bob@example.org"))
    await ends(marker.id)
    assert mail_server.to == ["alice@example.org", "bob@example.org"]


async def test_an_account_is_handed_out_and_forgotten(app, alice, client, ends):
    await alice.follow(SERIES)
    await client.notify(new := a_piece_of_news(ALICE))
    await ends(new.id)
    found = (await client.personal_data(ALICE)).sections
    assert found["follow"][0]["topic"] == SERIES
    assert found["notice"][0]["values"]["title"] == "Sira"
    assert "sealed" not in found["notice"][0]
    with pytest.raises(Forbidden):
        await as_person(app, BOB, "admin").personal_data(ALICE)
    await client.forget_person(ALICE)
    await client.forget_person(ALICE)
    assert not any((await client.personal_data(ALICE)).sections.values())
