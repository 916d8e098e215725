"""The program that probes: `python -I probing.py OPTIONS PATH` prints a Source as JSON.

It meets hostile files, so it runs alone in the cage, and imports only PyAV and the standard
library. OPTIONS are libavformat's, as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.reformatter import ColorTrc

FRAMES_LOOKED_AT = 8
LARGEST = 8192 * 4352  # pixels of a frame that is decoded at all
TRACKS = 32
INDEX_LOOKED_AT, KEYS = 2_000_000, 20_000
TEXT_CODECS = ("subrip", "ass", "ssa", "webvtt", "mov_text", "text")


def source(path: Path, options: dict[str, str]) -> dict[str, Any]:
    with av.open(f"file:{path}", options=options, metadata_errors="replace") as film:
        pictures = [stream for stream in film.streams.video if not _is_cover(stream)]
        return {
            "container": film.format.name,
            "seconds": (film.duration or 0) / av.time_base,
            "size": path.stat().st_size,
            "streams": len(film.streams),
            "audio": [_audio(one) for one in film.streams.audio[:TRACKS] if _known(one)],
            "texts": [_track(one) for one in film.streams.subtitles[:TRACKS] if _plain(one)],
            "picture": _picture(film, pictures[0]) if pictures else None,
        }


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _known(stream: av.AudioStream) -> bool:
    return _has_decoder(stream) and stream.codec_context.channels > 0


def _plain(stream: Stream) -> bool:
    return _has_decoder(stream) and _codec(stream) in TEXT_CODECS


def _has_decoder(stream: Stream) -> bool:
    return getattr(stream, "codec_context", None) is not None


def _codec(stream: Stream) -> str:
    """Return the codec's own name, not that of the decoder chosen for it."""
    return str(stream.codec_context.codec.canonical_name)


def _audio(stream: av.AudioStream) -> dict[str, Any]:
    return {
        **_track(stream),
        "channels": stream.codec_context.channels,
        "is_default": bool(stream.disposition & Disposition.default),
    }


def _track(stream: Stream) -> dict[str, Any]:
    return {
        "index": stream.index,
        "codec": _codec(stream),
        "language": (stream.metadata.get("language") or "und")[:16],
        "title": (stream.metadata.get("title") or "")[:80],
    }


def _picture(film: InputContainer, stream: av.VideoStream) -> dict[str, Any]:
    context = stream.codec_context
    if not _has_decoder(stream):
        return {"index": stream.index, "codec": "unknown", "width": 0, "height": 0}
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    aspect = stream.sample_aspect_ratio or context.sample_aspect_ratio
    found = {
        "index": stream.index,
        "codec": _codec(stream),
        "width": context.width,
        "height": context.height,
        "rate": (rate.numerator, rate.denominator) if rate else (0, 1),
        "aspect": (aspect.numerator, aspect.denominator) if aspect else (1, 1),
        "seconds": _seconds(film, stream),
        "keys": _keys(film, stream),
    }
    return found | _looks(film, stream)


def _seconds(film: InputContainer, stream: av.VideoStream) -> float:
    """Return how long the picture lasts, from the start of the film."""
    if stream.duration and stream.time_base:
        late = (stream.start_time or 0) * stream.time_base - (film.start_time or 0) / av.time_base
        return max(0.0, float(stream.duration * stream.time_base + max(0, late)))
    clock = stream.metadata.get("DURATION", "").split(":")  # Matroska
    try:
        hours, minutes, seconds = map(float, clock)
    except ValueError:
        return 0.0
    return hours * 3600 + minutes * 60 + seconds


def _keys(film: InputContainer, stream: av.VideoStream) -> list[float]:
    """Return when the key frames are, from the container's index; nothing when they are many."""
    count = len(stream.index_entries)
    if not stream.time_base or count > INDEX_LOOKED_AT:
        return []
    began = (film.start_time or 0) / av.time_base
    times = (entry.timestamp for entry in stream.index_entries if entry.is_keyframe)
    keys = [round(float(time * stream.time_base) - began, 3) for time in times]
    return sorted(keys) if len(keys) <= KEYS else []


def _looks(film: InputContainer, stream: av.VideoStream) -> dict[str, Any]:
    """Decode a few frames, and say what only they tell."""
    if stream.codec_context.width * stream.codec_context.height > LARGEST:
        return {}  # too large to be accepted: do not decode it
    interlaced, rotation, transfer, matrix, is_readable = False, 0, "", "", False
    width, height = stream.codec_context.width, stream.codec_context.height
    stream.codec_context.options = {"max_pixels": str(LARGEST)}
    for number, frame in enumerate(film.decode(stream)):
        width, height = frame.width, frame.height  # containers may say anything
        is_readable = True
        interlaced |= bool(frame.interlaced_frame)
        rotation = frame.rotation
        transfer = _transfer(frame)
        matrix = str(int(frame.colorspace))
        if number >= FRAMES_LOOKED_AT:
            break
    return {
        "width": width,
        "height": height,
        "is_readable": is_readable,
        "interlaced": interlaced,
        "rotation": round(rotation / 90) * 90 % 360,
        "transfer": transfer,
        "matrix": matrix,
    }


def _transfer(frame: av.VideoFrame) -> str:
    names = {int(ColorTrc.SMPTE2084): "smpte2084", int(ColorTrc.ARIB_STD_B67): "arib-std-b67"}
    return names.get(int(frame.color_trc), "")


if __name__ == "__main__":
    av.logging.set_level(None)
    sys.stdout.write(json.dumps(source(Path(sys.argv[2]), json.loads(sys.argv[1]))) + "\n")
