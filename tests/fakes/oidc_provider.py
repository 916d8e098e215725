"""A provider of identities: OpenID Connect as Google and Apple speak it, and Facebook's Graph.

It is strict where providers are (redirect addresses, PKCE, client secrets, codes that work once),
and can be told to misbehave where they, or somebody between, might. It is an ASGI app: tests call
it directly, and a browser can be sent to it when uvicorn serves it.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "karangou-at-the-provider", "the secret that both of us know"


@dataclass
class Human:
    """Who sits before the provider's page."""

    subject: str = "110169484474386276334"
    email: str | None = "eya@example.org"
    email_verified: Any = True
    name: str = "Eya Mensah"


@dataclass
class OidcProvider:
    """`claims` replaces claims of its tokens; `mischief` is one word of `_token` or `_trouble`."""

    issuer: str = "https://id.example"
    human: Human = field(default_factory=Human)
    mischief: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    in_userinfo: bool = False  # the e-mail is told by /userinfo, not by the token
    apple_key: ECKey | None = None  # the public key whose tokens are the client's secret
    basic_only: bool = False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, Human] = {}
        self.turn_keys()
        self.app = FastAPI()
        self._routes()

    def turn_keys(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "alg": "RS256"})

    def consent(self, url: str) -> dict[str, str]:
        """Let the human agree; return what the provider puts in the address of the answer."""
        query = dict(parse_qsl(url.partition("?")[2]))
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def _routes(self) -> None:
        route = self.app.api_route
        route("/.well-known/openid-configuration")(self._metadata)
        route("/keys")(self._keys)
        route("/authorize")(self._authorize)
        route("/token", methods=["POST"])(self._token)
        route("/userinfo")(self._userinfo)
        route("/v23.0/oauth/access_token", methods=["POST"])(self._token)
        route("/v23.0/me")(self._graph)

    async def _metadata(self) -> Response:
        await self._trouble("metadata")
        method = "client_secret_basic" if self.basic_only else "client_secret_post"
        issuer = "https://else.example" if self.mischief == "other metadata" else self.issuer
        said = {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": [method],
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse(said)

    async def _keys(self) -> Response:
        await self._trouble("keys")
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        """Show a page with one button, as a browser sees it; agreeing leads back."""
        said = dict(request.query_params)
        if "yes" not in said:
            agree = f"/authorize?{urlencode({**said, 'yes': 1})}".replace("&", "&amp;")
            page = f'<h1>{self.issuer}</h1><p><a id="agree" href="{agree}">Agree</a></p>'
            return HTMLResponse(f"<!doctype html><title>Sign in</title>{page}")
        answer = self.consent(str(request.url))
        if said.get("response_mode") == "form_post":
            fields = "".join(
                f'<input type="hidden" name="{name}" value="{value}">'
                for name, value in answer.items()
            )
            form = f'<form method="post" action="{said["redirect_uri"]}">{fields}'
            return HTMLResponse(f"{form}<button>Continue</button></form>")
        return RedirectResponse(f"{said['redirect_uri']}?{urlencode(answer)}", 303)

    async def _token(self, request: Request) -> Response:
        await self._trouble("token")
        form = dict(parse_qsl((await request.body()).decode()))
        given = self.codes.pop(form.get("code", ""), None)
        if given is None or form.get("redirect_uri") != given["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if "code_challenge" in given and not _proves(form, given["code_challenge"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = secrets.token_urlsafe(16)
        self.tokens[token] = self.human
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        if "nonce" in given:
            answer["id_token"] = self._id_token(given["nonce"], token)
        return JSONResponse(answer)

    async def _userinfo(self, request: Request) -> Response:
        human = self._bearer(request)
        if human is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        subject = "somebody-else" if self.mischief == "other userinfo" else human.subject
        said = {"sub": subject, "email": human.email, "email_verified": human.email_verified}
        return JSONResponse(said)

    async def _graph(self, request: Request) -> Response:
        human = self._bearer(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        proof = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if human is None or request.query_params.get("appsecret_proof") != proof:
            return JSONResponse({"error": {"message": "Invalid appsecret_proof"}}, 400)
        return JSONResponse({"id": human.subject, "name": human.name, "email": human.email})

    def _bearer(self, request: Request) -> Human | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self.tokens.get(token)

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        header = request.headers.get("authorization", "")
        if self.basic_only:
            return b64decode(header.removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
        if self.apple_key is not None:
            said = jwt.decode(form["client_secret"], self.apple_key, algorithms=["ES256"])
            claims = {"sub": CLIENT, "aud": self.issuer, "iss": "TEAM123456"}
            return claims.items() <= said.claims.items() and said.header["kid"] == "KEY1234567"
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)

    def _id_token(self, nonce: str, access_token: str) -> str:
        now, human = int(time.time()), self.human
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        said: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": human.subject,
            "iat": now,
            "exp": now + 600,
            "nonce": nonce,
            "at_hash": _plain(half),
            "name": human.name,
        }
        if not self.in_userinfo:
            said |= {"email": human.email, "email_verified": human.email_verified}
        said |= {name: value for name, value in self.claims.items() if value is not None}
        for name in (name for name, value in self.claims.items() if value is None):
            del said[name]
        return self._signed(said)

    def _signed(self, said: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        if self.mischief == "forged":
            other = RSAKey.generate_key(2048, {"kid": str(self.key.kid)})
            return jwt.encode(header, said, other, ["RS256"])
        if self.mischief == "unsigned":
            parts = ({"alg": "none", "kid": str(self.key.kid)}, said)
            return ".".join(_plain(json.dumps(part).encode()) for part in parts) + "."
        if self.mischief == "signed with what is public":
            parts = ({**header, "alg": "HS256"}, said)
            text = ".".join(_plain(json.dumps(part).encode()) for part in parts)
            secret = self.key.as_pem(private=False)
            return f"{text}.{_plain(hmac.digest(secret, text.encode(), hashlib.sha256))}"
        if self.mischief == "no token":
            return ""
        return jwt.encode(header, said, self.key, ["RS256"])

    async def _trouble(self, place: str) -> None:
        self.asked.append(place)
        if self.mischief == f"slow {place}":
            await asyncio.sleep(30)
        if self.mischief == f"broken {place}":
            raise RuntimeError("the provider is broken")


def _proves(form: dict[str, str], challenge: str) -> bool:
    """Check PKCE (RFC 7636): who takes the token is who asked for the code."""
    return _plain(hashlib.sha256(form.get("code_verifier", "").encode()).digest()) == challenge


def _plain(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
