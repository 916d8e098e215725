from base64 import b64decode
from uuid import uuid4

import pytest

from kit import clock
from kit.contracts.catalog.films import FilmCard
from kit.contracts.tokens import Verification
from public_interface import rules
from public_interface.pages.money.till import picture_of

GUID = "7b0c9d7e-7a7f-4c83-8d5a-6f3f3b4d2a11"


def film(level: str, state: str = "ready") -> FilmCard:
    now = clock.now()
    return FilmCard.model_validate({
        "id": uuid4(), "slug": "nuit", "title": "Nuit", "year": 2024, "duration_seconds": 3600,
        "access_level": level, "price_amount": None, "currency": None, "status": "published",
        "video_state": state, "video_guid": GUID, "poster": None, "backdrop": None,
        "categories": [], "series": None, "published_at": now, "updated_at": now,
    })  # fmt: skip


VIP = Verification(ok=True, access_level="vip")
TICKET = Verification(ok=True, access_level="ppv", video_id=GUID)
OTHER_TICKET = Verification(ok=True, access_level="ppv", video_id="another-film")
FREE = Verification(ok=True, access_level="public")
EXPIRED = Verification(ok=False)


@pytest.mark.parametrize(
    ("level", "holder", "step"),
    [
        ("public", EXPIRED, rules.Step.watch),
        ("vip", EXPIRED, rules.Step.sign_in),
        ("vip", FREE, rules.Step.sign_in),
        ("vip", TICKET, rules.Step.sign_in),
        ("vip", VIP, rules.Step.watch),
        ("ppv", EXPIRED, rules.Step.unlock),
        ("ppv", VIP, rules.Step.unlock),
        ("ppv", OTHER_TICKET, rules.Step.unlock),
        ("ppv", TICKET, rules.Step.watch),
    ],
)
def test_what_there_is_to_do_with_a_film(
    level: str, holder: Verification, step: rules.Step
) -> None:
    assert rules.step(film(level), [holder]) is step


@pytest.mark.parametrize("state", ["none", "waiting", "processing", "failed", "missing"])
def test_a_film_without_a_video_that_plays_has_to_be_waited_for(state: str) -> None:
    assert rules.step(film("public", state), [VIP]) is rules.Step.wait


def test_a_ticket_opens_its_film_by_the_films_own_id_too() -> None:
    one = film("ppv")
    ticket = Verification(ok=True, access_level="ppv", video_id=str(one.id))
    assert rules.may_watch(one, ticket)
    assert not rules.may_watch(film("ppv"), ticket)


@pytest.mark.parametrize(
    "path",
    ["", "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
     "/a\r\nSet-Cookie: x=1", "films"],
)  # fmt: skip
def test_one_is_never_sent_on_to_another_site(path: str) -> None:
    assert rules.safe_path(path) == ""


def test_one_is_sent_on_inside_the_portal() -> None:
    assert rules.safe_path("/watch/nuit-de-lome?part=film") == "/watch/nuit-de-lome?part=film"


def test_a_text_is_shortened_between_words() -> None:
    assert rules.shorten("Au bord de la lagune", 12) == "Au bord de…"
    assert rules.shorten("Au bord", 12) == "Au bord"


def test_an_hour_of_480p_weighs_about_400_megabytes() -> None:
    assert rules.bytes_for(480, 3600) == 405_000_000


def test_a_drawing_is_a_picture_by_itself() -> None:
    namespace = 'xmlns="http://www.w3.org/2000/svg"'
    for begins in ("<svg", f"<svg {namespace}"):
        address = picture_of(f'{begins} viewBox="0 0 2 2"><path d="M0 0h2"/></svg>')
        kind, _, body = address.partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert b64decode(body).decode().count(namespace) == 1
