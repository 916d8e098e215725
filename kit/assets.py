"""Static files without a build step: one fingerprint, one sheet, native modules.

Every file of a front-end is read and compressed when it starts, and served from memory under
`/static/<fingerprint of all files>/`. The fingerprint is a folder, so relative imports and
`url()` just work, and every answer may be kept for ever.

All sheets are one, `app.css`; but a folder `css/<part>/` that is no layer becomes `<part>.css`,
for the pages that link it: what few visitors see, the others need not load.
"""

import gzip
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

import brotli

LAYERS = ("tokens", "reset", "base", "layout", "components", "pages", "utilities")
SHEET = "app.css"
SMALL = 64 * 1024
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PACKED = frozenset({".woff2", ".png", ".jpg", ".webp", ".avif"})


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its bytes plain, and compressed where that helps."""

    media_type: str
    plain: bytes
    br: bytes = b""
    gz: bytes = b""

    def encoded(self, accept: str) -> tuple[bytes, str]:
        """Return the bytes for this Accept-Encoding, and the name of their encoding."""
        if self.br and "br" in accept:
            return self.br, "br"
        if self.gz and "gzip" in accept:
            return self.gz, "gzip"
        return self.plain, ""


class Assets:
    """The files of a front-end; a later folder wins over an earlier one."""

    def __init__(
        self,
        *folders: Path,
        vendor: Mapping[str, Path] | None = None,
        made: Mapping[str, bytes] | None = None,
        components: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """`vendor`: files of others by name; `made`: contents by name.

        `components`: which of them each sheet takes in (`app.css` all of them, when None): a
        visitor pays for what is used.
        """
        found = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for folder in folders
            for file in sorted(folder.rglob("*"))
            if file.is_file() and not file.name.startswith(".")
        }
        found |= {name: _vendor_file(path) for name, path in (vendor or {}).items()}
        found |= made or {}
        sheets = {SHEET: stylesheet(found, None if components is None else components[SHEET])}
        for part in parts(found):
            name = f"{part}.css"
            sheets[name] = stylesheet_of(part, found, (components or {}).get(name, frozenset()))
        found |= sheets
        self.files = {name: body for name, body in found.items() if not name.startswith("css/")}
        whole = b"".join(name.encode() + self.files[name] for name in sorted(self.files))
        self.fingerprint = sha256(whole).hexdigest()[:12]

    def url(self, name: str) -> str:
        """Return where `name` is served; the address changes when any file does."""
        if name not in self.files:
            raise FileNotFoundError(name)
        return f"/static/{self.fingerprint}/{name}"

    @cached_property
    def ready(self) -> dict[str, Asset]:
        """Every file as it is sent. Made once: call it before the first visitor comes."""
        return {name: _asset(name, body) for name, body in self.files.items()}


def stylesheet(files: Mapping[str, bytes], components: frozenset[str] | None = None) -> bytes:
    """Join all sheets in the order of their layers."""
    order = f"@layer {','.join(LAYERS)};"
    sheets = [
        f"@layer {layer}{{{slim(files[name].decode())}}}"
        for layer in LAYERS
        for name in sorted(files)
        if name.startswith((f"css/{layer}.", f"css/{layer}/")) and _is_wanted(name, components)
    ]
    return "\n".join([order, *sheets]).encode()


def parts(names: Iterable[str]) -> list[str]:
    """Return the parts of a front-end that have a sheet of their own."""
    folders = {name.split("/")[1] for name in names if re.fullmatch(r"css/[^/]+/.+\.css", name)}
    return sorted(folders - set(LAYERS))


def stylesheet_of(part: str, files: Mapping[str, bytes], components: frozenset[str]) -> bytes:
    """Join the sheets of one part, and those of the components that only it uses."""
    own = [name for name in sorted(files) if name.startswith(f"css/{part}/")]
    used = [f"css/components/{name}.css" for name in sorted(components)]
    layered = [("components", name) for name in used if name in files]
    layered += [("pages", name) for name in own]
    return "\n".join(
        f"@layer {layer}{{{slim(files[name].decode())}}}" for layer, name in layered
    ).encode()


def slim(css: str) -> str:
    """Leave out comments, and the space that only people need."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").replace(": ", ":").strip()


def _is_wanted(name: str, components: frozenset[str] | None) -> bool:
    folder, _, file = name.removesuffix(".css").rpartition("/")
    return components is None or folder != "css/components" or file in components


def _vendor_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{path} is missing: run `./karangou doctor`, which says how to fetch browser packages"
        ) from error


@cache
def _asset(name: str, body: bytes) -> Asset:
    """Compress a file, once for all front-ends of this process: they share most of them."""
    suffix = Path(name).suffix
    media_type = MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0]
    media_type = media_type or "application/octet-stream"
    if suffix in PACKED or len(body) < 200:
        return Asset(media_type, body)
    quality = 11 if len(body) <= SMALL else 9  # 11 takes a second for hls.js and saves 8 %
    return Asset(media_type, body, brotli.compress(body, quality=quality), gzip.compress(body, 9))
