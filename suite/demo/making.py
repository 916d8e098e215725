"""Make a sample film with ffmpeg's own sources, and cut pictures out of it."""

import asyncio
import io
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from suite.demo import drawing
from suite.demo.films import RATE, SECONDS, Sample
from suite.errors import Stop

FADES = f"fade=t=in:d=1,fade=t=out:st={SECONDS - 1.5}:d=1.5"
SOUND_FADES = f"afade=t=in:d=0.5,afade=t=out:st={SECONDS - 2}:d=2"
Progress = Callable[[int], None]


async def make(sample: Sample, folder: Path, progress: Progress) -> Path:
    """Return the film's file, made unless it is there; `progress` hears percents."""
    finished = folder / f"{sample.slug}.mp4"
    if finished.exists():
        return finished
    pictures = [await asyncio.to_thread(drawing.draw, name, folder) for name in sample.draws]
    begun = folder / f"{sample.slug}.new.mp4"
    graph = f"{sample.picture};[v]{FADES}[video];{sample.music},{SOUND_FADES}[sound]"
    words = [word for path in pictures for word in ("-i", str(path))]
    await _ffmpeg(
        *words, "-filter_complex", graph, "-map", "[video]", "-map", "[sound]",
        "-t", str(SECONDS), "-r", str(RATE), "-pix_fmt", "yuv420p",
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "19", "-c:a", "aac", "-b:a", "160k",
        "-movflags", "+faststart", str(begun),
        progress=progress,
    )  # fmt: skip
    begun.replace(finished)
    return finished


async def pictures(sample: Sample, film: Path) -> tuple[bytes, bytes]:
    """Return the poster and the backdrop, as JPEG."""
    raw = await _ffmpeg(
        "-ss", str(sample.poster_at), "-i", str(film),
        "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-",
    )  # fmt: skip
    frame = Image.open(io.BytesIO(raw)).convert("RGB")
    series = "Petites mécaniques · épisode" if sample.episode else "Un film de démonstration"
    note = f"{series} {sample.episode or ''}".strip()
    poster = await asyncio.to_thread(drawing.poster, frame, sample.poster_left, sample.title, note)
    return _jpeg(poster), _jpeg(frame)


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


async def _ffmpeg(*words: str, progress: Progress | None = None) -> bytes:
    """Run ffmpeg, and return what it wrote to its standard output."""
    heard = ["-progress", "pipe:1", "-nostats"] if progress else []
    process = await asyncio.create_subprocess_exec(
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y",
        *heard, *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101  (asked for above)
    try:
        if progress:
            async for line in process.stdout:
                name, _, value = line.decode().strip().partition("=")
                if name == "out_time_us" and value.isdigit():
                    progress(min(99, int(value) // (SECONDS * 10_000)))
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise Stop(f"ffmpeg could not make a sample film: {errors.decode()[-500:].strip()}")
    return output
