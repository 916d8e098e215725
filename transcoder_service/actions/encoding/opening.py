"""A film as it came, made ready: probed, judged, and put into a container that can be sought in."""

from pathlib import Path

from transcoder_service.providers.ffmpeg import Limits, encode, guarded_input
from transcoder_service.providers.probe import probe
from transcoder_service.rules import recipes
from transcoder_service.rules.sources import Caps, Source, check_source, is_seekable

MEGABYTE = 1024**2


async def opened(film: Path, folder: Path, ffmpeg: str, caps: Caps) -> tuple[Path, Source]:
    """Return the film to encode, and what is in it; raise SourceRefused when it is none."""
    source = await probe(film)
    check_source(source, caps)
    if is_seekable(source):
        return film, source
    remuxed = folder / "film.mkv"
    limits = Limits(
        seconds=600 + source.seconds, file_bytes=source.size * 2 + 64 * MEGABYTE, cores=1
    )
    arguments = [*guarded_input(film, "-fflags", "+genpts"), *recipes.remux(source, remuxed)]
    await encode(ffmpeg, arguments, limits)
    source = await probe(remuxed)
    check_source(source, caps)
    return remuxed, source
