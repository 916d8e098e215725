"""The last look before a film goes online: everything is there, and fits together."""

from itertools import chain

from transcoder_service.actions.encoding.publish import heard, pass_made, pictures
from transcoder_service.actions.encoding.workshop import Workshop
from transcoder_service.rules import aac, films
from transcoder_service.rules.boxes import EncodingBroken
from transcoder_service.rules.films import Rendition
from transcoder_service.rules.ladder import AUDIO_RATE

TOLERANCE = 1.0  # seconds that picture or sound may differ from the source


async def verify(shop: Workshop) -> int:
    """Raise EncodingBroken unless the whole ladder is stored and sound; return its size in bytes.

    That each segment begins with an IDR picture on the grid was checked as it was cut.
    """
    for number in range(len(shop.plan.passes)):
        if len(pass_made(shop, number)) < len(shop.plan.parts):
            raise EncodingBroken("Parts of the film are missing.")
    seen = [one for number in range(len(shop.plan.passes)) for one in pictures(shop, number)]
    sound = heard(shop)
    if sound is None:
        raise EncodingBroken("The film's sound is missing.")
    _check_alike(shop, seen)
    _check_lengths(shop, seen, sound)
    prefix = f"{shop.prefix}/"
    stored = {
        path.removeprefix(prefix): size for path, size in await shop.storage.paths(shop.prefix)
    }
    for rendition in chain(seen, *sound):
        _check_stored(rendition, stored)
    return sum(size for path, size in stored.items() if not path.startswith("."))


def _check_alike(shop: Workshop, seen: list[Rendition]) -> None:
    """Every rendition has the same borders, so that players can change at each of them."""
    if len(seen) != len(shop.plan.rungs):
        raise EncodingBroken("Renditions of the film are missing.")
    borders = {tuple(segment.frames for segment in one.segments[:-1]) for one in seen}
    lasts = [one.segments[-1].frames for one in seen]
    steps = max(rung.step for rung in shop.plan.rungs)
    if len(borders) != 1 or max(lasts) - min(lasts) > steps:
        raise EncodingBroken("The renditions of the film are not cut at the same moments.")


def _check_lengths(shop: Workshop, seen: list[Rendition], sound: list[list[Rendition]]) -> None:
    planned = float(shop.plan.seconds)
    for one in seen:
        seconds = float(shop.plan.grid.seconds(sum(segment.frames for segment in one.segments)))
        if abs(seconds - planned) > TOLERANCE:
            raise EncodingBroken(f"{one.name} lasts {seconds:.1f} s, the film {planned:.1f} s.")
    for one in chain(*sound):
        frames = sum(segment.frames for segment in one.segments)
        seconds = frames * aac.SAMPLES / AUDIO_RATE
        if abs(seconds - planned) > TOLERANCE:
            raise EncodingBroken(f"The sound lasts {seconds:.1f} s, the film {planned:.1f} s.")


def _check_stored(rendition: Rendition, stored: dict[str, int]) -> None:
    if f"{rendition.name}/init.mp4" not in stored:
        raise EncodingBroken(f"{rendition.name} lacks its beginning.")
    for number, segment in enumerate(rendition.segments):
        path = f"{rendition.name}/{films.segment_name(number)}"
        if stored.get(path) != segment.size:
            raise EncodingBroken(f"{path} is missing or cut short in the store.")
