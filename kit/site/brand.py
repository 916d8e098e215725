"""The brand: a name, perhaps a logo, and one accent that stays readable on night and day."""

from pathlib import Path

from kit.schema import Schema
from kit.site.settings import SiteSettings

INK, PAPER = "#0d0b10", "#faf6ee"
READABLE = 4.5
LOGO_KINDS = frozenset({".svg", ".png", ".webp"})


class Brand(Schema):
    name: str
    tagline: str
    logo: str
    """The static file of the logo; empty when the name is written out."""


def brand(settings: SiteSettings) -> Brand:
    file = Path(settings.brand_logo)
    logo = f"brand/logo{file.suffix}" if settings.brand_logo else ""
    return Brand(name=settings.brand_name, tagline=settings.brand_tagline, logo=logo)


def files(settings: SiteSettings) -> dict[str, bytes]:
    """Return the static files that the brand adds: its colours, its logo."""
    made: dict[str, bytes] = {}
    if settings.brand_accent:
        made["css/tokens/brand.css"] = _colours(settings.brand_accent).encode()
    if settings.brand_logo:
        file = Path(settings.brand_logo)
        if file.suffix not in LOGO_KINDS:
            raise ValueError(f"BRAND_LOGO must be an .svg, .png or .webp file, not {file.name}")
        made[f"brand/logo{file.suffix}"] = file.read_bytes()
    return made


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return the colour, moved towards black or white until text in it can be read on `ground`."""
    aim = INK if _luminance(ground) > 0.5 else "#ffffff"
    for step in range(21):
        mixed = _mix(colour, aim, step / 20)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return aim


def _colours(accent: str) -> str:
    on_accent = INK if contrast(accent, INK) >= contrast(accent, "#ffffff") else "#ffffff"
    day = f"--accent-text:{readable(accent, PAPER)};"
    return (
        f":root{{--accent:{accent};--on-accent:{on_accent};"
        f"--accent-text:{readable(accent, INK)}}}"
        f':root[data-theme="light"]{{{day}}}'
        f'@media (prefers-color-scheme:light){{:root[data-theme="auto"]{{{day}}}}}'
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
