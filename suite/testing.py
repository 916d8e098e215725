"""`./karangou lint` and `./karangou test`: what must pass before anything is merged."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from suite.browser import VARIABLE, ensure_chromium
from suite.services import ROOT, all_services

WORKERS = 2


def run_linters() -> int:
    """Run every linter; return 1 when one of them found something."""
    packages = ["kit", "suite", "tests", *(service.folder for service in all_services())]
    programs = (
        ["ruff", "check", ".", "karangou"],
        ["ruff", "format", "--check", "."],
        ["mypy", *packages],
        ["lint-imports"],
    )
    here = Path(sys.executable).parent
    codes = [
        subprocess.run([here / program, *words], cwd=ROOT, check=False).returncode
        for program, *words in programs
    ]
    return 1 if any(codes) else 0


def run_tests(words: Sequence[str]) -> int:
    """Run pytest on everything, or on what `words` name; return its exit code."""
    chromium = ensure_chromium()
    parallel = [] if _names_few(words) else ["-n", str(WORKERS), "--dist", "worksteal"]
    environment = os.environ | {VARIABLE: chromium, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *parallel, *words], cwd=ROOT, env=environment, check=False
    )
    return done.returncode


def _names_few(words: Sequence[str]) -> bool:
    return "-n" in words or any("::" in word for word in words)
