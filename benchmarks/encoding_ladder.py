"""How long a ladder takes, verification and all, beside one bare ffmpeg command.

    ./karangou bench encoding_ladder [--seconds 300] [--runs 3] [--source FILE]

The bare command decodes once, splits, scales every rendition from the source, and encodes it with
the very settings of our ladder, sound included, into HLS with fMP4 segments. It checks nothing,
publishes nothing before its end, and makes no pictures. Runs alternate; the best of each counts.
Prints wall and processor seconds of every run, and the two ratios.
"""

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcoder_service.actions.encoding import posters, texts
from transcoder_service.actions.encoding.ladder import Work
from transcoder_service.actions.encoding.publish import publish
from transcoder_service.actions.encoding.verify import verify
from transcoder_service.actions.encoding.workshop import Workshop
from transcoder_service.providers.ffmpeg import program
from transcoder_service.providers.probe import probe
from transcoder_service.providers.storage import Storage
from transcoder_service.rules import films, recipes, sources
from transcoder_service.rules.ladder import AUDIOS

CACHE = Path(__file__).resolve().parent.parent / "var" / "benchmarks"
MINUTE = 60


@dataclass
class Run:
    wall: float
    cpu: float
    playable: float = 0.0


def made_source(seconds: int) -> Path:
    """Return a 1080p film with motion, noise, cuts and sound; made once, then kept.

    It is one minute over and over: no encoder remembers that far back.
    """
    file = CACHE / f"source-1080p-{seconds}.mp4"
    if file.exists():
        return file
    CACHE.mkdir(parents=True, exist_ok=True)
    if seconds <= MINUTE:
        return _drawn(file, seconds)
    minute = made_source(MINUTE)
    loops = ["-stream_loop", str(-(-seconds // MINUTE) - 1), "-i", str(minute)]
    _ffmpeg([*loops, "-c", "copy", "-t", str(seconds)], file)
    return file


def _drawn(file: Path, seconds: int) -> Path:
    half = seconds // 2
    graph = (
        f"testsrc2=s=1920x1080:r=25:d={half},noise=alls=6:allf=t,format=yuv420p[a];"
        f"mandelbrot=s=960x540:r=25:end_scale=0.02:maxiter=400,trim=duration={seconds - half},"
        "scale=1920:1080,noise=alls=4:allf=t,format=yuv420p,setsar=1[b];"
        "[a][b]concat=n=2:v=1:a=0[v];"
        f"anoisesrc=c=pink:a=0.2:d={seconds}[n];sine=f=330:d={seconds}[s];[n][s]amix[x]"
    )
    encoded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-maxrate", "8M"]
    encoded += ["-bufsize", "16M", "-c:a", "aac", "-b:a", "160k", "-ac", "2", "-t", str(seconds)]
    _ffmpeg(["-filter_complex", graph, "-map", "[v]", "-map", "[x]", *encoded], file)
    return file


def _ffmpeg(arguments: list[str], file: Path) -> None:
    part = file.with_suffix(".part.mp4")
    subprocess.run([program(), "-v", "error", "-y", *arguments, str(part)], check=True)
    part.rename(file)


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime + own.ru_utime + own.ru_stime


async def planned(film: Path, cores: int) -> films.Plan:
    source = await probe(film)
    sources.check_source(source, sources.Caps())
    return films.plan(source, None, cores)


def bare(film: Path, plan: films.Plan, folder: Path) -> Run:
    """Run the one command everybody would write."""
    rungs, tracks = plan.rungs, AUDIOS if plan.source.audio else ()
    outs = "".join(f"[s{n}]" for n in range(len(rungs)))
    chains = [f"[0:v]split={len(rungs)}{outs}"]
    chains += [
        f"[s{n}]{f'framestep={rung.step},' if rung.step > 1 else ''}"
        f"scale={rung.width}:{rung.height},setsar=1,format=yuv420p[v{n}]"
        for n, rung in enumerate(rungs)
    ]
    command = ["nice", "-n", "5", program()]  # as our own
    command += ["-v", "error", "-y", "-nostdin", "-i", str(film)]
    command += ["-filter_complex", ";".join(chains)]
    for n, rung in enumerate(rungs):
        options = recipes.x264(rung, plan.grid, threads=0)
        hls = ["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod"]
        hls += ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", f"{rung.name}.mp4"]
        hls += ["-hls_segment_filename", f"{folder}/{rung.name}-%05d.m4s"]
        command += ["-map", f"[v{n}]", *options, *hls, f"{folder}/{rung.name}.m3u8"]
    for audio in tracks:
        hls = ["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod"]
        hls += ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", f"{audio.name}.mp4"]
        hls += ["-hls_segment_filename", f"{folder}/{audio.name}-%05d.m4s"]
        command += ["-map", "0:a:0", "-c:a", "aac", "-b:a", f"{audio.kilobits}k", "-ac"]
        command += [str(audio.channels), *hls, f"{folder}/{audio.name}.m3u8"]
    began, cpu = time.perf_counter(), children()
    subprocess.run(command, check=True)
    return Run(time.perf_counter() - began, children() - cpu)


class Stopwatch:
    def __init__(self, began: float) -> None:
        self.began = began
        self.playable_after = 0.0

    async def progress(self, percent: int) -> None:
        return None

    async def playable(self) -> None:
        self.playable_after = time.perf_counter() - self.began


async def ours(film: Path, folder: Path, cores: int) -> Run:
    """Do what the service does with a film, from the probe to the last verification."""
    began, cpu = time.perf_counter(), children()
    plan = await planned(film, cores)
    storage, watch = Storage.at(str(folder / "media")), Stopwatch(began)
    shop = Workshop(storage, "1/film/g0", folder / "scratch", film, plan, program(), cores)
    await shop.take_up()
    await Work(shop, watch, early=True).do()
    await verify(shop)
    rungs = await publish(shop)
    await posters.make(shop, rungs[-1], None)
    await texts.extract(shop)
    await verify(shop)
    return Run(time.perf_counter() - began, children() - cpu, watch.playable_after)


def in_folder(work: Callable[[Path], Run]) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="ladder-"))
    try:
        return work(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--source", type=Path)
    asked = parser.parse_args()
    film = (asked.source or made_source(asked.seconds)).absolute()
    cores = len(os.sched_getaffinity(0))
    plan = asyncio.run(planned(film, cores))
    print(f"{film.name}: {float(plan.seconds):.1f} s, {len(plan.rungs)} renditions, {cores} cores")
    print(f"load before: {os.getloadavg()}", flush=True)
    bares, ladders = list[Run](), list[Run]()
    for number in range(asked.runs):
        bares.append(in_folder(lambda folder: bare(film, plan, folder)))
        one = bares[-1]
        print(f"run {number + 1}: bare   {one.wall:7.1f} s wall {one.cpu:7.1f} s cpu", flush=True)
        ladders.append(in_folder(lambda folder: asyncio.run(ours(film, folder, cores))))
        one = ladders[-1]
        print(
            f"run {number + 1}: ladder {one.wall:7.1f} s wall {one.cpu:7.1f} s cpu,"
            f" playable after {one.playable:.2f} s",
            flush=True,
        )
    wall = min(run.wall for run in bares)
    print(f"ladder wall ÷ bare wall      {min(r.wall for r in ladders) / wall:.3f}  (goal 1.00)")
    print(
        f"playable ÷ bare wall         {min(r.playable for r in ladders) / wall:.3f}  (goal 0.10)"
    )
    cpu = min(run.cpu for run in bares)
    print(f"ladder cpu ÷ bare cpu        {min(r.cpu for r in ladders) / cpu:.3f}")


if __name__ == "__main__":
    main()
