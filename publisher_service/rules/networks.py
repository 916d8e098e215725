"""What each network takes: how long a text, which files; and how it counts."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kit.contracts.publisher.social import MediaKind, Network, NetworkName, Unfit
from publisher_service.rules.connecting import FIELDS, PAGES, PICTURES_UNREACHABLE, STEPS

MEGABYTE = 1024**2
LINK = re.compile(r"https?://\S+")
HASHTAG = re.compile(r"#\w+")
MENTION = re.compile(r"(?<![\w.])@\w+")
X_LINK = 23
# What X counts once; everything else counts twice (its text parsing rules, version 3).
X_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
JOINED = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]|\u200d.")


@dataclass(frozen=True)
class Attachment:
    """What is known of a picture or clip; `is_reachable`: networks can fetch it from us."""

    kind: MediaKind
    byte_count: int = 0
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    is_reachable: bool = False


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


@dataclass(frozen=True)
class Rules:
    """`links` apart: the address goes in a field of its own, not into the text. `resumes_always`:
    its uploads become posts by themselves, so one that was begun is never begun anew. `shapes`:
    the least and most of width ÷ height of a picture. `fetches_pictures`: it takes them only from
    a public address.
    """

    title: str
    length: Callable[[str], int]
    text_limit: int
    media_text_limit: int
    needs: Literal["media", "clip"] | None = None
    min_clip_seconds: int = 0
    max_clip_seconds: int | None = None
    max_file_bytes: int = 512 * MEGABYTE
    max_picture_bytes: int = 512 * MEGABYTE
    shapes: tuple[float, float] | None = None
    title_limit: int | None = None
    hashtag_limit: int | None = None
    mention_limit: int | None = None
    fetches_pictures: bool = False
    links: Literal["in_text", "apart", "apart_without_media"] = "in_text"
    resumes_always: bool = False


RULES: dict[NetworkName, Rules] = {
    NetworkName.telegram: Rules("Telegram", _utf16, 4096, 1024, max_file_bytes=50 * MEGABYTE),
    NetworkName.x: Rules("X", _x, 280, 280, max_clip_seconds=140),
    NetworkName.instagram: Rules(
        "Instagram",
        _characters,
        2200,
        2200,
        needs="media",
        min_clip_seconds=3,
        max_clip_seconds=900,
        max_file_bytes=300 * MEGABYTE,
        max_picture_bytes=8 * MEGABYTE,
        shapes=(0.8, 1.91),
        hashtag_limit=30,
        mention_limit=20,
        fetches_pictures=True,
    ),
    NetworkName.youtube: Rules(
        "YouTube", _bytes, 5000, 5000, needs="clip", title_limit=100, resumes_always=True
    ),
    NetworkName.facebook: Rules(
        "Facebook",
        _characters,
        63_206,
        63_206,
        max_picture_bytes=10 * MEGABYTE,
        links="apart_without_media",
    ),
    NetworkName.webhook: Rules("Webhook", _characters, 20_000, 20_000, links="apart"),
}


def shown(name: NetworkName, *, is_reachable: bool) -> Network:
    """Return what a network takes from here; `is_reachable`: networks can fetch files from us."""
    rules = RULES[name]
    has_no_pictures = rules.fetches_pictures and not is_reachable
    clips_only = rules.needs == "clip" or has_no_pictures
    return Network(
        name=name,
        title=rules.title,
        text_limit=rules.text_limit,
        media_text_limit=rules.media_text_limit,
        takes=[MediaKind.clip] if clips_only else list(MediaKind),
        needs=rules.needs,
        max_clip_seconds=rules.max_clip_seconds,
        credentials=list(FIELDS[name]),
        title_limit=rules.title_limit,
        hashtag_limit=rules.hashtag_limit,
        mention_limit=rules.mention_limit,
        max_file_bytes=rules.max_file_bytes,
        help=STEPS[name],
        help_url=PAGES[name],
        warnings=[PICTURES_UNREACHABLE] if has_no_pictures else [],
    )


def limit(name: NetworkName, *, has_media: bool) -> int:
    rules = RULES[name]
    return rules.media_text_limit if has_media else rules.text_limit


def composed(name: NetworkName, text: str, url: str | None, *, has_media: bool) -> str:
    """Return the text as it goes out: with the address below it, where it fits and is not there."""
    rules = RULES[name]
    is_apart = rules.links == "apart" or (rules.links != "in_text" and not has_media)
    if not url or url in text or is_apart:
        return text
    whole = f"{text}\n\n{url}" if text else url
    return whole if rules.length(whole) <= limit(name, has_media=has_media) else text


def problems(name: NetworkName, title: str, text: str, media: Attachment | None) -> list[Unfit]:
    """Return why the network would not take this; `text` is composed."""
    rules = RULES[name]
    found = {
        Unfit.text_missing: not text.strip() and media is None,
        Unfit.text_too_long: rules.length(text) > limit(name, has_media=media is not None),
        Unfit.title_too_long: _is_over(rules.title_limit, len(title)),
        Unfit.too_many_hashtags: _is_over(rules.hashtag_limit, len(HASHTAG.findall(text))),
        Unfit.too_many_mentions: _is_over(rules.mention_limit, len(MENTION.findall(text))),
        Unfit.angle_brackets: name is NetworkName.youtube and bool(set("<>") & set(title + text)),
    }
    return [each for each, is_so in found.items() if is_so] + _file_problems(rules, media)


def _is_over(limit: int | None, count: int) -> bool:
    return limit is not None and count > limit


def _file_problems(rules: Rules, media: Attachment | None) -> list[Unfit]:
    if media is None:
        return {"media": [Unfit.media_missing], "clip": [Unfit.clip_missing]}.get(
            rules.needs or "", []
        )
    if media.kind is MediaKind.picture:
        return _picture_problems(rules, media)
    found = {
        Unfit.clip_too_long: _is_over(rules.max_clip_seconds, math.ceil(media.seconds or 0)),
        Unfit.clip_too_short: (media.seconds or rules.min_clip_seconds) < rules.min_clip_seconds,
        Unfit.file_too_large: media.byte_count > rules.max_file_bytes,
    }
    return [each for each, is_so in found.items() if is_so]


def _picture_problems(rules: Rules, media: Attachment) -> list[Unfit]:
    found = {
        Unfit.clip_missing: rules.needs == "clip",
        Unfit.picture_shape: not _has_shape(rules.shapes, media),
        Unfit.picture_unreachable: rules.fetches_pictures and not media.is_reachable,
        Unfit.file_too_large: media.byte_count > min(rules.max_file_bytes, rules.max_picture_bytes),
    }
    return [each for each, is_so in found.items() if is_so]


def _has_shape(shapes: tuple[float, float] | None, media: Attachment) -> bool:
    if shapes is None or not media.width or not media.height:
        return True
    least, most = shapes
    return least <= round(media.width / media.height, 2) <= most


def missing_credentials(name: NetworkName, given: dict[str, str]) -> list[str]:
    return [each.name for each in FIELDS[name] if each.is_required and not given.get(each.name)]
