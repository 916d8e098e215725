"""`./karangou bench`: the measurements in `benchmarks/`, by name."""

import ast
import os
import subprocess
import sys
from collections.abc import Sequence

from suite.services import ROOT
from suite.terminal import say

FOLDER = ROOT / "benchmarks"


def run_benchmark(words: Sequence[str]) -> int:
    """Run the benchmark of that name with the other words, or list what there is."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    if not words or words[0] not in names:
        for name in names:
            say(f"{name:20} {_about(name)}")
        return 0 if not words else 1
    program = [sys.executable, "-m", f"benchmarks.{words[0]}", *words[1:]]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(program, cwd=ROOT, env=environment, check=False).returncode


def _about(name: str) -> str:
    """Return what a benchmark says of itself in its first line."""
    said = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text())) or ""
    return said.partition("\n")[0]
