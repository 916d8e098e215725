"""Hrana's JSON: statements and values out, rows and errors in."""

from collections.abc import Sequence
from typing import Any

import httpx
import orjson

from kit.contracts.tokens import TokenStoreUnavailable
from tokens_service.models import Row, Statement, StoreConflict, Value

PASSING_STATUS = frozenset({400, 404, 408, 425, 429, 500, 502, 503, 504})
PASSING_CODES = ("SQLITE_BUSY", "SQLITE_LOCKED", "TRANSACTION_", "STREAM_EXPIRED", "BLOCKED")


class Passing(Exception):
    """Trouble that may pass: a lost line, a busy or restarting server, an expired stream."""


def address(url: str) -> str:
    """Return the HTTP address of a `libsql://`, `https://` or `http://` URL.

    `?tls=0` makes a libsql:// one plain, as libSQL's own clients have it.
    """
    given = httpx.URL(url)
    plain = given.scheme == "http" or given.params.get("tls") == "0"
    return str(given.copy_with(scheme="http" if plain else "https", query=None)).rstrip("/")


def statement(given: Statement) -> dict[str, Any]:
    named = [{"name": name, "value": value(one)} for name, one in given.values.items()]
    return {"sql": given.sql, "named_args": named, "want_rows": True}


def transaction(steps: Sequence[Statement]) -> dict[str, Any]:
    """Return the batch that runs all steps, or none.

    Each runs if the one before was well; what was begun and not committed is rolled back. The
    condition is "not ok": whether a skipped step counts as an error depends on the server.
    """
    work = [{"stmt": {"sql": "BEGIN IMMEDIATE", "want_rows": False}}]
    every = [*(statement(step) for step in steps), {"sql": "COMMIT", "want_rows": False}]
    work += [{"condition": _ok(at), "stmt": one} for at, one in enumerate(every)]
    failed = {"type": "not", "cond": _ok(len(every))}
    begun_and_failed = {"type": "and", "conds": [_ok(0), failed]}
    undo = {"condition": begun_and_failed, "stmt": {"sql": "ROLLBACK", "want_rows": False}}
    return {"steps": [*work, undo]}


def transacted(result: dict[str, Any], steps: int) -> list[list[Row]]:
    """Return the rows of each step of a committed transaction; raise what stopped it."""
    results, errors = result["step_results"], result["step_errors"]
    if results[steps + 1] is not None:
        return [rows(one) for one in results[1 : steps + 1]]
    raise trouble(next((error for error in errors if error), {"message": "nothing was committed"}))


def answer(status: int, content: bytes) -> dict[str, Any]:
    try:
        found: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = {"message": content[:200].decode(errors="replace")}
    if status == 200 and isinstance(found, dict) and "results" in found:
        return found
    said = (found.get("message") or found.get("error")) if isinstance(found, dict) else ""
    if status in PASSING_STATUS:
        raise Passing(f"{status} {said}")
    raise TokenStoreUnavailable(f"The libSQL server refused with {status}.", said=str(said)[:200])


def results(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the responses of a pipeline; raise the first error in it."""
    for one in found["results"]:
        if one["type"] == "error":
            raise trouble(one["error"])
    return [one["response"] for one in found["results"]]


def trouble(error: dict[str, Any]) -> Exception:
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    if code.startswith("SQLITE_CONSTRAINT"):
        return StoreConflict(message)
    if code.startswith(PASSING_CODES):
        return Passing(f"{code} {message}")
    return TokenStoreUnavailable(f"The libSQL server says: {code or message}.")


def rows(result: dict[str, Any]) -> list[Row]:
    names = [column["name"] for column in result["cols"]]
    return [dict(zip(names, map(plain, row), strict=True)) for row in result["rows"]]


def value(given: Value) -> dict[str, str]:
    if given is None:
        return {"type": "null"}
    if isinstance(given, int):
        return {"type": "integer", "value": str(given)}
    return {"type": "text", "value": given}


def plain(given: dict[str, Any]) -> Value:
    kind = given["type"]
    if kind == "integer":
        return int(given["value"])
    if kind == "text":
        return str(given["value"])
    if kind == "null":
        return None
    raise TokenStoreUnavailable(f"The libSQL server sent a {kind}, which no column holds.")


def _ok(step: int) -> dict[str, Any]:
    return {"type": "ok", "step": step}
