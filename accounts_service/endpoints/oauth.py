"""`POST /oauth/token`: client credentials (RFC 6749 §4.4), errors in that standard's own shape."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import clients
from accounts_service.actions.tools import Tools
from accounts_service.endpoints.given import ToolsDep
from kit.contracts.accounts import ClientToken
from kit.web import Router, Session, limited

router = Router(tags=["oauth"])
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"
FIELDS = ("grant_type", "scope", "client_id", "client_secret")
DOCUMENTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {name: {"type": "string"} for name in FIELDS},
                }
            }
        },
    },
    "security": [{"basic": []}, {}],
}


class Refused(Exception):
    """An answer of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str, *, with_header: bool = False) -> None:
        self.error = error
        self.description = description
        self.with_header = with_header
        super().__init__(error)

    def answer(self) -> Response:
        body = {"error": self.error, "error_description": self.description}
        headers = dict(UNCACHED)
        if self.with_header:
            headers["WWW-Authenticate"] = 'Basic realm="karangou", charset="UTF-8"'
        status = 401 if self.error == "invalid_client" else 400
        return JSONResponse(body, status, headers)


@router.post(
    "/oauth/token",
    response_model=ClientToken,
    openapi_extra=DOCUMENTED,
    dependencies=[limited("120/minute")],
)
async def token(request: Request, session: Session, tools: ToolsDep) -> Response:
    try:
        made = await _granted(request, session, tools)
    except Refused as refused:
        return refused.answer()
    return JSONResponse(made.model_dump(), headers=UNCACHED)


async def _granted(request: Request, session: AsyncSession, tools: Tools) -> ClientToken:
    form = _form(request, await request.body())
    client_id, secret, by_header = _credentials(request, form)
    if "grant_type" not in form:
        raise Refused("invalid_request", "grant_type is missing.")
    if form["grant_type"] != "client_credentials":
        raise Refused("unsupported_grant_type", "Only client_credentials is offered.")
    known = await clients.authenticated(session, client_id, secret)
    if known is None:
        raise Refused("invalid_client", "This id and secret do not match.", with_header=by_header)
    scopes = form.get("scope", "").split() or list(known.scopes)
    if unknown := set(scopes) - set(known.scopes):
        raise Refused("invalid_scope", f"Not given to this client: {_shown(unknown)}.")
    return await clients.token(session, tools, known.client, list(dict.fromkeys(scopes)))


def _form(request: Request, body: bytes) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Refused("invalid_request", f"Send the parameters as {FORM}.")
    try:
        pairs = parse_qsl(body.decode(), errors="strict", max_num_fields=20)
    except ValueError as error:
        raise Refused("invalid_request", "The form cannot be read.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused("invalid_request", "A parameter is given twice.")
    return form


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str, bool]:
    """Return id, secret, and whether they came in the header: one way or the other, never both."""
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if not header:
        if "client_id" not in form or "client_secret" not in form:
            raise Refused("invalid_client", "Send client_id and client_secret.", with_header=True)
        return form["client_id"], form["client_secret"], False
    if scheme.lower() != "basic":
        raise Refused("invalid_client", "Use HTTP Basic, or the form.", with_header=True)
    if "client_secret" in form:
        raise Refused("invalid_request", "Send the secret in the header or in the form, not both.")
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused("invalid_client", "The header cannot be read.", with_header=True) from error
    client_id, _, secret = pair.partition(":")
    if form.get("client_id", unquote_plus(client_id)) != unquote_plus(client_id):
        raise Refused("invalid_request", "Header and form name different clients.")
    return unquote_plus(client_id), unquote_plus(secret), True


def _shown(scopes: set[str]) -> str:
    plain = "".join(c for c in " ".join(sorted(scopes)) if c.isascii() and c.isprintable())
    return plain.replace('"', "").replace("\\", "")[:200]
