"""Pictures drawn for the sample films: a dawn with a baobab, and posters."""

import itertools
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from suite.services import ROOT

WIDTH, HEIGHT = 1280, 720
FINE = 2  # drawn twice as large, then made smaller: smooth edges
INK = (10, 7, 24, 255)
DAWN = [
    (0.0, (14, 20, 66)),
    (0.35, (70, 44, 110)),
    (0.6, (206, 92, 110)),
    (0.8, (255, 170, 100)),
    (1.0, (255, 214, 150)),
]
POSTER = (800, 1200)
FONTS = ROOT / "node_modules" / "@fontsource" / "bricolage-grotesque" / "files"
Colour = tuple[int, int, int]


def draw(name: str, folder: Path) -> Path:
    """Draw one of sky, sun and fore, and return its file."""
    drawings: dict[str, Callable[[], Image.Image]] = {"sky": _sky, "sun": _sun, "fore": _fore}
    path = folder / f"{name}.png"
    drawings[name]().save(path)
    return path


def poster(frame: Image.Image, left: float, title: str, note: str) -> Image.Image:
    """Return a poster: a piece of the film, darker towards the title."""
    width = frame.height * POSTER[0] // POSTER[1]
    offset = round((frame.width - width) * left)
    found = frame.crop((offset, 0, offset + width, frame.height)).resize(
        POSTER, Image.Resampling.LANCZOS
    )
    shade = Image.new("L", (1, POSTER[1]))
    for y in range(POSTER[1]):
        shade.putpixel((0, y), round(235 * max(0.0, y / POSTER[1] - 0.42) / 0.58))
    found.paste((8, 8, 14), (0, 0), shade.resize(POSTER))
    pen = ImageDraw.Draw(found)
    lines = _lines(pen, title, _font(800, 112), POSTER[0] - 120)
    y = POSTER[1] - 150 - 118 * len(lines)
    for line in lines:
        pen.text((60, y), line, font=_font(800, 112), fill=(255, 248, 236))
        y += 118
    pen.text((62, y + 26), note, font=_font(500, 34), fill=(226, 214, 200))
    return found


def _sky() -> Image.Image:
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        column.putpixel((0, y), _between(y / HEIGHT))
    return column.resize((WIDTH, HEIGHT))


def _between(height: float) -> Colour:
    for (low, below), (high, above) in itertools.pairwise(DAWN):
        if height <= high:
            share = (height - low) / (high - low)
            mixed = [round(a + (b - a) * share) for a, b in zip(below, above, strict=True)]
            return mixed[0], mixed[1], mixed[2]
    return DAWN[-1][1]


def _sun() -> Image.Image:
    found = Image.new("RGBA", (520, 520), (0, 0, 0, 0))
    pen = ImageDraw.Draw(found)
    for radius in range(250, 0, -2):
        glow = (255, 190, 110, round(90 * (1 - radius / 250) ** 2))
        pen.ellipse(_box(260, 260, radius), fill=glow)
    pen.ellipse(_box(260, 260, 90), fill=(255, 226, 170, 255))
    return found.filter(ImageFilter.GaussianBlur(1.5))


def _fore() -> Image.Image:
    """Return hills and the baobab, as a shape before the light."""
    found = Image.new("RGBA", (WIDTH * FINE, HEIGHT * FINE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(found)
    _hill(pen, (560, 26, 0.4, 1.0), (38, 24, 62, 255))
    _hill(pen, (610, 22, 2.1, 1.3), (22, 14, 44, 255))
    _baobab(pen, 930, 650, random.Random(4))  # noqa: S311  (a tree is no secret)
    _hill(pen, (652, 12, 4.0, 0.8), INK)
    return found.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _hill(
    pen: ImageDraw.ImageDraw, shape: tuple[float, float, float, float], colour: tuple[int, ...]
) -> None:
    """Draw a ridge; `shape`: height, swing, phase, waves over the width."""
    base, swing, phase, waves = shape
    ridge = []
    for x in range(0, WIDTH + 1, 4):
        turn = x / WIDTH * math.pi * waves
        y = base + swing * (math.sin(turn * 2 + phase) + 0.4 * math.sin(turn * 5 + phase * 2))
        ridge.append((x * FINE, y * FINE))
    pen.polygon([*ridge, (WIDTH * FINE, HEIGHT * FINE), (0, HEIGHT * FINE)], fill=colour)


def _baobab(pen: ImageDraw.ImageDraw, x: float, y: float, chance: random.Random) -> None:
    trunk = [(-64, 0), (-44, -70), (-36, -190), (36, -190), (44, -70), (64, 0)]
    pen.polygon([((x + dx) * FINE, (y + dy) * FINE) for dx, dy in trunk], fill=INK)
    for angle, length in ((2.6, 70), (2.1, 80), (1.57, 78), (1.0, 82), (0.5, 70)):
        _branch(pen, (x - (angle - 1.57) * 22, y - 180), (angle, length, 26, 3), chance)


def _branch(
    pen: ImageDraw.ImageDraw,
    start: tuple[float, float],
    limb: tuple[float, float, float, int],
    chance: random.Random,
) -> None:
    """Draw a limb (angle, length, width, further forks) and all that grows from it."""
    angle, length, width, forks = limb
    x, y = start[0] + math.cos(angle) * length, start[1] - math.sin(angle) * length
    line = (start[0] * FINE, start[1] * FINE, x * FINE, y * FINE)
    pen.line(line, fill=INK, width=max(2, round(width * FINE)))
    pen.ellipse(_box(x * FINE, y * FINE, width / 2 * FINE), fill=INK)
    if forks == 0:
        _leaves(pen, x, y, chance)
        return
    for turn in (-0.62, -0.2, 0.25, 0.6)[: 3 + (forks > 1)]:
        longer = length * chance.uniform(0.62, 0.8)
        next_limb = (angle + turn + chance.uniform(-0.12, 0.12), longer, width * 0.58, forks - 1)
        _branch(pen, (x, y), next_limb, chance)


def _leaves(pen: ImageDraw.ImageDraw, x: float, y: float, chance: random.Random) -> None:
    for _ in range(9):
        radius = chance.uniform(5, 13)
        middle_x, middle_y = x + chance.uniform(-16, 16), y + chance.uniform(-10, 8)
        box = _box(middle_x * FINE, middle_y * FINE, radius * FINE, radius * 0.6 * FINE)
        pen.ellipse(box, fill=INK)


def _box(x: float, y: float, wide: float, high: float | None = None) -> list[float]:
    high = wide if high is None else high
    return [x - wide, y - high, x + wide, y + high]


def _font(weight: int, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the suite's own typeface; Pillow's where the browser packages are missing."""
    path = FONTS / f"bricolage-grotesque-latin-{weight}-normal.woff2"
    return ImageFont.truetype(path, size) if path.exists() else ImageFont.load_default(size)


def _lines(
    pen: ImageDraw.ImageDraw,
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> list[str]:
    return list(_wrapped(pen, text.split(), font, width))


def _wrapped(
    pen: ImageDraw.ImageDraw,
    words: list[str],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    width: int,
) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if line and pen.textlength(longer, font=font) > width:
            yield line
            longer = word
        line = longer
    yield line
