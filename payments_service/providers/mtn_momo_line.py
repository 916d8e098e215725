"""A line to one product of MTN MoMo: its keys, its token, and the headers that every call has."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from payments_service.providers.calls import body, call, line, text_at, told
from payments_service.providers.provider import Away, Lost, Refused

EARLY = 60  # seconds before its end, a token is as good as ended


@dataclass(frozen=True, slots=True)
class MomoKeys:
    user: str
    key: str
    subscription_key: str

    @property
    def are_there(self) -> bool:
        return bool(self.user and self.key and self.subscription_key)


class MomoLine:
    """`product`: `collection` or `disbursement`, each with keys of its own."""

    def __init__(self, url: str, environment: str, product: str, keys: MomoKeys) -> None:
        self.http = line(
            url,
            {
                "Ocp-Apim-Subscription-Key": keys.subscription_key,
                "X-Target-Environment": environment,
            },
        )
        self.environment = environment
        self.product = product
        self.keys = keys
        self.kept = ""
        self.kept_until = 0.0
        self.fetching = asyncio.Lock()

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **given: Any,  # noqa: ANN401
    ) -> httpx.Response:
        """Call the product. A token that it no longer takes is fetched anew, once."""
        answer = await self._call(method, path, headers or {}, **given)
        if answer.status_code != 401:
            return answer
        self.kept = ""
        return await self._call(method, path, headers or {}, **given)

    async def read(self, path: str) -> dict[str, Any] | None:
        """Return what is there; None when there is nothing. A refusal says nothing of money."""
        try:
            answer = await self.ask("GET", path)
        except Refused as error:
            raise Lost(str(error)) from error
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            code = text_at(body(answer), "code")
            raise Lost(f"MTN answered {answer.status_code} to a question: {code}".rstrip(": "))
        return told(answer)

    async def token(self, *, is_new: bool = False) -> str:
        """Return a token that still holds. Whatever goes wrong here, nothing was asked for yet."""
        async with self.fetching:
            if not is_new and self.kept and time.monotonic() < self.kept_until:
                return self.kept
            try:
                answer = await call(
                    self.http,
                    "POST",
                    f"/{self.product}/token/",
                    auth=httpx.BasicAuth(self.keys.user, self.keys.key),
                )
            except Lost as error:
                raise Away(str(error)) from error
            found = body(answer)
            if answer.is_client_error:
                raise Refused(f"MTN gives no token: {answer.status_code}", "not_configured")
            if not text_at(found, "access_token"):
                raise Away("MTN gave a token that cannot be read")
            self.kept = text_at(found, "access_token")
            lasts = text_at(found, "expires_in")
            seconds = int(lasts) if lasts.isascii() and lasts.isdigit() else 0
            self.kept_until = time.monotonic() + max(0, seconds - EARLY)
            return self.kept

    async def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        **given: Any,  # noqa: ANN401
    ) -> httpx.Response:
        shown = {**headers, "Authorization": f"Bearer {await self.token()}"}
        return await call(self.http, method, f"/{self.product}{path}", headers=shown, **given)
