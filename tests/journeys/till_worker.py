"""payments_service for a journey that kills it: `python -m tests.journeys.till_worker SETTINGS`.

SETTINGS are its settings by field name, as JSON. Everything is imported once: for each line "open"
a service is forked from it, for each "kill" that one is killed; each is answered by a line.
"""

import json
import os
import signal
import sys

import uvicorn

from payments_service.app import create_app
from payments_service.settings import Settings


def opened(settings: Settings) -> int:
    child = os.fork()
    if child == 0:
        uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.port, log_config=None)
        os._exit(1)
    return child


def killed(child: int) -> int:
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    given, running = Settings(**json.loads(sys.argv[1])), 0
    for line in sys.stdin:
        running = opened(given) if line == "open\n" else killed(running)
        sys.stdout.write("done\n")
        sys.stdout.flush()
    killed(running)
