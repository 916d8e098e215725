"""Icons of lucide, inlined as a sprite of those a page really uses."""

import re
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_used: ContextVar[dict[str, None] | None] = ContextVar("icons", default=None)


class Icons:
    """`use(name)` in components while a page renders, `sprite()` at its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        _used.set({})

    def use(self, name: str) -> str:
        """Note that this page needs the icon, and return its name; an unknown one is a dot."""
        known = name if _shape(self.folder, name) else "dot"
        used = _used.get()
        if used is not None:
            used[known] = None
        return known

    def sprite(self) -> Markup:
        """Return the symbols of all icons used since `begin`."""
        symbols = [
            f'<symbol id="i-{name}" viewBox="0 0 24 24">{_shape(self.folder, name)}</symbol>'
            for name in _used.get() or ()
        ]
        return Markup(f'<svg class="sprite" aria-hidden="true">{"".join(symbols)}</svg>')  # noqa: S704  (files of lucide, not input)


@lru_cache(maxsize=512)
def _shape(folder: Path, name: str) -> str:
    """Return what is drawn inside the icon, or nothing when there is no such icon."""
    file = folder / f"{name}.svg"
    if not NAME.fullmatch(name) or not file.is_file():
        return ""
    inside = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(), re.DOTALL)
    return (
        re.sub(r"\s+", " ", inside[1]).replace(" />", "/>").replace("> <", "><").strip()
        if inside
        else ""
    )
