"""Bit rates as HLS defines them, from the sizes and durations of real segments."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

Segments = Sequence[tuple[int, Fraction]]  # bytes, seconds


def average(segments: Segments) -> int:
    """Return bits a second over the whole."""
    seconds = sum((length for _, length in segments), Fraction(0))
    return ceil(8 * sum(size for size, _ in segments) / seconds) if seconds else 0


def peak(segments: Segments, target: Fraction) -> int:
    """Return the largest bit rate of any run of segments that lasts 0.5 to 1.5 targets."""
    highest = Fraction(0)
    for start in range(len(segments)):
        size, seconds = 0, Fraction(0)
        for more, length in segments[start:]:
            size, seconds = size + more, seconds + length
            if seconds > target * 3 / 2:
                break
            if seconds >= target / 2:
                highest = max(highest, 8 * size / seconds)
    return ceil(highest) or average(segments)
