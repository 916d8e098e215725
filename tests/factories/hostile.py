"""Files that are not what they seem: each tries to make a decoder do what it should not."""

import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.factories.footage import a_film, ffmpeg

Made = Callable[[Path, Path], Path]  # a folder, a secret file → the hostile file


def a_playlist(folder: Path, secret: Path) -> Path:
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    return _written(folder / "playlist.mp4", text.encode())


def a_plain_playlist(folder: Path, secret: Path) -> Path:
    return a_playlist(folder, secret).rename(folder / "playlist.m3u8")


def a_list_of_files(folder: Path, secret: Path) -> Path:
    return _written(folder / "concat.mp4", f"ffconcat version 1.0\nfile '{secret}'\n".encode())


def a_dash_manifest(folder: Path, secret: Path) -> Path:
    text = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4">'
        f'<Representation id="1" bandwidth="9"><BaseURL>file://{secret}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return _written(folder / "manifest.mp4", text.encode())


def an_avi_with_a_playlist_for_subtitles(folder: Path, secret: Path) -> Path:
    """GAB2: the chunk of an AVI that hands its content to another demuxer."""
    film = a_film(folder / "plain.avi", seconds=1)
    inner = a_playlist(folder, secret).read_bytes()
    chunk = b"GAB2\0" + struct.pack("<HIHI", 2, 0, 4, len(inner)) + inner
    raw = film.read_bytes()
    at = raw.index(b"movi") + 4
    chunk = b"02tx" + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
    return _written(folder / "gab2.avi", raw[:at] + chunk + raw[at:])


def a_film_whose_data_is_elsewhere(folder: Path, secret: Path) -> Path:
    """Make a QuickTime alias (dref) that names another file of the machine."""
    film = a_film(folder / "plain.mov", seconds=1, sounds=0)
    name = b"disk" + str(secret).replace("/", ":").encode()
    level = struct.pack(">HH", 2, len(name)) + name + b"\0" * (len(name) % 2)
    alias = bytes(10) + b"\x04disk" + bytes(23) + bytes(12)
    alias += b"\x0asecret.txt" + bytes(53) + bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    alias += level + struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    return _written(folder / "dref.mov", _with_dref(film.read_bytes(), entry))


def _with_dref(raw: bytes, entry: bytes) -> bytes:
    """Put `entry` in place of the self-reference, in a file whose moov comes last."""
    at = raw.index(b"dref") - 4
    old = struct.unpack_from(">I", raw, at)[0]
    new = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    out = bytearray(raw[:at] + new + raw[at + old :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        start = out.rindex(kind, 0, at) - 4
        size = struct.unpack_from(">I", out, start)[0]
        struct.pack_into(">I", out, start, size + len(new) - old)
    return bytes(out)


def an_enormous_picture(folder: Path, _: Path) -> Path:
    """Make a small VP8 film whose first frame says it is 16383 by 16383 pixels."""
    vp8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "100k")
    film = a_film(folder / "small.webm", seconds=1, sounds=0, video=vp8)
    raw = bytearray(film.read_bytes())
    at = raw.index(b"\x9d\x01\x2a") + 3
    struct.pack_into("<HH", raw, at, 0x3FFF, 0x3FFF)
    return _written(folder / "enormous.webm", bytes(raw))


def an_endless_film(folder: Path, _: Path) -> Path:
    """Make a film of 25 frames, of which each lasts for weeks."""
    raw = bytearray(a_film(folder / "short.mp4", seconds=1, sounds=0).read_bytes())
    struct.pack_into(">I", raw, raw.index(b"stts") + 16, 2**31 - 1)
    return _written(folder / "endless.mp4", bytes(raw))


def too_many_streams(folder: Path, _: Path) -> Path:
    small = ("-c:v", "libx264", "-preset", "ultrafast", "-s", "32x32")
    maps = ("-map", "0:v") * 70
    path = folder / "streams.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=s=32x32:d=0.2", *maps, *small, str(path))
    return path


def sound_alone(folder: Path, _: Path) -> Path:
    path = folder / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", str(path))
    return path


def sound_with_a_cover(folder: Path, secret: Path) -> Path:
    path = folder / "album.m4a"
    ffmpeg(
        "-i", str(sound_alone(folder, secret)), "-i", str(a_photograph(folder, secret)),
        "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v:0", "attached_pic", str(path),
    )  # fmt: skip
    return path


def a_photograph(folder: Path, _: Path) -> Path:
    path = folder / "photograph.jpg"
    Image.effect_noise((320, 240), 60).save(path)
    return path


def subtitles_alone(folder: Path, _: Path) -> Path:
    return _written(folder / "film.srt", b"1\n00:00:01,000 --> 00:00:02,000\nBonjour\n")


def nothing(folder: Path, _: Path) -> Path:
    return _written(folder / "nothing.mp4", b"")


def a_page(folder: Path, secret: Path) -> Path:
    text = f'<html><body><video src="file://{secret}"></video></body></html>'
    return _written(folder / "page.mp4", text.encode())


def a_drawing(folder: Path, secret: Path) -> Path:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<image xlink:href="file://{secret}" width="99" height="99"/></svg>'
    )
    return _written(folder / "drawing.mp4", text.encode())


def only_a_beginning(folder: Path, _: Path) -> Path:
    """Make a film whose index comes last, cut in the middle: there is no index."""
    raw = a_film(folder / "whole.mp4", seconds=2).read_bytes()
    return _written(folder / "beginning.mp4", raw[: len(raw) // 2])


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


EVERY: tuple[Made, ...] = (
    a_playlist, a_plain_playlist, a_list_of_files, a_dash_manifest,
    an_avi_with_a_playlist_for_subtitles, a_film_whose_data_is_elsewhere, an_enormous_picture,
    an_endless_film, too_many_streams, sound_alone, sound_with_a_cover, a_photograph,
    subtitles_alone, nothing, a_page, a_drawing, only_a_beginning,
)  # fmt: skip
