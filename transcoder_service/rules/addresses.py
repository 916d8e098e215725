"""Addresses of the origin: signed ones, and what may be told about each file."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

IMMUTABLE = "public, max-age=31536000, immutable"
BRIEF = "public, max-age=5"
USUAL = "public, max-age=300"

MEDIA_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "ts": "video/mp2t",
    "vtt": "text/vtt; charset=utf-8",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "json": "application/json",
}
COMPRESSED = frozenset({"m3u8", "vtt", "json"})

# The signed part may arrive decoded, when a proxy in front did so: hence up to "&expires=…/".
_DIRECTORY = re.compile(r"/bcdn_token=([^&/]+)((?:&[^=&]+=[^&]*)*?)&expires=(\d{1,12})(/.*)")


@dataclass(frozen=True)
class Signed:
    """A path, and the token that should open it; `parameters` are decoded."""

    path: str
    token: str
    expires: int
    parameters: dict[str, str]


def directory_signed(raw_path: str) -> Signed | None:
    """Read `/bcdn_token=…&k=v&expires=…/guid/file`, percent-encoded as it came."""
    found = _DIRECTORY.fullmatch(raw_path)
    if found is None:
        return None
    token, more, expires, path = found.groups()
    pairs = [pair.partition("=") for pair in more.split("&") if pair]
    parameters = {unquote(name): unquote(text) for name, _, text in pairs}
    if len(parameters) != len(pairs):
        return None
    return Signed(unquote(path), unquote(token), int(expires), parameters)


def query_signed(path: str, query: list[tuple[str, str]]) -> Signed | None:
    """Read `/guid/file?token=…&k=v&expires=…`. Parameters given twice are refused."""
    parameters = dict(query)
    if len(parameters) != len(query):
        return None
    token, expires = parameters.pop("token", ""), parameters.pop("expires", "")
    if not token or not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        return None
    return Signed(path, token, int(expires), parameters)


def is_country_let_in(parameters: dict[str, str], country: str) -> bool:
    """Say whether the token's country lists let a viewer in `country` (ISO 3166) watch."""
    allowed = _countries(parameters.get("token_countries", ""))
    blocked = _countries(parameters.get("token_countries_blocked", ""))
    found = country.strip().upper()
    return (not allowed or found in allowed) and found not in blocked


def bytes_per_second(signed: Signed | None) -> int | None:
    """Return how fast the token lets files be sent: its `limit`, in kB/s; None: no limit."""
    limit = signed.parameters.get("limit", "") if signed else ""
    is_number = limit.isascii() and limit.isdigit() and len(limit) < 10
    return int(limit) * 1000 or None if is_number else None


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def media_type(name: str) -> str:
    return MEDIA_TYPES.get(extension(name), "application/octet-stream")


def cache_control(name: str, *, is_of_generation: bool) -> str:
    """Say how long a file may be kept: its generation's segments for ever, playlists briefly."""
    if extension(name) == "m3u8":
        return BRIEF
    return IMMUTABLE if is_of_generation else USUAL


def _countries(text: str) -> frozenset[str]:
    return frozenset(one.strip().upper() for one in text.split(",") if one.strip())
