"""Errors in Bunny's shapes where Bunny's API is spoken; problem+json everywhere else."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
PREFIX = "/library/"


def install(app: FastAPI) -> None:
    """Wrap the app's handlers of errors."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _in_bunnys_words(handler))


def _in_bunnys_words(handler: Handler) -> Handler:
    async def answer(request: Request, error: Any) -> Response:  # noqa: ANN401  (its own kind each)
        answered = handler(request, error)
        response = answered if isinstance(answered, Response) else await answered
        path = request.url.path
        if not path.startswith(PREFIX):
            return response
        problem = orjson.loads(response.body)
        status = 400 if response.status_code in {415, 422} else response.status_code
        is_captions = status == 400 and request.method == "POST" and "/captions/" in path
        body = _validation(problem) if is_captions else _status(problem, status)
        kept = {key: response.headers[key] for key in ("retry-after",) if key in response.headers}
        return Response(orjson.dumps(body), status, kept, media_type="application/json")

    return answer


def _status(problem: dict[str, object], status: int) -> dict[str, object]:
    """Return a StatusModel. Bunny writes its 401 in PascalCase, so do we."""
    message = _message(problem)
    if status == 401:
        return {"Success": False, "Message": message, "StatusCode": status}
    return {"success": False, "message": message, "statusCode": status}


def _validation(problem: dict[str, object]) -> dict[str, object]:
    """Return a CaptionValidationModel, for captions that are none."""
    errors = problem.get("errors")
    is_words = isinstance(errors, list) and all(isinstance(one, str) for one in errors)
    return {
        "valid": False,
        "errorList": errors if is_words else [_message(problem)],
        "warningList": [],
    }


def _message(problem: dict[str, object]) -> str:
    errors = problem.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return "; ".join(f"{one.get('where')}: {one.get('what')}" for one in errors)
    return str(problem.get("detail"))
