"""HLS playlists (RFC 8216, and Apple's authoring rules for what it leaves open).

Captions are not in them: people add some later, so the origin puts them in (subtitles.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Piece:
    """One segment, or one key frame inside a segment when it has a byte range."""

    path: str
    seconds: Fraction
    range: tuple[int, int] | None = None  # length, offset


@dataclass(frozen=True)
class Variant:
    path: str
    codecs: tuple[str, ...]
    peak: int
    average: int
    size: tuple[int, int] | None = None
    rate: Fraction | None = None
    audio: str = ""
    frames_only: str = ""  # the playlist of key frames of the same rendition
    frames_peak: int = 0


@dataclass(frozen=True)
class Sound:
    group: str
    path: str
    name: str
    language: str
    channels: int
    is_default: bool = False


@dataclass(frozen=True)
class Master:
    variants: Sequence[Variant]
    sounds: Sequence[Sound] = ()


def media(pieces: Sequence[Piece], target: Fraction, *, ended: bool, init: str = "init.mp4") -> str:
    """Return a media playlist; one that is not ended yet grows, and is watched from its start."""
    keyed = any(piece.range for piece in pieces)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{_target(pieces, target)}",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-I-FRAMES-ONLY" if keyed else "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if not ended:
        lines.append("#EXT-X-START:TIME-OFFSET=0")
    if init:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    for piece in pieces:
        lines.append(f"#EXTINF:{float(piece.seconds):.6f},")
        if piece.range:
            lines.append(f"#EXT-X-BYTERANGE:{piece.range[0]}@{piece.range[1]}")
        lines.append(piece.path)
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _target(pieces: Sequence[Piece], target: Fraction) -> int:
    """Return whole seconds; every rendition of a film gets the same (RFC 8216 4.3.3.1)."""
    longest = max((piece.seconds for piece in pieces), default=target)
    return max(1, round(max(target, longest) + Fraction(1, 1000)))


def master(content: Master, first: str = "") -> str:
    """Return the master playlist. `first` is the path of the variant players should begin with."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_sound(sound) for sound in content.sounds]
    ordered = sorted(content.variants, key=lambda variant: (variant.path != first, variant.peak))
    for variant in ordered:
        lines += [_variant(variant), variant.path]
    lines += [_frames(variant) for variant in ordered if variant.frames_only]
    return "\n".join(lines) + "\n"


def _sound(sound: Sound) -> str:
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{sound.group}",NAME="{_quotable(sound.name)}",'
        f'LANGUAGE="{sound.language}",DEFAULT={_yes(sound.is_default)},AUTOSELECT=YES,'
        f'CHANNELS="{sound.channels}",URI="{sound.path}"'
    )


def _variant(variant: Variant) -> str:
    parts = [f"BANDWIDTH={variant.peak}", f"AVERAGE-BANDWIDTH={variant.average}"]
    parts += [f'CODECS="{",".join(variant.codecs)}"']
    if variant.size:
        parts.append("RESOLUTION={}x{}".format(*variant.size))
    if variant.rate:
        parts.append(f"FRAME-RATE={float(variant.rate):.3f}")
    if variant.audio:
        parts.append(f'AUDIO="{variant.audio}"')
    if variant.size:
        parts.append("CLOSED-CAPTIONS=NONE")
    return "#EXT-X-STREAM-INF:" + ",".join(parts)


def _frames(variant: Variant) -> str:
    size = "RESOLUTION={}x{},".format(*variant.size) if variant.size else ""
    return (
        f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={variant.frames_peak},CODECS="{variant.codecs[0]}",'
        f'{size}URI="{variant.frames_only}"'
    )


def _quotable(name: str) -> str:
    return " ".join(name.replace('"', "'").split()) or "und"


def _yes(value: bool) -> str:
    return "YES" if value else "NO"
