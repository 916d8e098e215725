"""The public list of films as a plain route: FastAPI's own machinery would be half its cost.

It stands before the route of the same address in `films.py`, which documents it, and which answers
whatever is asked about what the public does not see, or with what cannot be understood.
"""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope
from typing_extensions import override

from catalog_service.endpoints.films import ListQuery
from catalog_service.queries import films, quick
from kit.pages import BadCursor

MOST_KNOWN = 2000
CACHING = {"Cache-Control": "public, max-age=0", "Vary": "Accept-Language"}


PERSONAL = frozenset({b"authorization", b"on-behalf-of"})


class PublicList(Route):
    """Matches what it can answer, and leaves the rest to the next route."""

    def __init__(self) -> None:
        super().__init__("/films", self.answer, methods=["GET"])
        self.known: dict[bytes, films.Listing] = {}
        self.shared = quick.Shared()

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"] != "/films" or scope["method"] != "GET":
            return Match.NONE, {}
        if any(name in PERSONAL for name, _ in scope["headers"]) and _speaks_for_a_person(scope):
            return Match.NONE, {}  # whose profile may have an age limit
        if scope["query_string"] not in self.known and not self._learn(scope):
            return Match.NONE, {}
        match, child = super().matches(scope)
        return match, {**child, "route": self}  # metrics name requests by their route

    async def answer(self, request: Request) -> Response:
        listing = self.known[request.scope["query_string"]]
        question = request.scope["query_string"].decode("latin-1")
        pool = request.app.state.quick
        page = await self.shared.ask(question, lambda: quick.page(pool, listing))
        headers = {
            "ETag": page.tag,
            "Cache-Control": "public, max-age=0",
            "Vary": "Accept-Language",
        }
        if page.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(page.body, headers=headers, media_type="application/json")

    def _learn(self, scope: Scope) -> bool:
        """Understand a question that was not asked before; say whether it can be answered here."""
        try:
            query = ListQuery.model_validate(dict(Request(scope).query_params))
            if query.status is not None:
                return False
            listing = films.listing(query, query.sort, query.cursor, query.limit)
        except (ValidationError, BadCursor):
            return False
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[scope["query_string"]] = listing
        return True


def _speaks_for_a_person(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"on-behalf-of" in headers or not headers[b"authorization"].startswith(b"Suite ")
