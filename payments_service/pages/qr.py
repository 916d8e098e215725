"""QR codes as SVG."""

import segno
from markupsafe import Markup


def qr(text: str) -> Markup:
    """Return a QR code: middle error correction, for crumpled paper.

    Any mask can be read; trying all eight for the prettiest would cost five times as much.
    """
    drawn = segno.make(text, error="m", micro=False, mask=3)
    return Markup(  # noqa: S704  (drawn here)
        drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    )
