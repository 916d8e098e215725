"""Templates filled in: one body becomes the plain text and the HTML of a mail."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

PLACE = re.compile(r"\{([a-z_]+)\}")
BUTTON = re.compile(r"^\[([^\]\n]+)\]\((\S+)\)$")
LINE = re.compile(r"[^\S\u00a0\u202f]+")  # what holds "5 000 F" together stays
SAFE = ("https://", "http://")


@dataclass(frozen=True)
class Part:
    """A paragraph, or a button when there is a `url`."""

    text: str
    url: str = ""


def placeholders(*texts: str) -> set[str]:
    """Return the values that these texts name."""
    return {name for text in texts for name in PLACE.findall(text)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; what is not known stays empty, and leaves no lonely comma."""
    filled = PLACE.sub(lambda found: values.get(found[1], ""), text)
    return re.sub(r" +([,.])", r"\1", filled)


def one_line(text: str, values: Mapping[str, str]) -> str:
    """Fill in a subject or a brief: one line, whatever the values hold."""
    return LINE.sub(" ", fill(text, values)).strip()


def parts(body: str, values: Mapping[str, str]) -> list[Part]:
    """Return the paragraphs and buttons of a body. A value cannot make a button of itself."""
    found = []
    for block in re.split(r"\n\s*\n", body.strip()):
        if button := BUTTON.match(block.strip()):
            url = fill(button[2], values).strip()
            if url.startswith(SAFE):
                found.append(Part(one_line(button[1], values), url))
        elif text := fill(block, values).strip():
            found.extend(Part(one.strip()) for one in re.split(r"\n\s*\n", text))
    return found


def plain(found: Iterable[Part]) -> str:
    """Return the plain text: buttons are their words and their address."""
    return "\n\n".join(f"{part.text} :\n{part.url}" if part.url else part.text for part in found)


def html(found: Iterable[Part], accent: str, on_accent: str, hint: str) -> str:
    """Return the inside of the HTML part: paragraphs and buttons, nothing else."""
    return "\n".join(
        _button(part, accent, on_accent, hint) if part.url else _paragraph(part.text)
        for part in found
    )


def _paragraph(text: str) -> str:
    words = escape(text).replace("\n", "<br>")
    return f'<p style="margin:0 0 16px">{words}</p>'


def _button(part: Part, accent: str, on_accent: str, hint: str) -> str:
    url, words = escape(part.url, quote=True), escape(part.text)
    look = (
        f"display:inline-block;padding:12px 20px;border-radius:8px;background:{accent};"
        f"color:{on_accent};font-weight:600;text-decoration:none"
    )
    return (
        f'<p style="margin:24px 0 8px"><a href="{url}" style="{look}">{words}</a></p>\n'
        f'<p style="margin:0 0 24px;font-size:13px;color:#6b6570">{escape(hint)}<br>'
        f'<span style="word-break:break-all">{url}</span></p>'
    )
