"""Short codes: `OM43-ABCD-1234`, eight random characters behind the brand's prefix.

The alphabet holds one character of each group that people confuse, so a wrong one of the group
can only have meant that one. 28 characters, 8 of them: 3.8e11 codes, 38 bits. With 100 000
codes in use, one guess in 3.8 million hits; `actions/guessing.py` allows a handful.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ACDEFGHJKMNPRTVWXY"
LENGTH = 8
LONGEST_PREFIX = 8
_MEANT = str.maketrans("OQILZSBU", "0011258V")
_FILLING = re.compile(r"[\s\-_.·‐‑‒–—―−]+")
_BODY = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def random_body() -> str:
    """Return the part of a new code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def written(prefix: str, body: str) -> str:
    """Return a code as it is shown."""
    return f"{prefix}-{body[:4]}-{body[4:]}"


def body(code: str) -> str:
    """Return the secret part of a code as `written` made it."""
    return folded(code)[-LENGTH:]


def folded(text: str) -> str:
    """Return what was meant: capitals, no spaces or dashes, one character per look-alike."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return _FILLING.sub("", plain).translate(_MEANT)


def typed(text: str) -> tuple[str, str] | None:
    """Return the folded prefix (may be empty) and body of a typed code, or None if it is none."""
    plain = folded(text)
    prefix, body = plain[:-LENGTH], plain[-LENGTH:]
    if len(prefix) > LONGEST_PREFIX or not _BODY.fullmatch(body):
        return None
    return prefix, body


def is_prefix(typed_prefix: str, code: str) -> bool:
    """Say whether a typed prefix is that of `code`, or was left out."""
    return typed_prefix in {"", folded(code.partition("-")[0])}
