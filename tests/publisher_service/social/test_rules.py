"""What each network takes, and what the states of targets come to."""

import pytest

from kit.contracts.publisher.social import (
    MediaKind,
    NetworkName,
    PublicationState,
    TargetState,
    Unfit,
)
from publisher_service.rules.networks import RULES, Attachment, composed, problems, shown
from publisher_service.rules.posting import publication_state

LINK = "https://maison.example.org/a-very-long-address-that-x-counts-as-twenty-three"
CLIP = Attachment(MediaKind.clip, 1000, 12.0)


def a_picture(width: int, height: int) -> Attachment:
    return Attachment(MediaKind.picture, 1000, None, width, height, is_reachable=True)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("é" * 280, 280),
        (f"ici {LINK}", 27),
        ("映画", 4),
        ("🎬", 2),
        ("👩🏾‍🎤", 2),
        ("e\u0301", 1),
    ],
)
def test_x_counts_as_x_does(text: str, length: int) -> None:
    assert RULES[NetworkName.x].length(text) == length


def test_telegram_counts_an_emoji_as_two_and_youtube_bytes() -> None:
    assert RULES[NetworkName.telegram].length("🎬a") == 3
    assert RULES[NetworkName.youtube].length("é🎬") == 6


@pytest.mark.parametrize(
    ("network", "title", "text", "media", "found"),
    [
        ("telegram", "T", "a" * 4096, None, []),
        ("telegram", "T", "a" * 4097, None, [Unfit.text_too_long]),
        ("telegram", "T", "a" * 1025, CLIP, [Unfit.text_too_long]),
        ("telegram", "T", "a", Attachment(MediaKind.clip, 60_000_000, 9), [Unfit.file_too_large]),
        ("x", "T", "a" * 281, None, [Unfit.text_too_long]),
        ("x", "T", " ", None, [Unfit.text_missing]),
        ("x", "T", "", CLIP, []),
        ("x", "T", "a", Attachment(MediaKind.clip, 10, 141.0), [Unfit.clip_too_long]),
        ("instagram", "T", "a", None, [Unfit.media_missing]),
        ("instagram", "T", "#a " * 31, CLIP, [Unfit.too_many_hashtags]),
        ("instagram", "T", "@a " * 21, CLIP, [Unfit.too_many_mentions]),
        ("instagram", "T", "moi@exemple.org " * 21, CLIP, []),
        ("instagram", "T", "a", Attachment(MediaKind.clip, 10, 2.5), [Unfit.clip_too_short]),
        ("instagram", "T", "a", Attachment(MediaKind.clip, 10, 901.0), [Unfit.clip_too_long]),
        ("instagram", "T", "a" * 2201, CLIP, [Unfit.text_too_long]),
        ("instagram", "T", "a", a_picture(1080, 1350), []),
        ("instagram", "T", "a", a_picture(1080, 1440), [Unfit.picture_shape]),
        ("instagram", "T", "a", Attachment(MediaKind.picture), [Unfit.picture_unreachable]),
        ("facebook", "T", "a" * 63_206, None, []),
        ("facebook", "T", "a" * 63_207, None, [Unfit.text_too_long]),
        ("facebook", "T", "a", Attachment(MediaKind.picture, 11_000_000), [Unfit.file_too_large]),
        ("youtube", "T", "a", None, [Unfit.clip_missing]),
        ("youtube", "T", "a", Attachment(MediaKind.picture, 10), [Unfit.clip_missing]),
        ("youtube", "T" * 101, "a <b>", CLIP, [Unfit.title_too_long, Unfit.angle_brackets]),
        ("webhook", "T", "a", None, []),
    ],
)
def test_what_a_network_would_not_take_is_told(
    network: str, title: str, text: str, media: Attachment | None, found: list[Unfit]
) -> None:
    assert problems(NetworkName(network), title, text, media) == found


def test_the_address_is_added_where_it_fits_and_is_missing() -> None:
    assert composed(NetworkName.x, "Sira", LINK, has_media=False) == f"Sira\n\n{LINK}"
    assert composed(NetworkName.x, f"Ici {LINK}", LINK, has_media=False) == f"Ici {LINK}"
    assert composed(NetworkName.x, "a" * 270, LINK, has_media=False) == "a" * 270
    assert composed(NetworkName.webhook, "Sira", LINK, has_media=False) == "Sira"
    assert composed(NetworkName.facebook, "Sira", LINK, has_media=False) == "Sira"
    assert composed(NetworkName.facebook, "Sira", LINK, has_media=True) == f"Sira\n\n{LINK}"


@pytest.mark.parametrize("name", list(NetworkName))
def test_a_form_can_be_made_of_what_a_network_says(name: NetworkName) -> None:
    network = shown(name, is_reachable=True)
    texts = [network.help, *(each.label for each in network.credentials)]
    texts += [each.help for each in network.credentials]
    assert all(each.fr.strip() and each.en.strip() for each in texts)
    assert not any(each.example for each in network.credentials if each.is_secret)
    assert any(each.is_required for each in network.credentials)
    assert network.help_url.startswith("https://")


def test_where_nobody_can_fetch_a_picture_the_form_says_so() -> None:
    here, hidden = (shown(NetworkName.instagram, is_reachable=each) for each in (True, False))
    assert (here.takes, here.warnings) == (list(MediaKind), [])
    assert hidden.takes == [MediaKind.clip]
    assert "PUBLISHER_PUBLIC_URL" in hidden.warnings[0].en


@pytest.mark.parametrize(
    ("targets", "is_due", "state"),
    [
        ("queued queued", False, "planned"),
        ("queued cancelled", False, "planned"),
        ("queued queued", True, "under_way"),
        ("published uploading", True, "under_way"),
        ("published published", True, "published"),
        ("published cancelled", True, "published"),
        ("published failed", True, "partly"),
        ("published unsure", True, "partly"),
        ("failed unsure", True, "failed"),
        ("cancelled cancelled", True, "cancelled"),
    ],
)
def test_the_states_of_targets_come_to_one(targets: str, is_due: bool, state: str) -> None:
    states = [TargetState(each) for each in targets.split()]
    assert publication_state(states, is_due=is_due) == PublicationState(state)
