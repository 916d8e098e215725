"""Errors that carry their own HTTP status and cross the wire by name."""

from http import HTTPStatus
from typing import Any, ClassVar

from typing_extensions import override


class AppError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    named: ClassVar[dict[str, type["AppError"]]] = {}

    @override
    def __init_subclass__(cls) -> None:
        known = AppError.named.get(cls.__name__)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"Two errors are called {cls.__name__}")
        AppError.named[cls.__name__] = cls

    def __init__(self, detail: str | None = None, **extra: Any) -> None:  # noqa: ANN401  (JSON)
        self.detail = detail or " ".join((self.__doc__ or "").split())
        self.extra = extra
        super().__init__(self.detail)

    def problem(self, request_id: str = "") -> dict[str, Any]:
        """Return the body of an `application/problem+json` answer (RFC 9457)."""
        name = type(self).__name__
        return {
            "type": f"urn:karangou:error:{name}",
            "title": _phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "error": name,
            "request_id": request_id,
            **self.extra,
        }


def _phrase(status: int) -> str:
    """Return the standard's words for a status; protocols above HTTP have some of their own."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


class BadRequest(AppError):
    """The request cannot be understood."""

    status = 400


class Unauthenticated(AppError):
    """Sign in, or send a valid access token in the Authorization header."""

    status = 401


class Forbidden(AppError):
    """You may not do this; ask an administrator for the permission it needs."""

    status = 403


class NotFound(AppError):
    """There is no such thing."""

    status = 404


class Conflict(AppError):
    """That cannot be done in the present state."""

    status = 409


class Gone(AppError):
    """This existed, and is gone for good."""

    status = 410


class TooLarge(AppError):
    """The body is larger than this address accepts."""

    status = 413


class UnsupportedMedia(AppError):
    """This kind of content is not accepted here."""

    status = 415


class Invalid(AppError):
    """Some values are missing or wrong; `errors` names each of them."""

    status = 422


class TooMany(AppError):
    """Too many requests; wait as long as Retry-After says."""

    status = 429

    def __init__(self, detail: str | None = None, retry_after: int = 1, **extra: Any) -> None:  # noqa: ANN401
        super().__init__(detail, retry_after=retry_after, **extra)


class Unavailable(AppError):
    """A service this one needs did not answer; try again in a moment."""

    status = 503
