"""What is in a film's file, read with PyAV in a caged process of its own (probing.py)."""

import json
import sys
from pathlib import Path

from pydantic import ValidationError

from transcoder_service.providers.ffmpeg import FfmpegFailed, Limits, run
from transcoder_service.rules.sources import (
    DEMUXERS,
    PROTOCOLS,
    Source,
    SourceRefused,
    square_pixels,
)

PROBING = Path(__file__).with_name("probing.py")
UNREADABLE = (
    "The file is not a film this library can read: upload MP4, MOV, MKV, WebM, TS, MPEG, FLV, "
    "WMV, OGV or MXF (AVI files must be converted first)."
)


async def probe(path: Path, seconds: float = 60) -> Source:
    """Return what the file holds; raise SourceRefused when it is no film."""
    said: list[str] = []

    async def line(text: str) -> None:
        said.append(text)

    options = {"format_whitelist": ",".join(DEMUXERS), "protocol_whitelist": PROTOCOLS}
    command = [sys.executable, "-I", "-B", str(PROBING), json.dumps(options), str(path)]
    limits = Limits(seconds=seconds, file_bytes=0, memory_bytes=4 * 1024**3)
    try:
        await run(command, limits, line)
        source = Source.model_validate_json("".join(said))
    except (FfmpegFailed, ValidationError) as problem:
        raise SourceRefused(UNREADABLE) from problem
    return _tidied(source)


def _tidied(source: Source) -> Source:
    """Give pixels a shape that can be, and tracks short plain titles."""
    picture = source.picture
    if picture is None:
        return source
    squared = picture.model_copy(update={"aspect": square_pixels(*picture.aspect)})
    return source.model_copy(update={"picture": squared})
