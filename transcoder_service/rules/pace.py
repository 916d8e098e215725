"""How much work a film is, and how much of it must be made in small renditions first.

Making all renditions of a part at once saves decoding it twice. Making the small ones first, for
as much of the film as it takes, keeps the work ahead of somebody who watches from the beginning.
"""

from collections.abc import Iterable

from transcoder_service.rules.ladder import Rung
from transcoder_service.rules.sources import Picture

# Processor seconds for a second of film at 25 frames, by megapixels: only their relation matters.
READING = 0.125
FAST, THOROUGH = 0.335, 0.73  # encoding with the preset veryfast, and with slower ones
SOUND = 0.02
MARGIN = 0.8  # of the pace seen, since other work comes and goes


def cost(picture: Picture, rungs: Iterable[Rung]) -> float:
    """Return what a second of film costs in these renditions, decoded once."""
    made = READING * picture.width * picture.height
    for rung in rungs:
        each = FAST if rung.preset == "veryfast" else THOROUGH
        made += each * rung.width * rung.height / rung.step
    return made / 1e6


def lead(film: float, pace: float, round_of_parts: float) -> float:
    """Return how many seconds of film to make in small renditions first.

    `pace` is how many seconds of film all renditions of it are made in one second. Who starts to
    watch at once needs, at a pace below one, what the work will lag behind at the film's end;
    and at any pace what is watched while the first whole parts are being made.
    """
    return film * max(0.0, 1 - pace * MARGIN) + round_of_parts
