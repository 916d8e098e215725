"""The Chromium that walks through the pages in tests: the system's, Debian's, or playwright's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from suite.errors import Stop
from suite.terminal import say

VARIABLE = "KARANGOU_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium() -> str:
    """Return the path of a Chromium, or nothing."""
    found = [os.environ.get(VARIABLE), *map(shutil.which, NAMES), MACOS, _playwrights()]
    return next((path for path in found if path and Path(path).exists()), "")


def ensure_chromium() -> str:
    """Return the path of a Chromium, installed if there is none."""
    if path := find_chromium():
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium (once) …")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *words], env=quiet, check=False)  # noqa: S607
    if not find_chromium():
        say("Fetching playwright's Chromium (once) …")
        words = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(words, check=False)
    if path := find_chromium():
        return path
    raise Stop(f"The tests need Chromium: install one, or say in {VARIABLE} where it is.")


def _playwrights() -> str:
    """Return where playwright keeps its own Chromium, if it has one."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _cache() / "ms-playwright")
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    found = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return str(found[-1]) if found else ""


def _cache() -> Path:
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
