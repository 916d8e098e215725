"""What a film's file holds once it is probed, and whether it may be encoded."""

from fractions import Fraction
from math import gcd
from typing import ClassVar

from kit.errors import AppError
from kit.schema import Schema

# Demuxers by ffmpeg's own names. No playlists, no lists of files, no pictures, and no AVI:
# its GAB2 chunk hands the subtitles inside to whichever demuxer claims them.
DEMUXERS = ("mov", "matroska", "webm", "mpegts", "mpeg", "flv", "ogg", "mxf", "asf")
INDEXED = frozenset(("mov", "matroska", "mxf"))
PROTOCOLS = "file,pipe"

PICTURE_CODECS = frozenset((
    "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "prores", "dnxhd",
    "h263", "flv1", "theora", "vc1", "wmv1", "wmv2", "wmv3", "msmpeg4v2", "msmpeg4v3", "ffv1",
    "mjpeg", "rawvideo",
))  # fmt: skip
HDR_TRANSFERS = frozenset(("smpte2084", "arib-std-b67"))

MAX_STREAMS = 64
MAX_AUDIO_TRACKS = 8
MIN_RATE, MAX_RATE = Fraction(1, 10), 300
MAX_PIXELS = 8192 * 4352


class EncodingFailed(AppError):
    """The film could not be encoded."""

    issue: ClassVar[int] = 7  # Bunny's TranscodingMessage.issueCode: OriginalCorrupted


class SourceRefused(EncodingFailed):
    """This file is not a film that can be encoded: trying again would change nothing."""

    status = 422


class PictureRefused(SourceRefused):
    """The picture is too large or too small to encode."""

    issue = 3


class RateRefused(SourceRefused):
    """The frame rate is not one a film can have."""

    issue = 4


class TooLong(SourceRefused):
    """The film is longer than this library accepts."""

    issue = 5


class Picture(Schema):
    index: int
    codec: str
    width: int  # as stored: before rotation, in its own pixels
    height: int
    rotation: int = 0  # degrees; 90 and 270 swap the sides
    aspect: tuple[int, int] = (1, 1)  # of one pixel
    rate: tuple[int, int] = (25, 1)  # frames a second, on average
    seconds: float = 0.0
    interlaced: bool = False
    transfer: str = ""
    matrix: str = ""
    keys: tuple[float, ...] = ()  # when its key frames are, in seconds, as far as known
    is_readable: bool = True  # its first frames could be decoded

    @property
    def is_hdr(self) -> bool:
        return self.transfer in HDR_TRANSFERS

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as they are looked at: square pixels, turned upright."""
        wide, tall = self.aspect
        width = self.width * wide // tall if wide > 0 and tall > 0 else self.width
        return (self.height, width) if self.rotation % 180 else (width, self.height)


class AudioTrack(Schema):
    index: int
    codec: str
    channels: int
    language: str = "und"
    title: str = ""
    is_default: bool = False


class TextTrack(Schema):
    index: int
    codec: str
    language: str = "und"
    title: str = ""


class Source(Schema):
    container: str
    seconds: float
    size: int
    streams: int
    picture: Picture | None = None
    audio: tuple[AudioTrack, ...] = ()
    texts: tuple[TextTrack, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds of picture, which is what the film lasts."""
        return (self.picture.seconds if self.picture else 0.0) or self.seconds


class Caps(Schema):
    """What one film may ask of the machine."""

    max_seconds: float = 72 * 3600
    max_side: int = 8192
    max_pixels: int = MAX_PIXELS


def check_source(source: Source, caps: Caps) -> Picture:
    """Return the picture to encode; raise what is wrong with the file, in words."""
    picture = source.picture
    if picture is None:
        raise SourceRefused("The file has no moving picture: upload a film, not sound or text.")
    if source.streams > MAX_STREAMS:
        raise SourceRefused(f"The file has {source.streams} streams; {MAX_STREAMS} are accepted.")
    if picture.codec not in PICTURE_CODECS:
        raise SourceRefused(f"Pictures coded as {picture.codec} are not accepted: use H.264.")
    _check_size(picture, caps)
    if not picture.is_readable:
        raise SourceRefused("The film's picture cannot be decoded: the file is damaged.")
    rate = Fraction(*picture.rate)
    if not MIN_RATE <= rate <= MAX_RATE:
        raise RateRefused(f"The film has {float(rate):g} frames a second, which cannot be right.")
    if source.duration <= 0:
        raise SourceRefused("The file does not say how long it lasts: it is probably cut short.")
    if source.duration > caps.max_seconds:
        hours = caps.max_seconds / 3600
        raise TooLong(f"The film is longer than the {hours:g} hours this library accepts.")
    return picture


def _check_size(picture: Picture, caps: Caps) -> None:
    width, height = picture.width, picture.height
    if width < 16 or height < 16:
        raise PictureRefused(f"The picture is only {width}x{height}.")
    if max(*picture.size, width, height) > caps.max_side or width * height > caps.max_pixels:
        raise PictureRefused(
            f"The picture is {width}x{height}; at most {caps.max_side} pixels a side are accepted."
        )


def is_seekable(source: Source) -> bool:
    """Say whether the container knows where its key frames are; others are only played through."""
    return source.container.partition(",")[0] in INDEXED


def square_pixels(wide: int, tall: int) -> tuple[int, int]:
    """Return a pixel's aspect reduced, and square where the file gives nonsense."""
    if wide <= 0 or tall <= 0 or not 1 / 8 < wide / tall < 8:
        return 1, 1
    shared = gcd(wide, tall)
    return wide // shared, tall // shared
