"""The pictures around a film: posters, scrubbing sheets, a moving preview.

All come from key frames that we have encoded, two seconds apart: nothing is decoded twice.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageStat

from transcoder_service.actions.encoding.stills import TILE_WIDTH, jpeg, still
from transcoder_service.actions.encoding.workshop import WORK, Workshop
from transcoder_service.rules import films, sheets
from transcoder_service.rules.boxes import EncodingBroken
from transcoder_service.rules.films import Rendition
from transcoder_service.rules.scores import Look, best

POSTERS = 5
PREVIEW_FRAMES = 12
PREVIEW_MILLISECONDS = 500


@dataclass(frozen=True)
class Pictures:
    posters: int
    sheets: int


async def make(shop: Workshop, largest: Rendition, wanted_ms: int | None) -> Pictures:
    """Make all pictures; the poster is the frame at `wanted_ms`, or else the best one."""
    gallery = _Gallery(shop)
    async for tile in _tiles(shop):
        await gallery.hang(tile)
    await gallery.finish()
    first, others = best(gallery.looks, POSTERS)
    gop = float(shop.plan.grid.seconds(shop.plan.grid.gop))
    if wanted_ms is not None:
        first = min(len(gallery.looks) - 1, max(0, int(wanted_ms / 1000 / gop)))
    await _poster(shop, largest, first, "thumbnail.jpg")
    for number, at in enumerate(others, 1):
        await _poster(shop, largest, at, f"thumbnail_{number}.jpg")
    return Pictures(posters=1 + len(others), sheets=gallery.sheets)


class _Gallery:
    """Takes the frames of a film one after another; holds no more than one sheet of them."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.looks: list[Look] = []
        self.sheets = 0
        self.waiting: list[Image.Image] = []
        self.chosen: list[Image.Image] = []
        count = -(-shop.plan.frames // shop.plan.grid.gop)
        kept = min(PREVIEW_FRAMES, count)
        self.wanted = {count * number // kept for number in range(kept)}

    async def hang(self, tile: Image.Image) -> None:
        if len(self.looks) in self.wanted:
            self.chosen.append(tile)
        self.looks.append(await asyncio.to_thread(look, tile))
        self.waiting.append(tile)
        if len(self.waiting) == sheets.ON_SHEET:
            await self._store()

    async def finish(self) -> None:
        if not self.looks:
            raise EncodingBroken("There are no pictures of the film.")
        size = self.chosen[0].size
        if self.waiting:
            await self._store()
        grid, total = self.shop.plan.grid, self.shop.plan.seconds
        text = sheets.thumbnails(len(self.looks), grid.seconds(grid.gop), total, size)
        await self.shop.write("seek/thumbnails.vtt", text)
        await self.shop.write("preview.webp", await asyncio.to_thread(preview, self.chosen))

    async def _store(self) -> None:
        page = await asyncio.to_thread(sheet, self.waiting)
        await self.shop.write(sheets.sheet_name(self.sheets), page)
        self.sheets, self.waiting = self.sheets + 1, []


async def make_early(shop: Workshop, rendition: Rendition) -> None:
    """Make a first poster, as soon as the film can be watched."""
    strip = await shop.storage.read(f"{shop.prefix}/{WORK}/strip-0000.jpg")
    tiles = await asyncio.to_thread(_cut, strip or b"", await _tile_height(shop))
    looks = await asyncio.to_thread(lambda: [look(tile) for tile in tiles])
    await _poster(shop, rendition, best(looks, 1)[0], "thumbnail.jpg")


async def _tiles(shop: Workshop) -> AsyncIterator[Image.Image]:
    """Give a small picture of every key frame of the film."""
    height = await _tile_height(shop)
    for part in shop.plan.parts:
        strip = await shop.storage.read(f"{shop.prefix}/{WORK}/strip-{part.number:04d}.jpg")
        if strip is None:
            raise EncodingBroken("The small pictures of a part are missing.")
        for tile in await asyncio.to_thread(_cut, strip, height):
            yield tile


async def _tile_height(shop: Workshop) -> int:
    rung = shop.plan.passes[0][-1]
    return max(2, round(rung.height * TILE_WIDTH / rung.width))


def _cut(strip: bytes, height: int) -> list[Image.Image]:
    with Image.open(io.BytesIO(strip)) as sheet:
        sheet.load()
        count = max(1, round(sheet.height / height))
        return [sheet.crop((0, n * height, TILE_WIDTH, (n + 1) * height)) for n in range(count)]


def look(tile: Image.Image) -> Look:
    """Measure a frame; the outer eighth does not count, where there may be black bars."""
    width, height = tile.size
    inner = tile.crop((width // 8, height // 8, width - width // 8, height - height // 8))
    grey = inner.convert("L")
    light = ImageStat.Stat(grey)
    edges = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES))
    saturation = ImageStat.Stat(inner.convert("HSV").getchannel("S"))
    return Look(light.mean[0], light.stddev[0], edges.stddev[0], saturation.mean[0])


async def _poster(shop: Workshop, rendition: Rendition, at: int, name: str) -> None:
    """Decode the key frame number `at` of a rendition from the store."""
    number, inside = divmod(at, 3)
    while inside >= len(rendition.segments[number].keys):
        inside -= 1
    folder = f"{shop.prefix}/{rendition.name}"
    header = await shop.storage.read(f"{folder}/init.mp4") or b""
    segment = await shop.storage.read(f"{folder}/{films.segment_name(number)}") or b""
    size, offset = rendition.segments[number].keys[inside]
    picture = await asyncio.to_thread(still, header, segment[offset : offset + size])
    await shop.write(name, await asyncio.to_thread(jpeg, picture, 85))


def sheet(tiles: list[Image.Image]) -> bytes:
    width, height = tiles[0].size
    rows = -(-len(tiles) // sheets.ACROSS)
    page = Image.new("RGB", (width * sheets.ACROSS, height * rows))
    for number, one in enumerate(tiles):
        _, column, row = sheets.place(number)
        page.paste(one, (column * width, row * height))
    return jpeg(page, 75)


def preview(chosen: list[Image.Image]) -> bytes:
    """Return an animation of these frames."""
    made = io.BytesIO()
    chosen[0].save(
        made, "WEBP", save_all=True, append_images=chosen[1:],
        duration=PREVIEW_MILLISECONDS, loop=0, quality=60, method=4,
    )  # fmt: skip
    return made.getvalue()
