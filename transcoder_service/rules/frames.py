"""The grid of frames that all renditions share, and the parts a film is encoded in.

A group of pictures is a whole, even number of frames close to two seconds, and a segment is
three of them: so every rendition, at full, half or quarter frame rate, has its IDR frames and
its segment borders at the same instants, and parts made by different processes join exactly.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

GOPS_IN_SEGMENT = 3
FIRST_SEGMENTS, MOST_SEGMENTS = 2, 5  # of a part
# Seconds read before a part: demuxers seek by decode times, which come before the times shown.
LEAD = Fraction(1, 2)
SHIFT = 2  # segments that a border may move to meet a key frame
NATURAL = tuple(
    Fraction(*rate)
    for rate in (
        (10, 1), (12, 1), (25, 2), (15000, 1001), (15, 1), (20, 1), (24000, 1001), (24, 1),
        (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    rate: Fraction
    gop: int

    @property
    def segment(self) -> int:
        """Frames in a segment."""
        return self.gop * GOPS_IN_SEGMENT

    @property
    def segment_seconds(self) -> Fraction:
        return self.segment / self.rate

    def seconds(self, frames: int) -> Fraction:
        return frames / self.rate

    def frames(self, seconds: float) -> int:
        return max(1, round(seconds * self.rate))


@dataclass(frozen=True)
class Part:
    number: int
    first: int
    frames: int


def grid_at(rate: Fraction) -> Grid:
    """Return the grid of a source with `rate` frames a second: its own natural rate, up to 60."""
    while rate > Fraction(605, 10):
        rate /= 2
    nearest = min(NATURAL, key=lambda natural: abs(natural - rate))
    if abs(nearest - rate) > rate / 400:  # a variable rate: take the next one up
        nearest = next((natural for natural in NATURAL if natural >= rate), NATURAL[-1])
    step = 4 if nearest > 31 else 2
    return Grid(nearest, max(1, round(2 * nearest / step)) * step)


def parts_of(total: int, shape: Grid, cores: int, keys: Sequence[float] = ()) -> tuple[Part, ...]:
    """Cut `total` frames into parts of whole segments.

    The first is short, so that it can be watched soon. The others are short enough to lose
    little to a crash, long enough to be worth a process, and a multiple of `cores` in number.
    They begin close after a key frame of the source (`keys`, in seconds): what lies between
    is decoded for nothing.
    """
    # What is less than a second beyond a segment goes with the part before: there may be nothing.
    segments = ceil(max(Fraction(1), total - shape.rate) / shape.segment)
    borders = [0, min(FIRST_SEGMENTS, segments)]
    rest = segments - borders[1]
    count = min(rest, ceil(ceil(rest / MOST_SEGMENTS) / cores) * cores)
    for number in range(1, count):
        wanted = borders[1] + rest * number // count
        near = range(max(borders[-1] + 1, wanted - SHIFT), min(segments, wanted + SHIFT + 1))
        borders.append(min(near, key=lambda n: (_wasted(shape, n, keys), abs(n - wanted))))
    starts = [border * shape.segment for border in borders if border < segments]
    ends = [*starts[1:], total]
    return tuple(
        Part(number, first, end - first)
        for number, (first, end) in enumerate(zip(starts, ends, strict=True))
    )


def _wasted(shape: Grid, segment: int, keys: Sequence[float]) -> float:
    """Return how many seconds before a segment the last key frame of the source is."""
    start = float(shape.seconds(segment * shape.segment) - LEAD)
    found = bisect(keys, start)
    return round(start - keys[found - 1], 1) if found else 0.0
