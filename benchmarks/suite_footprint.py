"""How long the suite takes to be ready, what it weighs, and what it does while nobody calls.

    ./karangou bench suite_footprint

Goals: every service ready within 10 s from the second start on; at most 700 MB resident with its
engines (proportional set size where the system tells it: PostgreSQL's processes share memory);
at most 3 % of one core while idle.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=float, default=30, help="seconds before measuring")
    parser.add_argument("--seconds", type=float, default=30, help="seconds to measure idle CPU")
    wish = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="kf"))
    try:
        for start in ("first", "second"):
            process, ready = _start(data)
            print(f"{start} start: ready after {ready:.1f} s")
            if start == "second":
                _measure(data, process, wish.settle, wish.seconds, ready)
            process.send_signal(signal.SIGINT)
            process.wait(60)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _start(data: Path) -> tuple[subprocess.Popen[str], float]:
    """Start the suite on free ports; return it and the seconds until every service was ready."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "suite", "up", "--data", str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | _free_ports(),
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(f"    {line.rstrip()}")
        if "Ctrl-C stops everything" in line:
            return process, time.monotonic() - began
    raise SystemExit("The suite did not start.")


def _free_ports() -> dict[str, str]:
    from suite.services import all_services  # noqa: PLC0415  (only when it runs)

    found, held = {}, []
    for service in all_services():
        held.append(socket.create_server(("127.0.0.1", 0)))
        found[f"{service.prefix}PORT"] = str(held[-1].getsockname()[1])
    for one in held:
        one.close()
    return found


def _measure(
    data: Path, process: subprocess.Popen[str], settle: float, seconds: float, ready: float
) -> None:
    time.sleep(settle)
    processes = _family(data, process.pid)
    before = {one.pid: _cpu(one) for one in processes}
    time.sleep(seconds)
    print(f"\n{'process':<24}{'PSS MB':>8}{'RSS MB':>8}{'CPU %':>8}")
    total, used = 0.0, 0.0
    for one in sorted(processes, key=_weight, reverse=True):
        cpu = (_cpu(one) - before[one.pid]) / seconds * 100
        total, used = total + _weight(one), used + cpu
        rss = one.memory_info().rss / MEGABYTE
        print(f"{_name(one):<24}{_weight(one):>8.1f}{rss:>8.1f}{cpu:>8.2f}")
    for words, value, goal in (
        ("ready, second start (s)", ready, 10),
        ("resident (MB)", total, 700),
        ("idle CPU (% of a core)", used, 3),
    ):
        print(f"{words:<24}{value:>8.1f}  goal {goal}  {'met' if value <= goal else 'MISSED'}")


def _family(data: Path, launcher: int) -> list[psutil.Process]:
    """Return the launcher and the engines of this data folder, with all their children."""
    roots = [psutil.Process(launcher)]
    for one in psutil.process_iter(["cmdline"]):
        words = " ".join(one.info["cmdline"] or ())
        if str(data) in words and ("postgres" in words or "valkey" in words):
            roots.append(one)
    found = {one.pid: one for root in roots for one in (root, *root.children(recursive=True))}
    return list(found.values())


def _weight(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / MEGABYTE
    except (psutil.AccessDenied, AttributeError):
        return process.memory_info().rss / MEGABYTE


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _name(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    found = re.match(r"postgres: ([\w ]+)", words)
    return found.group(0)[:23] if found else process.name()[:23]


if __name__ == "__main__":
    main()
