"""The ladder: which renditions a film gets, from 144p for a 2G line up to 2160p."""

from dataclasses import dataclass, replace
from fractions import Fraction

from transcoder_service.rules.frames import Grid

AUDIO_RATE = 48_000


@dataclass(frozen=True)
class Audio:
    name: str
    channels: int
    kilobits: int


@dataclass(frozen=True)
class Rung:
    name: str
    box: tuple[int, int]
    kilobits: int  # the cap of its bit rate
    buffer: int  # kilobits that may come ahead of that rate
    crf: int
    preset: str
    audio: str
    step: int = 1  # takes every n-th frame of the grid
    width: int = 0
    height: int = 0

    @property
    def label(self) -> str:
        """The name Bunny knows: `240p` for both renditions of that size."""
        return self.name.partition("-")[0]


AUDIOS = (Audio("audio-32", 1, 32), Audio("audio-64", 2, 64), Audio("audio-128", 2, 128))

# The small ones are what a phone on a metered line gets: a slower preset costs little there, and
# the first two stay below the 192 kbit/s, sound included, that Apple asks of one variant.
RUNGS = (
    Rung("144p", (256, 144), 90, 90, 28, "medium", "audio-32"),
    Rung("240p-low", (426, 240), 128, 128, 28, "medium", "audio-32"),
    Rung("240p", (426, 240), 220, 440, 26, "medium", "audio-64"),
    Rung("360p", (640, 360), 420, 840, 25, "faster", "audio-64"),
    Rung("480p", (854, 480), 800, 1600, 24, "veryfast", "audio-128"),
    Rung("720p", (1280, 720), 1800, 3600, 24, "veryfast", "audio-128"),
    Rung("1080p", (1920, 1080), 3500, 7000, 24, "veryfast", "audio-128"),
    Rung("1440p", (2560, 1440), 6500, 13000, 24, "veryfast", "audio-128"),
    Rung("2160p", (3840, 2160), 12000, 24000, 24, "veryfast", "audio-128"),
)
FIRST_PASS = frozenset(("144p", "240p-low", "240p", "360p"))
DEFAULT = "360p"


def ladder(size: tuple[int, int], shape: Grid, enabled: frozenset[str]) -> tuple[Rung, ...]:
    """Return the renditions of a picture of that size, smallest first; never enlarged.

    `enabled` holds labels such as `240p`; a picture smaller than all of them is kept as it is.
    """
    wanted = [rung for rung in RUNGS if not enabled or rung.label in enabled] or list(RUNGS)
    fitting = [rung for rung in wanted if _scale(size, rung.box) <= Fraction(102, 100)]
    return tuple(_sized(rung, size, shape) for rung in fitting or wanted[:1])


def passes(rungs: tuple[Rung, ...]) -> tuple[tuple[Rung, ...], ...]:
    """Split a ladder into what is made first, to be watched soon, and the rest."""
    first = tuple(rung for rung in rungs if rung.name in FIRST_PASS)
    rest = tuple(rung for rung in rungs if rung.name not in FIRST_PASS)
    return tuple(group for group in (first, rest) if group)


def _scale(size: tuple[int, int], box: tuple[int, int]) -> Fraction:
    width, height = size
    across, down = box if width >= height else box[::-1]
    return min(Fraction(across, width), Fraction(down, height))


def _sized(rung: Rung, size: tuple[int, int], shape: Grid) -> Rung:
    scale = min(_scale(size, rung.box), Fraction(1))
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    return replace(rung, width=width, height=height, step=_step(rung, shape.rate))


def _step(rung: Rung, rate: Fraction) -> int:
    """Up to 480p at most 30 frames a second; 144p at most 15."""
    step = 2 if rate > 31 and rung.box[1] <= 480 else 1
    if rung.box[1] <= 144 and rate / step > 16:
        step *= 2
    return step
