"""Cutting a clip: only the segments it needs are fetched, and ffmpeg sees files alone.

ffmpeg may open files and no network, as MP4 and MPEG-TS only, with limits of time and processor.
"""

import asyncio
import resource
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from publisher_service.providers.calls import call, line
from publisher_service.rules.footage import Part, chosen, part

SECONDS = 900.0
MOST_BYTES = 2 * 1024**3
PLAYLIST_BYTES = 4 * 1024**2
GUARD = (
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,mpegts",
    "-max_pixels",
    "40000000",
)


class CutFailed(Exception):
    """The clip could not be cut."""


@dataclass(frozen=True)
class Cut:
    playlist_url: str
    start: float
    end: float
    filters: str


class Scissors:
    def __init__(self, ffmpeg: str = "") -> None:
        self.ffmpeg = ffmpeg or str(imageio_ffmpeg.get_ffmpeg_exe())
        self.http = line()

    @asynccontextmanager
    async def clip(self, cut: Cut) -> AsyncIterator[Path]:
        """Give the clip's file, for as long as the block lasts. Raise CutFailed, FootageUnread."""
        with tempfile.TemporaryDirectory(prefix="karangou-clip-") as name:
            folder = Path(name)
            picture, sound = chosen(await self._text(cut.playlist_url), cut.playlist_url)
            inputs = [await self._fetched(picture, cut, folder / "picture")]
            if sound is not None:
                inputs.append(await self._fetched(sound, cut, folder / "sound"))
            made = folder / "clip.mp4"
            await self._encode(cut, inputs, made)
            yield made

    async def close(self) -> None:
        await self.http.aclose()

    async def _text(self, url: str) -> str:
        answer = await call(self.http, "GET", url)
        if not answer.is_success or len(answer.content) > PLAYLIST_BYTES:
            raise CutFailed(f"the film's playlist answered {answer.status_code}")
        return answer.text

    async def _fetched(self, playlist: str, cut: Cut, file: Path) -> tuple[Path, Part]:
        """Put the segments of the clip one after the other into one file."""
        needed = part(await self._text(playlist), playlist, cut.start, cut.end)
        written = 0
        with file.open("wb") as out:
            for url in needed.files:
                async with self.http.stream("GET", url) as answer:
                    if not answer.is_success:
                        raise CutFailed(f"a segment answered {answer.status_code}")
                    async for piece in answer.aiter_bytes():
                        written += out.write(piece)
                        if written > MOST_BYTES:
                            raise CutFailed("its segments are too large")
        return file, needed

    async def _encode(self, cut: Cut, inputs: list[tuple[Path, Part]], made: Path) -> None:
        seconds = f"{cut.end - cut.start:.3f}"
        opened: list[str] = []
        for file, needed in inputs:
            opened += [*GUARD, "-ss", f"{needed.skip:.3f}", "-t", seconds, "-i", f"file:{file}"]
        await self._run([
            *opened, "-map", "0:v:0", "-map", f"{len(inputs) - 1}:a:0?",
            "-vf", f"{cut.filters},setsar=1", "-c:v", "libx264", "-preset", "veryfast",
            "-crf", "21", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", "-ac", "2",
            "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", str(made),
        ])  # fmt: skip

    async def _run(self, arguments: list[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            self.ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )  # fmt: skip
        try:
            _limit(process.pid)
            async with asyncio.timeout(SECONDS):
                _, said = await process.communicate()
        except TimeoutError:
            raise CutFailed("it took too long") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise CutFailed(" ".join(word for word in " ".join(last).split() if "/" not in word))


def _limit(pid: int) -> None:
    """Bound processor time and what it writes, where the system can (Linux)."""
    if hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_CPU, (int(SECONDS) * 2, int(SECONDS) * 2))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
