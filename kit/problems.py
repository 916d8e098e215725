"""Every error leaves as `application/problem+json`, with its name and the request's id."""

import logging
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from kit import log
from kit.client import PLAIN
from kit.errors import AppError, Conflict, Invalid, Unavailable
from kit.schema import Schema

logger = logging.getLogger(__name__)


class Problem(Schema):
    """RFC 9457, with the error's name and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    request_id: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": text}
    for code, text in (("4XX", "What was wrong with the request."), ("5XX", "What went wrong."))
}


class MethodNotAllowed(AppError):
    """This address does not know that method."""

    status = 405


class Constrained(Conflict):
    """That would break a rule of the data: it exists already, or something still needs it."""


def install(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(SQLAlchemyError, _database_error)
    app.add_exception_handler(OSError, _database_error)


def problem(error: AppError, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps(error.problem(log.request_id.get()), default=str)
    headers = dict(headers or {})
    if retry_after := error.extra.get("retry_after"):
        headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return Response(body, error.status, headers, media_type="application/problem+json")


async def _app_error(request: Request, error: Exception) -> Response:
    return problem(error if isinstance(error, AppError) else AppError())


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError | ValidationError):
        return problem(Invalid())
    errors = [
        {"where": ".".join(map(str, found["loc"])), "what": found["msg"]}
        for found in error.errors()
    ]
    return problem(Invalid(errors=errors))


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return problem(AppError())
    if error.status_code == 405:
        return problem(MethodNotAllowed(), dict(error.headers or {}))
    return problem(PLAIN.get(error.status_code, AppError)())


async def _database_error(request: Request, error: Exception) -> Response:
    known = _named(error)
    if known.status >= 500:
        logger.error("database", exc_info=error)
    return problem(known)


def _named(error: Exception) -> AppError:
    if isinstance(error, IntegrityError):
        return Constrained()
    if isinstance(error, PoolTimeout | OSError):
        return Unavailable("The database did not answer in time; try again in a moment.")
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", "") or "")
        if state.startswith("22") or "DataError" in type(error.orig).__name__:
            return Invalid("A value is out of range, or holds characters that cannot be stored.")
        if error.connection_invalidated or state[:2] in {"08", "53", "57", "40", "55"}:
            return Unavailable("The database did not answer; try again in a moment.")
    return AppError()
