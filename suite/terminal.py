"""What the launcher prints: short lines, in colour on a terminal."""

import sys

IS_TERMINAL = sys.stdout.isatty()


def say(text: str = "") -> None:
    print(text, flush=True)


def good(text: str) -> str:
    return _coloured(text, "32")


def bad(text: str) -> str:
    return _coloured(text, "31")


def faint(text: str) -> str:
    return _coloured(text, "2")


def strong(text: str) -> str:
    return _coloured(text, "1")


def _coloured(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if IS_TERMINAL else text
