"""Reading HLS playlists: which files hold a part of a film, all on the playlist's own host."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from kit.contracts.publisher.social import Shape
from kit.contracts.publisher.social_errors import ClipImpossible

SHORTEST, LONGEST = 1.0, 600.0
MOST_HEIGHT = 1080
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
FILTERS = {
    Shape.vertical: "crop='min(iw,ih*9/16)':'min(ih,iw*16/9)',scale=720:1280",
    Shape.square: "crop='min(iw,ih)':'min(iw,ih)',scale=720:720",
    Shape.wide: "scale='min(1280,iw)':-2",
}
SIZES: dict[Shape, tuple[int | None, int | None]] = {
    Shape.vertical: (720, 1280),
    Shape.square: (720, 720),
    Shape.wide: (None, None),
}


class FootageUnread(Exception):
    """The film's playlist cannot be read."""


@dataclass(frozen=True)
class Part:
    """Files that hold a part of a film, in order; the part begins `skip` seconds into them."""

    files: tuple[str, ...]
    skip: float


def check_clip(start: float, end: float, duration: float | None) -> None:
    """Raise ClipImpossible."""
    is_inside = duration is None or end <= duration + 1
    if not (SHORTEST <= end - start <= LONGEST and is_inside):
        raise ClipImpossible


def chosen(text: str, url: str) -> tuple[str, str | None]:
    """Return the playlists of picture and sound (None: in the same files) a clip is cut from."""
    best, wanted = (-1, ""), ""
    sounds: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#EXT-X-MEDIA:"):
            found = _attributes(line)
            if found.get("TYPE") == "AUDIO" and "URI" in found:
                sounds.setdefault(found.get("GROUP-ID", ""), found["URI"])
        elif line.startswith("#EXT-X-STREAM-INF:"):
            attributes = _attributes(line)
        elif line and not line.startswith("#") and attributes:
            height = int(attributes.get("RESOLUTION", "0x0").partition("x")[2] or 0)
            rank = height if height <= MOST_HEIGHT else 0
            if rank > best[0]:
                best, wanted = (rank, line), attributes.get("AUDIO", "")
            attributes = {}
    if not best[1]:
        raise FootageUnread("it names no variant")
    sound = sounds.get(wanted)
    return _near(best[1], url), _near(sound, url) if sound else None


def part(text: str, url: str, start: float, end: float) -> Part:
    """Return the files of a media playlist that hold that time."""
    if "#EXT-X-BYTERANGE" in text or "#EXT-X-KEY" in text:
        raise FootageUnread("it is encrypted, or cut by bytes")
    first: list[str] = []
    files: list[str] = []
    clock = seconds = 0.0
    skip = 0.0
    for line in text.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            first = [_near(_attributes(line).get("URI", ""), url)]
        elif line.startswith("#EXTINF:"):
            seconds = float(line[8:].split(",")[0])
        elif line and not line.startswith("#"):
            if clock + seconds > start and clock < end:
                skip = skip if files else max(0.0, start - clock)
                files.append(_near(line, url))
            clock += seconds
    if not files:
        raise FootageUnread("the film is shorter than that")
    return Part((*first, *files), skip)


def _attributes(line: str) -> dict[str, str]:
    return {name: text.strip('"') for name, text in ATTRIBUTE.findall(line.partition(":")[2])}


def _near(reference: str, url: str) -> str:
    """Return an address beside `url`; raise FootageUnread for one elsewhere."""
    found = urljoin(url, reference.strip())
    if urlsplit(found)[:2] != urlsplit(url)[:2]:
        raise FootageUnread("it names another host")
    return found
