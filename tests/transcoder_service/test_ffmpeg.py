"""ffmpeg in its cage: no longer, no larger and no more of it than allowed, and never orphaned."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.factories.footage import a_film
from tests.transcoder_service.world import until
from transcoder_service.providers.ffmpeg import (
    FfmpegFailed,
    FfmpegTimedOut,
    Limits,
    encode,
    guarded_input,
    program,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SLOW = ["-vf", "scale=3840:2160", "-c:v", "libx264", "-preset", "placebo"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_film(tmp_path_factory.mktemp("films") / "film.mp4", seconds=30)


def running(mark: Path) -> list[psutil.Process]:
    """Return the living processes that were told of a path."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        told = " ".join(process.info["cmdline"] or [])
        if str(mark) in told and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


async def test_progress_is_told_in_seconds_of_film(film: Path, tmp_path: Path) -> None:
    told: list[float] = []

    async def note(seconds: float) -> None:
        told.append(seconds)

    output = tmp_path / "output.mp4"
    arguments = [*guarded_input(film), "-c:v", "libx264", "-preset", "ultrafast", str(output)]
    await encode(program(), arguments, Limits(seconds=60), note)
    assert told == sorted(told)
    assert 29 < told[-1] < 31


async def test_what_takes_too_long_is_killed(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    began = time.monotonic()
    with pytest.raises(FfmpegTimedOut):
        await encode(program(), [*guarded_input(film), *SLOW, str(output)], Limits(seconds=1))
    assert time.monotonic() - began < 10
    assert running(output) == []


async def test_what_uses_too_much_processor_time_is_killed(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    limits = Limits(seconds=120, cores=0)  # one second of processor time
    with pytest.raises(FfmpegFailed, match="more time or memory"):
        await encode(program(), [*guarded_input(film), *SLOW, str(output)], limits)


async def test_what_writes_too_much_is_stopped(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mkv"
    limits = Limits(seconds=60, file_bytes=100_000)
    with pytest.raises(FfmpegFailed):
        await encode(program(), [*guarded_input(film), "-c", "copy", str(output)], limits)
    assert output.stat().st_size <= 100_000


async def test_what_takes_too_much_memory_fails(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    limits = Limits(seconds=60, memory_bytes=300 * 1024**2)
    with pytest.raises(FfmpegFailed):
        await encode(program(), [*guarded_input(film), *SLOW, str(output)], limits)


async def test_it_sees_no_environment(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    arguments = [*guarded_input(film, "-re"), "-c", "copy", str(output)]
    work = asyncio.create_task(encode(program(), arguments, Limits(seconds=60)))
    await until(lambda: any(one.name().startswith("ffmpeg") for one in running(output)))
    assert [one.environ() for one in running(output)] == [{}]
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_cancelled_run_leaves_no_process(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    arguments = [*guarded_input(film), *SLOW, str(output)]
    work = asyncio.create_task(encode(program(), arguments, Limits(seconds=60)))
    await until(lambda: bool(running(output)))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert running(output) == []


PARENT = """
import asyncio, sys
from pathlib import Path
from transcoder_service.providers.ffmpeg import Limits, encode, guarded_input, program
film, output, *slow = sys.argv[1:]
asyncio.run(encode(program(), [*guarded_input(Path(film)), *slow, output], Limits(seconds=600)))
"""


async def test_it_dies_with_its_parent_however_that_dies(film: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    command = [sys.executable, "-c", PARENT, str(film), str(output), *SLOW]
    parent = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220  (it is to be killed)
    try:
        await until(lambda: any(one.name().startswith("ffmpeg") for one in running(output)))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    await until(lambda: not running(output))
