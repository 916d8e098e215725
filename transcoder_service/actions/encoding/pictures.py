"""One part of some renditions: encoded, checked group by group, cut into segments, stored."""

import asyncio
import hashlib
import mmap
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcoder_service.actions.encoding.stills import strip
from transcoder_service.actions.encoding.workshop import WORK, Tell, Workshop
from transcoder_service.providers.ffmpeg import encode, guarded_input
from transcoder_service.rules import films, fragments, recipes
from transcoder_service.rules.boxes import EncodingBroken
from transcoder_service.rules.films import PartMade, Rendition, Segment
from transcoder_service.rules.frames import GOPS_IN_SEGMENT, Part
from transcoder_service.rules.ladder import Rung


@dataclass(frozen=True)
class Unit:
    """The renditions of one pass over one part of the film."""

    number: int  # of the pass
    part: Part
    rungs: tuple[Rung, ...]

    @property
    def name(self) -> str:
        return f"pass-{self.number}-{self.part.number:04d}"


async def make(shop: Workshop, units: Sequence[Unit], tell: Tell) -> None:
    """Encode some units of one part at once, and store their segments.

    A unit is recorded only when all of it is right.
    """
    part, plan = units[0].part, shop.plan
    folder = await asyncio.to_thread(shop.scratch, units[0].name)
    rungs = [rung for unit in units for rung in unit.rungs]
    files = {rung: folder / f"{rung.name}.mp4" for rung in rungs}
    options = recipes.picture_input(plan.picture, part, plan.grid, rungs, shop.threads)
    outputs = recipes.picture_outputs(plan.picture, plan.grid, part, files, shop.threads)
    limits = shop.limits(
        float(plan.grid.seconds(part.frames)), max(rung.kilobits for rung in rungs)
    )
    try:
        await encode(shop.ffmpeg, [*guarded_input(shop.film, *options), *outputs], limits, tell)
        for unit in units:
            made = [await _store(shop, unit, rung, files[rung]) for rung in unit.rungs]
            await shop.record(PartMade(unit=unit.name, renditions=tuple(made)))
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _store(shop: Workshop, unit: Unit, rung: Rung, file: Path) -> Rendition:
    """Cut one rendition into segments at its place in the film, and put them into the store."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        header = fragments.header(raw)
        found = list(fragments.fragments(raw))
        _check(shop, unit, rung, found)
        if unit.part.number == 0:
            await shop.write(f"{rung.name}/init.mp4", header)
        if rung is unit.rungs[-1] and unit.number == 0:
            picture = await asyncio.to_thread(strip, header, raw, found)
            await shop.write(f"{WORK}/strip-{unit.part.number:04d}.jpg", picture)
        segments = []
        for start in range(0, len(found), GOPS_IN_SEGMENT):
            content, segment = _segment(
                shop, unit, rung, raw, found[start : start + GOPS_IN_SEGMENT], start
            )
            number = unit.part.first // shop.plan.grid.segment + start // GOPS_IN_SEGMENT
            await shop.write(f"{rung.name}/{films.segment_name(number)}", content)
            segments.append(segment)
    width, height = fragments.size(header)
    return Rendition(
        name=rung.name,
        codec=fragments.codec(header),
        header=hashlib.sha256(header).hexdigest(),
        segments=tuple(segments),
        width=width,
        height=height,
    )


def _check(shop: Workshop, unit: Unit, rung: Rung, found: list[fragments.Fragment]) -> None:
    """Raise unless the groups of pictures lie on the grid and none is missing."""
    gop = shop.plan.grid.gop // rung.step
    ticks = recipes.ticks(shop.plan.grid) * rung.step
    _check_complete(shop, unit, rung, sum(one.samples for one in found) * rung.step)
    if any(one.samples != gop for one in found[:-1]) or found[-1].samples > gop:
        raise EncodingBroken(f"The key frames of {rung.name} are not where they belong.")
    if any(one.ticks != one.samples * ticks for one in found):
        raise EncodingBroken(f"The frames of {rung.name} do not last as long as they should.")


def _check_complete(shop: Workshop, unit: Unit, rung: Rung, frames: int) -> None:
    """Raise unless all frames of the part are there; the film's last second may be missing."""
    is_last = unit.part is shop.plan.parts[-1]
    spare = shop.plan.grid.rate if is_last and frames else 1
    if unit.part.frames - frames >= rung.step * spare:
        at = float(shop.plan.grid.seconds(unit.part.first + frames))
        raise EncodingBroken(
            f"The film's picture cannot be read from {at:.0f} seconds on: "
            "the file is damaged, or was cut short."
        )


def _segment(
    shop: Workshop,
    unit: Unit,
    rung: Rung,
    raw: mmap.mmap,
    found: list[fragments.Fragment],
    number: int,
) -> tuple[bytes, Segment]:
    """Return a segment's bytes, and its description."""
    grid = shop.plan.grid
    first = unit.part.first // grid.gop + number
    content, keys = bytearray(), []
    for offset, fragment in enumerate(found):
        keys.append((fragment.key_end - fragment.start, len(content)))
        at = (first + offset) * grid.gop * recipes.ticks(grid)
        content += fragments.moved(raw, fragment, first + offset + 1, at)
    frames = sum(one.samples for one in found) * rung.step
    return bytes(content), Segment(size=len(content), frames=frames, keys=tuple(keys))
