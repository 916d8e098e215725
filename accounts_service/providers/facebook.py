"""Signing in with Facebook: OAuth 2 and its Graph API, which vouches for no e-mail."""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # it ships no types
    prepare_grant_uri,
)

from accounts_service.providers.oidc import FORM, Asked, Person, ask
from accounts_service.settings import ProviderSettings
from kit.contracts.accounts.factors import ProviderRefused

VERSION = "v23.0"


@dataclass
class Facebook:
    """`settings.address` is the dialog's site; the Graph API is its sibling `graph.`."""

    settings: ProviderSettings

    async def address(self, http: httpx.AsyncClient, asked: Asked) -> str:
        found: str = prepare_grant_uri(
            f"{self.settings.address}/{VERSION}/dialog/oauth",
            self.settings.client_id,
            "code",
            redirect_uri=asked.redirect_uri,
            scope=self.settings.scope_asked,
            state=asked.state,
        )
        return found

    async def person(self, http: httpx.AsyncClient, asked: Asked, code: str, issuer: str) -> Person:
        own = self.settings
        secret = own.client_secret.get_secret_value()
        form = {
            "client_id": own.client_id,
            "client_secret": secret,
            "redirect_uri": asked.redirect_uri,
            "code": code,
        }
        graph = own.address.replace("://www.", "://graph.")
        tokens = await ask(
            http,
            "POST",
            f"{graph}/{VERSION}/oauth/access_token",
            headers={"Content-Type": FORM},
            body=urlencode(form),
        )
        token = str(tokens.get("access_token", ""))
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        query = urlencode({"fields": "id,name,email", "appsecret_proof": proof})
        said = await ask(
            http,
            "GET",
            f"{graph}/{VERSION}/me?{query}",
            headers={"Authorization": f"Bearer {token}"},
        )
        if not said.get("id"):
            raise ProviderRefused
        email = str(said["email"]) if said.get("email") else None
        return Person(
            str(said["id"]), email, bool(email) and own.trust_email, str(said.get("name") or "")
        )
