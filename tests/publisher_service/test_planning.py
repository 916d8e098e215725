"""Where a notice goes and when; how a delivery goes on. Pure."""

from datetime import UTC, datetime, time

import pytest

from kit.contracts.publisher.notices import ChannelName, DeliveryState
from publisher_service.rules import texts, values
from publisher_service.rules.kinds import KINDS, may_come
from publisher_service.rules.planning import (
    Place,
    Wishes,
    digest_at,
    plan,
    quiet_end,
    shortened,
    zone_of,
)
from publisher_service.rules.trying import LONGEST_SECONDS, after, wait
from publisher_service.rules.words import en, fr

NIGHT = Wishes(quiet_from=time(22), quiet_until=time(7))
MAIL = Place(ChannelName.email, "alice@example.org")
NEWS, SECURITY = KINDS["film.published"], KINDS["account.password_changed"]


def at(day: int, hour: int) -> datetime:
    """Return an hour of November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wishes", "now", "end"),
    [
        (NIGHT, at(20, 23), at(21, 7)),
        (NIGHT, at(21, 3), at(21, 7)),
        (NIGHT, at(21, 7), None),
        (NIGHT, at(21, 12), None),
        (Wishes(quiet_from=time(12), quiet_until=time(14)), at(21, 13), at(21, 14)),
        (Wishes(quiet_from=time(12), quiet_until=time(12)), at(21, 12), None),
        (Wishes(quiet_from=time(22), quiet_until=time(7), zone="Europe/Paris"),
         at(20, 21), at(21, 6)),
        (Wishes(), at(21, 3), None),
    ],
)  # fmt: skip
def test_quiet_hours_end_where_the_person_lives(wishes, now, end):
    assert quiet_end(wishes, now) == end


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        ("daily", at(20, 9), at(20, 18)),
        ("daily", at(20, 18), at(21, 18)),
        ("weekly", at(18, 9), at(20, 18)),
        ("weekly", at(20, 18), at(27, 18)),
    ],
)
def test_digests_come_in_the_evening(digest, now, due):
    assert digest_at(Wishes(digest=digest), now) == due


def test_a_digest_waits_for_news_only():
    wishes = Wishes(quiet_from=time(22), quiet_until=time(7), digest="daily")
    (news,) = plan(NEWS, [MAIL], wishes, at(20, 23))
    (alarm,) = plan(SECURITY, [MAIL], wishes, at(20, 23))
    assert (news.is_for_digest, news.due) == (True, at(21, 18))
    assert (alarm.is_for_digest, alarm.due) == (False, None)


def test_security_notices_cannot_be_switched_off():
    off = Wishes({("account.password_changed", ChannelName.email): False})
    assert [one.place for one in plan(SECURITY, [MAIL], off, at(20, 12))] == [MAIL]


@pytest.mark.parametrize(
    ("channel", "chosen", "comes"),
    [
        (ChannelName.email, None, True),
        (ChannelName.email, False, False),
        (ChannelName.sms, None, False),
        (ChannelName.sms, True, True),
    ],
)
def test_news_come_as_chosen(channel, chosen, comes):
    assert may_come(NEWS, channel, chosen) is comes


def test_a_zone_that_does_not_exist_is_abidjans():
    assert zone_of("Moon/Sea") == zone_of("Africa/Abidjan")


@pytest.mark.parametrize(
    ("address", "shown"),
    [("alice@example.org", "a…@example.org"), ("+2250700004512", "…4512"), ("7", "…")],
)
def test_staff_see_addresses_shortened(address, shown):
    assert shortened(address) == shown


@pytest.mark.parametrize(
    ("outcome", "failures", "state"),
    [
        ("sent", 1, DeliveryState.sent),
        ("refused", 1, DeliveryState.failed),
        ("rejected", 1, DeliveryState.failed),
        ("lost", 1, DeliveryState.unsure),
        ("failed", 3, DeliveryState.queued),
        ("failed", 4, DeliveryState.failed),
        ("later", 9, DeliveryState.queued),
    ],
)
def test_every_outcome_has_its_state(outcome, failures, state):
    assert after(outcome, failures, tries=4) is state


def test_pauses_grow_up_to_an_hour():
    pauses = [wait(failures, chance=0.5) for failures in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_SECONDS


@pytest.mark.parametrize("words", [fr.ALL, en.ALL], ids=["fr", "en"])
def test_every_kind_has_words_that_name_only_its_values(words):
    assert set(words) == set(KINDS)
    for name, said in words.items():
        named = texts.placeholders(said.subject, said.body, said.brief)
        assert named <= {*KINDS[name].values, "brand"}, name
        assert "link" not in texts.placeholders(said.subject, said.brief), name


def test_a_value_cannot_make_a_button_or_a_second_subject():
    given = {"title": "Sira\n\n[Gagnez](https://evil.example)", "url": "javascript:alert(1)"}
    found = texts.parts("{title}\n\n[Regarder]({url})", given)
    assert not any(part.url for part in found)
    assert "\n" not in texts.one_line("{title}", given)
    assert "<b>" not in texts.html([texts.Part("<b>fat</b>")], "#000000", "#ffffff", "")


def test_an_amount_is_not_broken_where_a_line_is_made():
    given = {"amount": "5\u202f000\u00a0F", "title": "Sira\n et  les siens"}
    assert texts.one_line("{title} : {amount}", given) == "Sira et les siens : 5\u202f000\u00a0F"


def test_without_a_name_nobody_is_greeted_by_a_lonely_comma():
    assert texts.fill("Bonjour {name},", {}) == "Bonjour,"


def test_moments_and_words_are_spoken_in_the_language():
    given = {"at": "2026-11-21T18:30:00+00:00", "what": "passkey_added", "role": "producer"}
    assert values.spoken(given, "fr")["at"] == "21 nov. 2026, 18:30 UTC"
    assert values.spoken(given, "en")["what"] == "A passkey was added to your account."
    assert values.spoken(given, "fr")["role"] == "producteur"
    assert values.spoken({"at": "soon"}, "fr")["at"] == "soon"
