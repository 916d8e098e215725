"""What an access token says. Pure."""

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from accounts_service.models.people import Account, UserSession
from accounts_service.models.programs import ApiClient
from accounts_service.rules.keys import TOKEN_LIFE
from kit.auth import AUDIENCE, ISSUER
from kit.errors import Forbidden

LIFE_SECONDS = int(TOKEN_LIFE.total_seconds())


def of_person(account: Account, session: UserSession, at: datetime) -> dict[str, Any]:
    about = {
        "name": account.name,
        "roles": list(account.roles),
        "scope": "",
        "sid": str(session.id),
    }
    return {**_frame(account.id, "person", at), **about}


def of_client(client: ApiClient, scopes: Sequence[str], at: datetime) -> dict[str, Any]:
    about = {"name": client.name, "roles": [], "scope": " ".join(scopes)}
    return {**_frame(client.id, "client", at), **about}


def session_id(verified_token: str) -> UUID:
    """Return the session a person's access token belongs to. The token must be verified already."""
    payload = verified_token.split(".")[1] if verified_token.count(".") == 2 else "e30"
    claims = orjson.loads(urlsafe_b64decode(payload + "=="))
    if "sid" not in claims:
        raise Forbidden("Only a person who signed in has a session.")
    return UUID(claims["sid"])


def _frame(subject: UUID, kind: str, at: datetime) -> dict[str, Any]:
    now = int(at.timestamp())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(subject),
        "kind": kind,
        "iat": now,
        "exp": now + LIFE_SECONDS,
    }
