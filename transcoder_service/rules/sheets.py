"""Scrubbing sheets as Bunny makes them: 6 by 6 small frames, and a WebVTT that finds each."""

from fractions import Fraction

ACROSS = 6
ON_SHEET = ACROSS * ACROSS


def place(number: int) -> tuple[int, int, int]:
    """Return sheet, column and row of a frame."""
    sheet, inside = divmod(number, ON_SHEET)
    return sheet, inside % ACROSS, inside // ACROSS


def sheet_name(number: int) -> str:
    return f"seek/_{number}.jpg"


def thumbnails(count: int, each: Fraction, total: Fraction, size: tuple[int, int]) -> str:
    """Return the WebVTT that says which rectangle of which sheet to show from when to when."""
    width, height = size
    lines = ["WEBVTT", ""]
    for number in range(count):
        sheet, column, row = place(number)
        end = total if number == count - 1 else each * (number + 1)
        lines.append(f"{clock(each * number)} --> {clock(end)}")
        lines += [f"_{sheet}.jpg#xywh={column * width},{row * height},{width},{height}", ""]
    return "\n".join(lines)


def clock(seconds: Fraction) -> str:
    """Write a moment as WebVTT does: `00:01:02.345`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
