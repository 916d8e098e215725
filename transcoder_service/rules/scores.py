"""Which frames show a film best: neither black nor blank nor blurred, nor at its very ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

EDGE = 0.04  # of the film at either end: titles fade in, credits roll


@dataclass(frozen=True)
class Look:
    """What was measured on one frame, each from 0 to 255."""

    brightness: float
    contrast: float  # standard deviation of the brightness
    detail: float  # standard deviation of its edges
    colour: float  # mean saturation


def score(look: Look) -> float:
    """Return how well a frame shows; a black, white or flat one is worth nothing."""
    if look.brightness < 16 or look.brightness > 240 or look.contrast < 8:
        return 0.0
    light = 1 - abs(look.brightness - 115) / 140
    seen = sqrt(look.contrast / 64) * (0.3 + look.detail / 40)
    return light * seen * (0.7 + look.colour / 255)


def best(looks: Sequence[Look], count: int) -> tuple[int, list[int]]:
    """Return the best frame, and the best one of each of `count` equal stretches of the film."""
    scores = [score(look) for look in looks]
    inside = _inside(len(looks))
    first = max(inside, key=lambda n: scores[n])
    chosen = []
    for part in range(count):
        start, end = len(looks) * part // count, len(looks) * (part + 1) // count
        chosen.append(max(range(start, max(end, start + 1)), key=lambda n: scores[n]))
    return first, chosen


def _inside(count: int) -> range:
    away = int(count * EDGE)
    return range(away, count - away) if count > 2 * away else range(count)
