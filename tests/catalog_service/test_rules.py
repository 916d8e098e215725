"""The pure rules: publication, entitlement, last words, terms and blocks."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.models.films import Film
from catalog_service.rules import films, library, search
from catalog_service.rules.playback import Delivery, grant, trailer
from kit.contracts.catalog.errors import (
    EntitlementNeeded,
    FilmNotFound,
    NotYetPlayable,
    OpeningMissing,
    PriceMissing,
    WindowClosesFirst,
)
from kit.contracts.catalog.words import VideoState
from kit.contracts.tokens import AccessLevel, Verification
from kit.contracts.transcoder.signatures import verify_token
from kit.contracts.transcoder.wire import Video

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DELIVERY = Delivery("http://media", "a key", 60)


def a_film(**changes: Any) -> Film:
    values: dict[str, Any] = {
        "id": UUID("01900000-0000-7000-8000-00000000f11f"),
        "title": "Nuit de Lomé",
        "access_level": "public",
        "status": "published",
        "video_guid": "3d0f0ad3-5f0f-4a0f-9d57-3a3b2f7c9a11",
        "video_state": VideoState.ready,
        "video_seconds": 100,
        "video_width": 1280,
        "video_height": 720,
        "video_frame": "thumbnail.jpg",
        "captions": [{"language": "fr", "label": "Français"}],
        "chapters": [],
    }
    return Film(**(values | changes))


def a_video(**changes: Any) -> Video:
    values = {"video_library_id": 1, "guid": "g", "title": "Nuit", "date_uploaded": NOON}
    return Video(**(values | changes))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Nuit de Lomé", "nuit-de-lome"),
        ("L’œuvre : Ça & là !", "l-oeuvre-ca-la"),
        ("  ", "film"),
        ("東京", "film"),
        ("a" * 300, "a" * 100),
    ],
)
def test_a_slug_is_plain(title: str, slug: str) -> None:
    assert films.slug(title) == slug


def test_a_taken_slug_gets_the_next_number() -> None:
    assert films.free_slug("nuit", {"nuit", "nuit-2"}) == "nuit-3"


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "withdrawn"}, False),
        ({"status": "scheduled", "opens_at": NOON + HOUR}, False),
        ({"status": "scheduled", "opens_at": NOON}, True),
        ({"closes_at": NOON}, False),
        ({"closes_at": NOON + HOUR}, True),
    ],
)
def test_a_film_is_shown_within_its_window(changes: dict[str, Any], seen: bool) -> None:
    assert films.is_shown(a_film(**changes), NOON) is seen


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"access_level": "ppv"}, PriceMissing),
        ({"access_level": "ppv", "price_amount": 500}, PriceMissing),
        ({"opens_at": NOON, "closes_at": NOON}, WindowClosesFirst),
        ({"status": "scheduled"}, OpeningMissing),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, Any], error: Any) -> None:
    with pytest.raises(error):
        films.check_film(a_film(**changes))


PPV = {"access_level": "ppv", "price_amount": 500, "currency": "XOF"}
FILM = a_film()


@pytest.mark.parametrize(
    ("film", "verified", "reason"),
    [
        ({"access_level": "vip"}, None, "no_token"),
        ({"access_level": "vip"}, Verification(ok=False), "not_valid"),
        (
            {"access_level": "vip"},
            Verification(ok=False, reason="device_limit"),
            "device_limit",
        ),
        (
            {"access_level": "vip"},
            Verification(ok=True, access_level=AccessLevel.ppv, video_id=str(FILM.id)),
            "wrong_level",
        ),
        (
            {"access_level": "vip"},
            Verification(ok=True, access_level=AccessLevel.public),
            "wrong_level",
        ),
        (PPV, Verification(ok=True, access_level=AccessLevel.vip), "wrong_level"),
        (
            PPV,
            Verification(ok=True, access_level=AccessLevel.ppv, video_id="another"),
            "other_film",
        ),
    ],
)
def test_a_locked_film_stays_locked(
    film: dict[str, Any], verified: Verification | None, reason: str
) -> None:
    with pytest.raises(EntitlementNeeded) as refused:
        films.check_entitlement(a_film(id=FILM.id, **film), verified)
    assert refused.value.extra["reason"] == reason


@pytest.mark.parametrize("name", [str(FILM.id), FILM.video_guid])
def test_a_ppv_token_names_its_film_by_id_or_guid(name: str) -> None:
    verified = Verification(ok=True, access_level=AccessLevel.ppv, video_id=name)
    films.check_entitlement(a_film(id=FILM.id, **PPV), verified)


def test_a_grant_opens_its_film_for_a_minute_and_no_other() -> None:
    film = a_film()
    found = grant(film, DELIVERY, "hls", NOON)
    expires = int(NOON.timestamp()) + 60
    assert found.expires_at == NOON + timedelta(seconds=60)
    token = found.prefix.split("bcdn_token=")[1].split("&")[0]
    path = {"token_path": f"/{film.video_guid}/"}
    now = NOON.timestamp()
    inside = f"/{film.video_guid}/720p/video.m3u8"
    assert verify_token(DELIVERY.key, inside, token, expires, path, now)
    assert not verify_token(DELIVERY.key, "/another/playlist.m3u8", token, expires, path, now)
    assert not verify_token(DELIVERY.key, inside, token, expires, path, now + 61)
    assert found.captions[0].url == (
        f"http://media{found.prefix}/{film.video_guid}/captions/fr.vtt"
    )


@pytest.mark.parametrize(("length", "hours"), [(100, 2), (7200, 6)])
def test_a_native_player_gets_a_grant_for_the_whole_film(length: int, hours: int) -> None:
    found = grant(a_film(video_seconds=length), DELIVERY, "native", NOON)
    assert found.expires_at == NOON + timedelta(hours=hours)


def test_a_film_without_a_finished_video_cannot_be_watched_yet() -> None:
    with pytest.raises(NotYetPlayable):
        grant(a_film(video_state=VideoState.processing), DELIVERY, "hls", NOON)
    with pytest.raises(FilmNotFound):
        trailer(a_film(), DELIVERY, NOON)


@pytest.mark.parametrize(
    ("status", "resolutions", "state"),
    [
        (0, None, "waiting"),
        (3, None, "processing"),
        (3, "240p", "playable"),
        (4, "240p,720p", "ready"),
        (5, None, "failed"),
        (6, None, "failed"),
        (77, None, "processing"),
    ],
)
def test_a_video_tells_its_film_how_far_it_is(
    status: int, resolutions: str | None, state: str
) -> None:
    assert library.state(a_video(status=status, available_resolutions=resolutions)) == state


@pytest.mark.parametrize(
    ("agreed", "ours", "theirs", "last_word"),
    [
        ("A", "A", "A", "A"),
        ("A", "B", "A", "B"),
        ("A", "A", "B", "B"),
        ("A", "B", "C", "B"),
    ],
)
def test_whoever_changed_it_has_the_last_word_and_the_film_when_both_did(
    agreed: str, ours: str, theirs: str, last_word: str
) -> None:
    assert library.merged(agreed, ours, theirs) == last_word


def test_views_do_not_make_a_video_news() -> None:
    assert library.mark(a_video(views=1)) == library.mark(a_video(views=2))
    assert library.mark(a_video(title="A")) != library.mark(a_video(title="B"))


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("La nuit de Lomé ", ["nuit", "lome"]),
        ("L'étoile d'ÉBÈNE", ["etoile", "ebene"]),
        ("the the", ["the"]),
        ("nuit l", ["nuit", "l"]),
        ("  ", []),
        ("a" * 50, ["a" * 40]),
    ],
)
def test_what_is_typed_becomes_words(typed: str, terms: list[str]) -> None:
    assert search.terms(typed) == terms


@given(st.integers(0, 400 * search.SLICE))
def test_blocks_hold_every_film_once_the_newest_first(last: int) -> None:
    slices: list[int] = []
    for name in search.blocks(last):
        level, number = name[1:].split("=")
        size = 1 << int(level)
        slices += reversed(range(int(number) * size, (int(number) + 1) * size))
    assert slices == list(reversed(range(last // search.SLICE + 1)))


def test_a_typo_is_forgiven_in_favour_of_the_frequent_word() -> None:
    candidates = [("lumiere", 40), ("lumieres", 2), ("rumeur", 90)]
    assert search.meant("lumeire", candidates) == "lumiere"
    assert search.meant("abc", [("abd", 9)]) is None
    assert search.meant("olme", [("lome", 1), ("come", 9)]) == "lome"  # a swap is one letter


def test_a_lexeme_is_quoted_for_a_tsquery() -> None:
    assert search.quoted("c=o'neil\\") == "'c=o''neil\\\\'"
