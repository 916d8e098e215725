"""Codes that are worth money: what is drawn, how it is typed, and when a slip of the pen shows.

31 characters, a prime: with weights from 1 on, the last one tells every wrong character and every
two that were swapped. None of them looks like another but for the pairs that are read as one
(O and 0; I, L and 1; S and 5; Z and 2). Twelve drawn at random are 59 bits: with a million codes
sold, one guess in 8e11 is worth something, and wrong ones are counted (`actions/vouchers`).
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRTUVWXY"
VOUCHER_LENGTH, CASH_LENGTH = 12, 7  # without the check character
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MEANT = str.maketrans("OILSZ", "01152")
_FILLING = re.compile(r"[\s\-_.·‐‑‒–—―−]+")


def drawn(length: int) -> str:
    """Return a new code as it is kept: random characters and their check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return body + check_character(body)


def check_character(body: str) -> str:
    total = sum(place * _VALUES[one] for place, one in enumerate(body, start=1))
    return ALPHABET[total % len(ALPHABET)]


def written(code: str) -> str:
    """Return a code as people read it: in fours, the last group longer."""
    groups = max(1, len(code) // 4)
    parts = [code[4 * at : 4 * at + 4] for at in range(groups - 1)]
    return "-".join((*parts, code[4 * (groups - 1) :]))


def typed(text: str, length: int) -> str | None:
    """Return the code that was meant, or None: this was never one of ours."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = _FILLING.sub("", plain).translate(_MEANT)
    if len(found) != length + 1 or any(one not in _VALUES for one in found):
        return None
    return found if check_character(found[:-1]) == found[-1] else None
