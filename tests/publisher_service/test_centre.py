"""Somebody's own notices: there at once, read, live; and how they want to be told."""

from datetime import time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kit import clock
from kit.contracts.publisher.errors import (
    BadUnsubscription,
    CannotSwitchOff,
    NobodyToTell,
    NoticeDiffers,
    NoticeNotFound,
    UnknownKind,
)
from kit.contracts.publisher.notices import ChannelName, DeliveryQuery, DeliveryState
from kit.contracts.publisher.wishes import Choice, PreferencesChange
from kit.errors import Forbidden, Unauthenticated
from publisher_service.actions import digests
from publisher_service.models.notices import Delivery
from tests.cast import ALICE, BOB
from tests.factories.catalog import access_token
from tests.factories.publisher import a_letter, a_piece_of_news, as_person, as_stranger


async def test_a_notice_stands_in_the_centre_at_once_in_the_language_asked_for(app, alice, client):
    await client.notify(new := a_piece_of_news(ALICE))
    (french,) = (await alice.notices()).items
    (english,) = (await alice.notices("en")).items
    assert french.title == "Sira est en ligne"
    assert english.text == "Studio Lagune: Sira is online."
    assert (french.id, french.url, french.is_read) == (new.id, new.values["url"], False)


async def test_a_notice_about_coins_leads_to_the_wallet(alice, client):
    wallet = "https://cinema.example.org/account/wallet"
    values = {"coins": 5, "link": wallet}
    await client.notify(a_piece_of_news(ALICE, kind="coins.low", values=values))
    (found,) = (await alice.notices()).items
    assert found.url == wallet


async def test_reading_counts_down_and_a_strangers_notice_is_not_found(app, alice, client):
    first, second = a_piece_of_news(ALICE), a_piece_of_news(ALICE, "Timpi")
    for new in (first, second):
        await client.notify(new)
    with pytest.raises(NoticeNotFound):
        await as_person(app, BOB).read_notice(first.id)
    assert (await alice.unread()).count == 2
    assert (await alice.read_notice(first.id)).count == 1
    assert [one.id for one in (await alice.notices(unread_only=True)).items] == [second.id]
    assert (await alice.read_all_notices()).count == 0


async def test_pages_follow_one_another(app, alice, client):
    for number in range(5):
        await client.notify(a_piece_of_news(ALICE, f"Film {number}"))
    first = await alice.notices(limit=3)
    rest = await alice.notices(cursor=first.next_cursor, limit=3)
    titles = [one.title for one in (*first.items, *rest.items)]
    assert titles == [f"Film {number} est en ligne" for number in (4, 3, 2, 1, 0)]
    assert rest.next_cursor is None


async def test_the_same_notice_counts_once_and_another_under_its_id_is_refused(app, alice, client):
    await client.notify(new := a_piece_of_news(ALICE))
    assert (await client.notify(new)).is_repeated
    with pytest.raises(NoticeDiffers):
        await client.notify(a_piece_of_news(ALICE, "Timpi", id=new.id))
    assert (await alice.unread()).count == 1


async def test_what_nobody_knows_is_refused(app, client):
    with pytest.raises(UnknownKind):
        await client.notify(a_piece_of_news(ALICE, kind="moon.rose"))
    with pytest.raises(NobodyToTell):
        await client.notify(a_piece_of_news(ALICE).model_copy(update={"account_id": None}))


async def test_strangers_and_viewers_tell_nobody_anything(app):
    with pytest.raises(Unauthenticated):
        await as_stranger(app).notify(a_piece_of_news(ALICE))
    with pytest.raises(Forbidden):
        await as_person(app, BOB).notify(a_piece_of_news(ALICE))
    with pytest.raises(Unauthenticated):
        await as_stranger(app).notices()
    with pytest.raises(Forbidden):
        await as_person(app, BOB).deliveries()


async def test_news_go_to_the_verified_address_with_a_way_to_end_them(
    app, alice, client, mail_server, ends
):
    await client.notify(new := a_piece_of_news(ALICE))
    assert (await ends(new.id)).address == "a…@example.org"
    (mail,) = mail_server.taken
    assert mail_server.to == ["alice@example.org"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = mail["List-Unsubscribe"].rstrip(">").rpartition("/")[2]
    assert (await as_stranger(app).look_at_unsubscription(token)).kind == "film.published"
    assert (await as_stranger(app).unsubscribe(token)).email == "a…@example.org"
    await client.notify(second := a_piece_of_news(ALICE, "Timpi"))
    await client.notify(marker := a_letter(app, "bob@example.org"))
    await ends(marker.id)
    assert (await alice.unread()).count == 2  # the centre goes on
    assert (await client.deliveries(DeliveryQuery(notice_id=second.id))).items == []
    with pytest.raises(BadUnsubscription):
        await as_stranger(app).unsubscribe(token[:-6] + "AAAAAA")


async def test_a_child_s_profile_changes_no_preferences(app):
    child = as_stranger(app).acting(access_token(app, sub=str(ALICE), max_age=7))
    with pytest.raises(Forbidden):
        await child.change_preferences(PreferencesChange(digest="daily"))


async def test_preferences_say_what_comes_and_only_the_given_changes(app, alice):
    before = await alice.preferences()
    assert before.available == [ChannelName.in_app, ChannelName.email]
    news = next(one for one in before.kinds if one.kind == "film.published")
    assert news.channels[ChannelName.email]
    assert not news.channels[ChannelName.sms]
    off = Choice(kind="film.published", channel=ChannelName.email, is_on=False)
    changed = await alice.change_preferences(
        PreferencesChange(choices=[off], quiet_from=time(22), quiet_until=time(7))
    )
    news = next(one for one in changed.kinds if one.kind == "film.published")
    assert not news.channels[ChannelName.email]
    again = await alice.change_preferences(PreferencesChange(digest="daily"))
    assert (again.quiet_from, again.digest) == (time(22), "daily")
    ended = await alice.change_preferences(PreferencesChange(quiet_from=None, quiet_until=None))
    assert ended.quiet_from is None


async def test_security_cannot_be_switched_off(app, alice):
    off = Choice(kind="account.new_sign_in", channel=ChannelName.email, is_on=False)
    with pytest.raises(CannotSwitchOff):
        await alice.change_preferences(PreferencesChange(choices=[off]))


async def test_in_quiet_hours_news_wait_and_alarms_do_not(app, alice, client, mail_server, ends):
    now = clock.now()
    quiet = PreferencesChange(
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=1)).time(),
        zone="Africa/Abidjan",
    )
    await alice.change_preferences(quiet)
    await client.notify(news := a_piece_of_news(ALICE))
    waiting = await ends(news.id, DeliveryState.waiting)
    assert waiting.due_at is not None
    alarm = a_piece_of_news(ALICE, kind="account.password_changed")
    await client.notify(alarm)
    await ends(alarm.id)
    assert [mail["Subject"] for mail in mail_server.taken] == ["Votre mot de passe a été changé"]


async def test_a_digest_tells_everything_in_one_mail(app, alice, client, mail_server, ends):
    await alice.change_preferences(PreferencesChange(digest="daily"))
    told = [a_piece_of_news(ALICE), a_piece_of_news(ALICE, "Timpi")]
    for new in told:
        await client.notify(new)
        await ends(new.id, DeliveryState.waiting)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Delivery).values(due_at=clock.now()))
        assert await digests.gather(session, app.state.tools) == 1
        assert await digests.gather(session, app.state.tools) == 0
        mail_id: UUID | None = await session.scalar(
            select(Delivery.notice_id).where(Delivery.kind == "digest.news")
        )
    await ends(mail_id)
    (mail,) = mail_server.taken
    text = mail.get_body(("plain",)).get_content()
    assert "Sira est en ligne" in text
    assert "Timpi est en ligne" in text
    for new in told:
        await ends(new.id, DeliveryState.merged)
