"""Calls to PayPal, with its access token."""

from collections.abc import Mapping
from typing import Any

import httpx

from payments_service.providers.bearer import Bearer
from payments_service.providers.calls import body, call, line, text_at, told
from payments_service.providers.paypal_answers import refusal
from payments_service.providers.provider import Away, Refused


class PayPalLine:
    def __init__(self, url: str, client_id: str, secret: str) -> None:
        self.http = line(url)
        self.login = httpx.BasicAuth(client_id, secret)
        self.is_configured = bool(client_id and secret)
        self.bearer = Bearer(self._token)

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401  (httpx's own)
    ) -> httpx.Response:
        """Return an answer; a token that is turned away is renewed once, nothing was done by it."""
        token = await self.bearer.get()
        answer = await self._send(token, method, path, headers, **given)
        if answer.status_code == 401:
            self.bearer.drop(token)
            token = await self.bearer.get()
            answer = await self._send(token, method, path, headers, **given)
        return answer

    async def do(
        self,
        path: str,
        headers: Mapping[str, str],
        json: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Post, and return what was made; raise Refused."""
        answer = await self.ask("POST", path, headers, json=json)
        if answer.is_success:
            return told(answer)
        raise refusal(answer.status_code, body(answer))

    async def close(self) -> None:
        await self.http.aclose()

    async def _send(
        self,
        token: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        **given: Any,  # noqa: ANN401  (httpx's own)
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        return await call(self.http, method, path, headers=sent, **given)

    async def _token(self) -> tuple[str, int]:
        if not self.is_configured:
            raise Refused("PayPal has no credentials", "not_configured")
        form = {"grant_type": "client_credentials"}
        answer = await call(self.http, "POST", "/v1/oauth2/token", data=form, auth=self.login)
        if not answer.is_success:
            raise refusal(401, body(answer))
        found = told(answer)
        token, seconds = text_at(found, "access_token"), found.get("expires_in")
        if not token or not isinstance(seconds, int):
            raise Away("PayPal gave no token")
        return token, seconds


def read(answer: httpx.Response) -> dict[str, Any]:
    """Return the answer to a question; a refusal of the question says nothing of the payment."""
    if answer.is_success:
        return told(answer)
    raise Away(str(refusal(answer.status_code, body(answer))))
