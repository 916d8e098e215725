"""Where services write under the launcher: JSON lines in a file, errors in brief beside it."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from typing_extensions import override

from kit import log

MEGABYTES = 10 * 1024 * 1024


class Brief(logging.Formatter):
    """One short line; the file has the rest."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = f"{log.service.get() or record.name}: {record.getMessage()}"
        return text.strip().splitlines()[-1]


def write_to(folder: Path, name: str, level: str) -> Path:
    """Send all log lines to `folder/name.log`, and errors to the terminal too."""
    folder.mkdir(exist_ok=True)
    log.start(level)
    path = folder / f"{name}.log"
    file = RotatingFileHandler(path, maxBytes=MEGABYTES, backupCount=3)
    file.setFormatter(log.JsonLines())
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.ERROR)
    terminal.setFormatter(Brief())
    logging.getLogger().handlers[:] = [file, terminal]
    return path
