"""Where an engine keeps its files, and the account it runs under."""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.errors import Stop

ACCOUNT = "embedded_postgres"
LONGEST_SOCKET = 100  # sun_path holds 104 bytes on macOS, 108 on Linux


def socket_folder(data: Path) -> Path:
    """Return the folder for sockets: inside `data`, or a short one where that path is too long."""
    folder = data / "run"
    if len(os.fsencode(folder / "pg" / ".s.PGSQL.5432.lock")) >= LONGEST_SOCKET:
        mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
        folder = Path(tempfile.gettempdir()) / f"karangou-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise Stop(f"{folder} belongs to somebody else; remove it, or choose a shorter --data.")
    return folder


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold `lock` (a file) while another process waits for it."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def server_account() -> str | None:
    """Return the account PostgreSQL runs under when we are root: it refuses to be root itself."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if useradd is None:
            raise Stop(
                "PostgreSQL does not run as root, and there is no `useradd` to give it an "
                "account of its own; start ./karangou as an ordinary user."
            ) from None
        subprocess.run([useradd, "--system", "--no-create-home", ACCOUNT], check=False)
    return ACCOUNT


def let_through(path: Path) -> None:
    """Let other accounts walk (not look) through the folders above `path`."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def hand_over(path: Path, account: str | None) -> None:
    """Give `path` to `account`, which must be able to walk to it."""
    if account is not None:
        let_through(path)
        shutil.chown(path, account, account)
