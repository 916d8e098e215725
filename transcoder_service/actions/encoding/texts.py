"""Subtitles inside a film, as WebVTT. A film is none the worse when they cannot be read."""

import asyncio
import logging
import shutil

from transcoder_service.actions.encoding.workshop import Workshop
from transcoder_service.providers.ffmpeg import FfmpegFailed, encode, guarded_input
from transcoder_service.rules import captions, films, recipes
from transcoder_service.rules.captions import BadCaptions
from transcoder_service.rules.sources import TextTrack

log = logging.getLogger(__name__)
LARGEST = 8 * 1024**2


async def extract(shop: Workshop) -> list[tuple[str, str, bytes]]:
    """Return language, label and WebVTT of each text track that has any; one a language."""
    tracks = {films.language(track.language): track for track in reversed(shop.plan.source.texts)}
    if not tracks:
        return []
    folder = await asyncio.to_thread(shop.scratch, "texts")
    try:
        found = []
        for language, track in reversed(tracks.items()):
            text = await _one(shop, track, language)
            if text:
                found.append((language, track.title or language, text))
        return found
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _one(shop: Workshop, track: TextTrack, language: str) -> bytes | None:
    file = shop.folder / "texts" / f"{track.index}.vtt"
    limits = shop.limits(float(shop.plan.seconds), 64)
    arguments = [*guarded_input(shop.film), *recipes.text_outputs({track: file})]
    try:
        await encode(shop.ffmpeg, arguments, limits)
        content = await asyncio.to_thread(file.read_bytes)
        return captions.as_webvtt(content[:LARGEST])
    except (FfmpegFailed, BadCaptions, OSError) as problem:
        log.info("subtitles not read", extra={"language": language, "reason": str(problem)})
        return None
