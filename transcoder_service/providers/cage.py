"""Become another program inside limits: `python -I -S cage.py LIMITS PROGRAM ARGUMENT…`.

Runs between us and ffmpeg, in a process of its own (a `preexec_fn` would run Python between fork
and exec of a process full of threads). Standard library only; LIMITS is JSON:
`{"parent": pid, "cpu": seconds, "memory": bytes, "file": bytes}`.
"""

import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def die_with(parent: int) -> None:
    """Ask the kernel to kill us when our parent dies, however it dies (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)
    # No network at all, where the kernel lets us; the protocol whitelist holds everywhere.
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after unshare, which may clear it
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (most, most))


def main(limits: dict[str, int], command: list[str]) -> None:
    os.setsid()
    if sys.platform == "linux":
        die_with(limits["parent"])
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, limits["cpu"])
    limit(resource.RLIMIT_FSIZE, limits["file"])
    limit(resource.RLIMIT_NOFILE, 256)
    if sys.platform == "linux":
        limit(resource.RLIMIT_AS, limits["memory"])
    os.nice(limits.get("nice", 0))
    os.execve(command[0], command, {})  # noqa: S606  (the command is ours; an empty environment)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
