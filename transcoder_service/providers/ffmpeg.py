"""ffmpeg on hostile ground: caged, watched, and killed with everything it started."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from transcoder_service.rules.sources import DEMUXERS, MAX_PIXELS, PROTOCOLS, EncodingFailed

CAGE = Path(__file__).with_name("cage.py")
TAIL = 4000  # characters kept of what a program complains about
GIGABYTE = 1024**3

Progress = Callable[[float], Awaitable[None]]


class FfmpegFailed(EncodingFailed):
    """ffmpeg could not read or encode this file."""


class FfmpegTimedOut(FfmpegFailed):
    """ffmpeg took longer than any honest film would."""


@dataclass(frozen=True)
class Limits:
    seconds: float  # on the clock; processor time may be `cores` times that
    file_bytes: int = 64 * 1024**2
    memory_bytes: int = 6 * GIGABYTE
    cores: int = 2
    nice: int = 5

    def told(self) -> str:
        return json.dumps(
            {
                "parent": os.getpid(),
                "cpu": int(self.seconds * self.cores) + 1,
                "memory": self.memory_bytes,
                "file": self.file_bytes,
                "nice": self.nice,
            }
        )


def program(setting: str = "") -> str:
    """Return the ffmpeg to run: the one set, or the one of the imageio-ffmpeg wheel."""
    return setting or str(imageio_ffmpeg.get_ffmpeg_exe())


def guarded_input(path: Path, *options: str) -> list[str]:
    """Return the arguments that open a film nobody vouches for."""
    return [
        "-protocol_whitelist", PROTOCOLS, "-format_whitelist", ",".join(DEMUXERS),
        "-max_pixels", str(MAX_PIXELS),
        *options, "-i", f"file:{path}",
    ]  # fmt: skip


async def encode(
    ffmpeg: str, arguments: list[str], limits: Limits, progress: Progress | None = None
) -> None:
    """Run ffmpeg; tell `progress` how many seconds are written; raise what it complains about."""
    command = [
        ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-nostats", "-y",
        "-max_alloc", str(512 * 1024**2), "-progress", "pipe:1", "-stats_period", "1", *arguments,
    ]  # fmt: skip

    async def line(text: str) -> None:
        key, _, value = text.partition("=")
        if progress and key == "out_time_us" and value.strip().lstrip("-").isdigit():
            await progress(int(value) / 1e6)

    await run(command, limits, line)


async def run(command: list[str], limits: Limits, line: Callable[[str], Awaitable[None]]) -> None:
    """Run a program in the cage, and hand on each line it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(CAGE), limits.told(), *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},
        limit=1024 * 1024,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101  (asked for above)
    assert process.stderr is not None  # noqa: S101
    complaint = asyncio.create_task(_tail(process.stderr))
    try:
        async with asyncio.timeout(limits.seconds):
            async for raw in process.stdout:
                await line(raw.decode(errors="replace"))
            await process.wait()
    except TimeoutError:
        raise FfmpegTimedOut from None
    finally:
        await asyncio.shield(_end(process))
        said = await complaint
    if process.returncode:
        raise FfmpegFailed(_reason(process.returncode, said))


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while piece := await stream.read(4096):
        kept = (kept + piece)[-TAIL:]
    return kept.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave nothing running: kill the whole session of a program that has not ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):  # not yet the leader of its group
            process.kill()
        await process.wait()


def _reason(code: int, said: str) -> str:
    """Put an exit code and the last complaint into words, without paths of this machine."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "Reading the film took more time or memory than is allowed."
    if code == -signal.SIGXFSZ:
        return "Encoding the film wrote more than is allowed."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else f"it ended with code {code}"
    words = " ".join(word for word in last.split() if "/" not in word)
    return f"The film could not be read to its end: {words}"[:500]
