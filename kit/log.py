"""One JSON line per event, with the service and the request it belongs to."""

import logging
import sys
import time
from contextvars import ContextVar
from typing import Any

import orjson
from typing_extensions import override

request_id: ContextVar[str] = ContextVar("request_id", default="")
service: ContextVar[str] = ContextVar("service", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _moment(record.created),
            "level": record.levelname.lower(),
            "service": service.get(),
            "event": record.getMessage(),
        }
        if found := request_id.get():
            line["request_id"] = found
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _moment(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


def start(level: str = "INFO") -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "aiohttp.access", "uvicorn.access", "pgqueuer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
