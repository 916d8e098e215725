"""Captions: what is a WebVTT or SubRip file, and the WebVTT that is kept of it."""

import re
from base64 import b64decode

from kit.errors import BadRequest

# BCP 47, as far as a browser's <track srclang> and a file name need it; Bunny adds "-auto".
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_VTT_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_CUE = re.compile(rf"^({_VTT_TIME})[ \t]+-->[ \t]+({_VTT_TIME})(?:[ \t]+\S.*)?$", re.MULTILINE)
_SRT_ARROW = re.compile(
    r"^(\d{1,2}):([0-5]\d):([0-5]\d)[,.](\d{1,3})[ \t]*-->[ \t]*"
    r"(\d{1,2}):([0-5]\d):([0-5]\d)[,.](\d{1,3}).*$",
    re.MULTILINE,
)


class BadCaptions(BadRequest):
    """This is no WebVTT or SubRip file that can be read; `errors` says why."""

    def __init__(self, *errors: str) -> None:
        super().__init__(" ".join(errors) or None, errors=list(errors))


def check_language(srclang: str) -> str:
    if len(srclang) > 35 or not LANGUAGE.fullmatch(srclang):
        raise BadCaptions("srclang must be a language code such as fr or pt-BR.")
    return srclang


def from_base64(text: str, maximum: int) -> bytes:
    if len(text) > maximum * 4 // 3 + 4:
        raise BadCaptions(f"The captions file is larger than {maximum} bytes.")
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise BadCaptions("captionsFile must be the file in Base64.") from error


def as_webvtt(content: bytes) -> bytes:
    """Return WebVTT made of a .vtt or .srt file; raise BadCaptions when it is neither."""
    text = _text(content)
    if "\x00" in text:
        raise BadCaptions("The captions file is not text.")
    if not text.startswith("WEBVTT"):
        text = "WEBVTT\n\n" + _SRT_ARROW.sub(_arrow, text)
    if not _CUE.search(text):
        raise BadCaptions("The captions file has no cue with a start and an end.")
    return (text.rstrip("\n") + "\n").encode()


def _text(content: bytes) -> str:
    """Decode: UTF-8 (or 16 with a mark), else Windows-1252, in which many .srt still are."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")


def _arrow(found: re.Match[str]) -> str:
    """Write a SubRip time line as WebVTT does: two-digit hours, a point, three digits."""
    groups = found.groups()
    times = [groups[:4], groups[4:]]
    start, end = (f"{int(h):02}:{m}:{s}.{part.ljust(3, '0')}" for h, m, s, part in times)
    return f"{start} --> {end}"
