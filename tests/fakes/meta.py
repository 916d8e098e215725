"""What Facebook and Instagram share on loopback: tokens, proofs of them, errors with numbers."""

import hashlib
import hmac
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy
from typing_extensions import override

from kit import clock
from tests.fakes.network import Simulator, Trouble, refuse

VERSION = "/v25.0"
APP_ID, APP_SECRET = "1234567", "meta-app-secret"


class Meta(Simulator):
    """`tokens`: what counts now, and what it opens. With `wants_proof`, calls carry one."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, str] = {}
        self.wants_proof = False
        self.number = 5000

    @property
    def api(self) -> str:
        return f"{self.url}{VERSION}"

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_get(f"{VERSION}/oauth/access_token", self._exchange)

    def expire(self) -> None:
        self.tokens.clear()

    def next_id(self) -> str:
        self.number += 1
        return str(self.number)

    def denied(self, request: web.Request) -> web.StreamResponse | None:
        """Refuse a token that does not count, or one without its proof."""
        token = token_of(request)
        if token not in self.tokens:
            return no(190, "Error validating access token: Session has expired", 463, status=401)
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if self.wants_proof and request.query.get("appsecret_proof") != proof:
            return no(100, "API calls from the server require an appsecret_proof argument")
        return None

    async def _exchange(self, request: web.Request) -> web.StreamResponse:
        given = request.query
        if given.get("client_secret") != APP_SECRET or given.get("client_id") != APP_ID:
            return no(101, "Error validating client secret.")
        token = given["fb_exchange_token"]
        if token not in self.tokens:
            return no(190, "Error validating access token", 463, status=401)
        longer = token if token.endswith("-long") else f"{token}-long"
        self.tokens[longer] = self.tokens[token]
        answer = {"access_token": longer, "token_type": "bearer", "expires_in": 5_184_000}
        return web.json_response(answer)


def token_of(request: web.Request) -> str:
    header = request.headers.get("Authorization", "")
    return header.partition(" ")[2] or request.query.get("access_token", "")


def no(
    code: int, message: str, subcode: int = 0, *, status: int = 400, **more: Any
) -> web.Response:
    return refuse(status, an_error(code, message, subcode, **more))


def an_error(code: int, message: str, subcode: int = 0, **more: Any) -> dict[str, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A6LJylpZ"}
    return {"error": {**error, **({"error_subcode": subcode} if subcode else {}), **more}}


def too_often(at: str, code: int = 4, headers: dict[str, str] | None = None) -> Trouble:
    """Return what comes of too many calls."""
    said = "(#4) Application request limit reached"
    return Trouble(at, 403, an_error(code, said), headers or {})


def stamp() -> str:
    return f"{clock.now():%Y-%m-%dT%H:%M:%S+0000}"


def text_of(form: MultiDictProxy[Any], name: str) -> str:
    found = form.get(name, "")
    assert isinstance(found, str)
    return found
