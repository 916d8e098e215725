"""Captions in HLS: added to a master playlist as it is served, since people add them later."""

import math
import re
from collections.abc import Sequence

from transcoder_service.models import Caption

GROUP = "captions"
TIMESTAMPS = b"X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
_URI = re.compile(r'URI="([^"]*)"')
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)
_GROUP = re.compile(r",SUBTITLES=\"[^\"]*\"")


def master(text: str, captions: Sequence[Caption], generation: str) -> str:
    """Return a master playlist with its captions, its renditions addressed by generation."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("#EXT-X-STREAM-INF") and captions:
            lines.append(_GROUP.sub("", line) + f',SUBTITLES="{GROUP}"')
        elif line.startswith("#"):
            lines.append(_URI.sub(lambda found: f'URI="{_of(found[1], generation)}"', line))
        elif line.strip():
            lines.append(_of(line, generation))
    first = next((n for n, line in enumerate(lines) if line.startswith("#EXT-X-STREAM")), None)
    if first is not None:
        lines[first:first] = [_rendition(one) for one in captions]
    return "\n".join(lines) + "\n"


def playlist(srclang: str, length_seconds: int) -> str:
    """Return the media playlist of one language: a single part that covers the film."""
    seconds = max(1, length_seconds)
    return "\n".join((
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{math.ceil(seconds)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{seconds:.3f},",
        f"{srclang}.vtt",
        "#EXT-X-ENDLIST",
        "",
    ))  # fmt: skip


def with_timestamps(vtt: bytes) -> bytes:
    """Tie WebVTT's clock to the film's, as HLS wants it (RFC 8216 §3.5)."""
    first, end, rest = vtt.partition(b"\n")
    if b"X-TIMESTAMP-MAP" in vtt[:400]:
        return vtt
    return first + b"\n" + TIMESTAMPS + end + rest


def _rendition(caption: Caption) -> str:
    label = caption.label.translate({ord('"'): "'", ord("\n"): " ", ord("\r"): " "})
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME="{label or caption.srclang}",'
        f'LANGUAGE="{caption.srclang}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,'
        f'URI="captions/{caption.srclang}.m3u8"'
    )


def _of(address: str, generation: str) -> str:
    return address if _ABSOLUTE.match(address) else f"{generation}/{address}"
