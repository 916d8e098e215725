"""A notice becomes a mail: what is in it, and how each answer of the mail server is taken."""

from kit.contracts.publisher.notices import DeliveryState
from publisher_service.models.notices import Notice
from tests.factories.publisher import LINK, a_letter


async def test_a_letter_reaches_the_mailbox_with_its_link_in_both_parts(
    app, client, mail_server, ends
):
    taken = await client.notify(new := a_letter(app))
    found = await ends(new.id)
    (mail,) = mail_server.taken
    assert not taken.is_repeated
    assert mail["Subject"] == "Votre lien de connexion"
    assert mail["From"] == "Karangou <no-reply@portal.example.org>"
    assert mail["To"] == "alice@example.org"
    assert mail["List-Unsubscribe"] is None  # a security notice cannot be switched off
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert LINK in plain.get_content()
    assert f'href="{LINK}"' in html.get_content()
    assert "15 minutes" in plain.get_content()
    assert str(found.id) in mail["Message-ID"]
    assert found.provider_id is not None
    assert mail["Message-ID"] in found.provider_id
    assert [attempt.outcome for attempt in found.attempts] == ["sent"]


async def test_what_was_sealed_is_forgotten_once_it_was_sent(app, client, ends):
    await client.notify(new := a_letter(app))
    await ends(new.id)
    async with app.state.database.reads() as session:
        kept = await session.get_one(Notice, new.id)
    assert kept.sealed is None


async def test_the_language_asked_for_is_spoken(app, client, mail_server, ends):
    await client.notify(new := a_letter(app, locale="en-GB"))
    await ends(new.id)
    assert mail_server.taken[0]["Subject"] == "Your sign-in link"
    assert mail_server.taken[0]["Content-Language"] == "en"


async def test_a_server_that_is_busy_is_asked_again(app, client, mail_server, ends):
    answers = iter(["451 4.3.0 later", "250 OK"])
    mail_server.rcpt = lambda address: next(answers)
    await client.notify(new := a_letter(app))
    found = await ends(new.id)
    assert [one.outcome for one in found.attempts] == ["failed", "sent"]
    assert "451" in found.attempts[0].detail


async def test_after_so_many_tries_a_delivery_has_failed(app, client, mail_server, ends):
    mail_server.data = lambda address: "451 4.3.0 never"
    await client.notify(new := a_letter(app))
    found = await ends(new.id, DeliveryState.failed)
    assert found.attempt_count == app.state.settings.tries


async def test_an_address_that_does_not_exist_is_dead_and_gets_nothing_more(
    app, client, mail_server, ends
):
    mail_server.rcpt = lambda address: "550 5.1.1 no such user"
    await client.notify(new := a_letter(app))
    found = await ends(new.id, DeliveryState.failed)
    assert [one.outcome for one in found.attempts] == ["refused"]
    await client.notify(another := a_letter(app))
    await client.notify(marker := a_letter(app, "bob@example.org"))
    await ends(marker.id, DeliveryState.failed)
    assert not [one for one in (await client.deliveries()).items if one.notice_id == another.id]


async def test_a_full_mailbox_is_no_dead_address(app, client, mail_server, ends):
    mail_server.rcpt = lambda address: "550 5.2.2 mailbox full"
    await client.notify(new := a_letter(app))
    found = await ends(new.id, DeliveryState.failed)
    assert [one.outcome for one in found.attempts] == ["rejected"]
    mail_server.rcpt = lambda address: "250 OK"
    await client.notify(another := a_letter(app))
    assert (await ends(another.id)).state is DeliveryState.sent


async def test_a_line_that_broke_after_the_mail_was_taken_leaves_one_mail_in_the_mailbox(
    app, client, mail_server, ends
):
    mail_server.hang_up = 1
    await client.notify(new := a_letter(app))
    found = await ends(new.id)
    assert [one.outcome for one in found.attempts] == ["failed", "sent"]
    assert len(mail_server.mailbox) == 1


async def test_a_failed_delivery_is_sent_again_when_staff_say_so(app, client, mail_server, ends):
    mail_server.rcpt = lambda address: "550 5.1.1 no such user"
    await client.notify(new := a_letter(app))
    failed = await ends(new.id, DeliveryState.failed)
    mail_server.rcpt = lambda address: "250 OK"
    again = await client.send_again(failed.id)
    assert again.state is DeliveryState.queued
    assert (await ends(new.id)).attempt_count == 2
