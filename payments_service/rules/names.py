"""Whether two names are one person's: as operators write them, and as people do. Pure.

The rule: case, accents, punctuation, titles and order do not count. Every name of the shorter one
has to be in the longer one, and at least two of them; a single name has to be all of the other.
"""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from kit.contracts.payments.payouts import HolderCheck

TITLES = frozenset({"mr", "mme", "mlle", "mrs", "ms", "dr"})
APOSTROPHES = "'’ʼ`´‘"
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae"})


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a number, as a rail says. `name` is empty where it does not tell; who is not
    `is_active` cannot be paid there.
    """

    name: str
    is_active: bool = True


def checked(given: str, holder: Holder) -> HolderCheck:
    """Return how the name that was given stands to what the rail says."""
    if not holder.is_active:
        return HolderCheck.inactive
    if not names_in(holder.name):
        return HolderCheck.unknown
    return HolderCheck.match if are_one_person(given, holder.name) else HolderCheck.differs


def are_one_person(one: str, other: str) -> bool:
    """Say whether two names are one person's. Operators know people by all their names."""
    shorter, longer = sorted((names_in(one), names_in(other)), key=len)
    if len(shorter) < 2:
        return bool(shorter) and shorter == longer
    known = {*longer, *(first + second for first, second in pairwise(longer))}
    return len(set(shorter)) > 1 and known.issuperset(shorter)


def names_in(text: str) -> list[str]:
    """Return the names in a name: `N’Guessan-Kéïta, Mme Awa` is nguessan, keita, awa."""
    decomposed = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    letters = [c for c in decomposed if not unicodedata.combining(c) and c not in APOSTROPHES]
    words = "".join(c if c.isalnum() else " " for c in letters).casefold().split()
    return [word for word in words if word not in TITLES]
