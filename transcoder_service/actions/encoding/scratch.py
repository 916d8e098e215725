"""Folders for work under way, on this machine; those of dead processes are thrown away."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kit.db import new_id

LOCK = "lock"


@asynccontextmanager
async def scratch_folder(root: Path) -> AsyncIterator[Path]:
    """Lend a new folder; it is gone when the block ends, or when the next one is asked for.

    Its lock file is held for as long as this process lives, however it dies.
    """
    await asyncio.to_thread(sweep, root)
    folder = root / new_id().hex
    held = await asyncio.to_thread(_make, folder)
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))
        os.close(held)


def sweep(root: Path) -> int:
    """Remove the folders that no living process holds; return how many."""
    root.mkdir(parents=True, exist_ok=True)
    return sum(_swept(folder) for folder in root.iterdir() if folder.is_dir())


def _make(folder: Path) -> int:
    """Make a folder whose lock is held from its first visible moment on."""
    beginning = folder.with_name(f".{folder.name}")
    beginning.mkdir(parents=True)
    held = os.open(beginning / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    beginning.rename(folder)
    return held


def _swept(folder: Path) -> bool:
    try:
        held = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return _removed_if_old(folder)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(folder, ignore_errors=True)
        return True
    finally:
        os.close(held)


def _removed_if_old(folder: Path) -> bool:
    """Remove a folder that has no lock: its process died between two lines, or it is not ours."""
    if not folder.name.startswith("."):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True
