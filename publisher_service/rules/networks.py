"""What each network takes: how long a text, which files; and how it counts."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kit.contracts.publisher.social import CredentialField, MediaKind, Network, NetworkName, Unfit

MEGABYTE = 1024**2
LINK = re.compile(r"https?://\S+")
HASHTAG = re.compile(r"#\w+")
X_LINK = 23
# What X counts once; everything else counts twice (its text parsing rules, version 3).
X_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
JOINED = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]|\u200d.")


@dataclass(frozen=True)
class Attachment:
    """What is known of a picture or clip."""

    kind: MediaKind
    byte_count: int = 0
    seconds: float | None = None


def _characters(text: str) -> int:
    return len(text)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _x(text: str) -> int:
    """Count as X does: links 23, wide letters and emoji 2, an emoji made of several still 2."""
    plain, links = LINK.subn("", unicodedata.normalize("NFC", text))
    return links * X_LINK + sum(map(_x_weight, map(ord, JOINED.sub("", plain))))


def _x_weight(point: int) -> int:
    return 1 if any(first <= point <= last for first, last in X_SINGLE) else 2


def _field(name: str, *, is_secret: bool = True, is_required: bool = True) -> CredentialField:
    return CredentialField(name=name, is_secret=is_secret, is_required=is_required)


@dataclass(frozen=True)
class Rules:
    """`links_itself`: the address goes in a field of its own, not into the text. `resumes_always`:
    its uploads become posts by themselves, so one that was begun is never begun anew.
    """

    title: str
    length: Callable[[str], int]
    text_limit: int
    media_text_limit: int
    credentials: tuple[CredentialField, ...]
    needs: Literal["media", "clip"] | None = None
    max_clip_seconds: int | None = None
    max_file_bytes: int = 512 * MEGABYTE
    title_limit: int | None = None
    hashtag_limit: int | None = None
    links_itself: bool = False
    resumes_always: bool = False


TOKEN = _field("access_token")
RULES: dict[NetworkName, Rules] = {
    NetworkName.telegram: Rules(
        "Telegram",
        _utf16,
        4096,
        1024,
        (_field("token"), _field("chat_id", is_secret=False)),
        max_file_bytes=50 * MEGABYTE,
    ),
    NetworkName.x: Rules(
        "X",
        _x,
        280,
        280,
        (
            TOKEN,
            _field("refresh_token"),
            _field("client_id", is_secret=False),
            _field("client_secret", is_required=False),
        ),
        max_clip_seconds=140,
    ),
    NetworkName.instagram: Rules(
        "Instagram",
        _characters,
        2200,
        2200,
        (TOKEN, _field("user_id", is_secret=False)),
        needs="media",
        max_clip_seconds=900,
        hashtag_limit=30,
    ),
    NetworkName.youtube: Rules(
        "YouTube",
        _bytes,
        5000,
        5000,
        (_field("refresh_token"), _field("client_id", is_secret=False), _field("client_secret")),
        needs="clip",
        title_limit=100,
        resumes_always=True,
    ),
    NetworkName.facebook: Rules(
        "Facebook",
        _characters,
        63_206,
        63_206,
        (TOKEN, _field("page_id", is_secret=False)),
    ),
    NetworkName.webhook: Rules(
        "Webhook",
        _characters,
        20_000,
        20_000,
        (_field("url", is_secret=False), _field("secret")),
        links_itself=True,
    ),
}


def shown(name: NetworkName) -> Network:
    rules = RULES[name]
    return Network(
        name=name,
        title=rules.title,
        text_limit=rules.text_limit,
        media_text_limit=rules.media_text_limit,
        takes=[MediaKind.clip] if rules.needs == "clip" else list(MediaKind),
        needs=rules.needs,
        max_clip_seconds=rules.max_clip_seconds,
        credentials=list(rules.credentials),
    )


def limit(name: NetworkName, *, has_media: bool) -> int:
    rules = RULES[name]
    return rules.media_text_limit if has_media else rules.text_limit


def composed(name: NetworkName, text: str, url: str | None, *, has_media: bool) -> str:
    """Return the text as it goes out: with the address below it, where it fits and is not there."""
    rules = RULES[name]
    if not url or url in text or rules.links_itself:
        return text
    whole = f"{text}\n\n{url}" if text else url
    return whole if rules.length(whole) <= limit(name, has_media=has_media) else text


def problems(name: NetworkName, title: str, text: str, media: Attachment | None) -> list[Unfit]:
    """Return why the network would not take this; `text` is composed."""
    rules = RULES[name]
    found = {
        Unfit.text_missing: not text.strip() and media is None,
        Unfit.text_too_long: rules.length(text) > limit(name, has_media=media is not None),
        Unfit.title_too_long: rules.title_limit is not None and len(title) > rules.title_limit,
        Unfit.too_many_hashtags: rules.hashtag_limit is not None
        and len(HASHTAG.findall(text)) > rules.hashtag_limit,
        Unfit.angle_brackets: name is NetworkName.youtube and bool(set("<>") & set(title + text)),
    }
    return [each for each, is_so in found.items() if is_so] + _file_problems(rules, media)


def _file_problems(rules: Rules, media: Attachment | None) -> list[Unfit]:
    if media is None:
        return {"media": [Unfit.media_missing], "clip": [Unfit.clip_missing]}.get(
            rules.needs or "", []
        )
    longest = rules.max_clip_seconds
    found = {
        Unfit.clip_missing: rules.needs == "clip" and media.kind is not MediaKind.clip,
        Unfit.clip_too_long: longest is not None and (media.seconds or 0) > longest,
        Unfit.file_too_large: media.byte_count > rules.max_file_bytes,
    }
    return [each for each, is_so in found.items() if is_so]


def missing_credentials(name: NetworkName, given: dict[str, str]) -> list[str]:
    return [
        each.name
        for each in RULES[name].credentials
        if each.is_required and not given.get(each.name)
    ]
