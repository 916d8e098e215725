"""What is searched for, and in which order films are looked at.

Ranking costs as much as there are candidates, so there are never more than CANDIDATES: the newest
films first. Films are numbered as they come; a block of level n is SLICE × 2ⁿ consecutive ones,
and each film carries the names of its blocks as lexemes. `blocks` covers all films with few
blocks, the newest and smallest first; search stops at the block where it has enough.
"""

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from kit.contracts.catalog.films import FilmQuery

CANDIDATES = 500
SLICE = 2000
LEVELS = 12  # 8 million films in the largest block
MAX_TERMS = 8


_COMMON = (
    "a au aux avec ce ces d dans de des du elle en et il ils je l la le les leur lui ma mais me mes"
    " mon n ne nous ou par pas pour qu que qui s sa se ses son sur ta te tes toi ton tu un une vos"
    " votre vous y an and are as at be but by for from he her his i in is it its my no not of on or"
    " our she so that the their they this to was we were with you your"
)
# Words so common that they say nothing when others are there as well.
COMMON = frozenset(_COMMON.split())
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


def plain(text: str) -> str:
    """Return the text in lower case and without accents."""
    parts = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return "".join(each for each in parts if not unicodedata.combining(each))


def terms(typed: str) -> list[str]:
    """Return the words to search for; common ones only when there are no others."""
    words = list(dict.fromkeys(_WORD.findall(plain(typed))))
    telling = [word for word in words if word not in COMMON]
    if words and telling and words[-1] in COMMON and not typed.endswith(" "):
        telling.append(words[-1])  # still being typed: "l" may become "lumière"
    return [word[:40] for word in (telling or words)[:MAX_TERMS]]


def facets(filters: FilmQuery) -> list[str]:
    """Return the lexemes a film must carry to pass these filters, but for ranges of years."""
    chosen = (
        ("a", filters.access_level),
        ("c", filters.category),
        ("t", filters.tag),
        ("s", filters.series),
        ("y", filters.year),
        ("k", filters.country and filters.country.upper()),
        ("l", filters.language),
        ("d", filters.duration),
        ("m", filters.max_age),
        ("st", None if filters.status == "all" else filters.status),
    )
    return [f"{kind}={value}" for kind, value in chosen if value is not None]


def blocks(last: int) -> list[str]:
    """Return lexemes whose blocks hold all films numbered 0 to `last`, the newest first."""
    count = last // SLICE + 1  # how many slices there are
    top = LEVELS - 1
    names = [f"b{n}={(count >> n) - 1}" for n in range(top) if count >> n & 1]
    names += [f"b{top}={number}" for number in range((count >> top) - 1, -1, -1)]
    return names


def quoted(lexeme: str) -> str:
    """Return a lexeme as `tsquery` wants it in its text form."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def meant(term: str, candidates: Sequence[tuple[str, int]]) -> str | None:
    """Return the word that was probably meant, from (word, films) candidates; None if none is near.

    Short words forgive one letter, longer ones two; the most frequent of the nearest wins.
    """
    most = 0 if len(term) < 4 else 1 if len(term) < 6 else 2
    near = [
        (OSA.distance(term, word, score_cutoff=most), -films, word) for word, films in candidates
    ]
    near = [each for each in near if 0 < each[0] <= most]
    return min(near)[2] if near else None
