"""Calls to CinetPay, API v1: one account by country, each with a key, a password and a token."""

from functools import partial
from typing import Any

from payments_service.providers.bearer import Bearer
from payments_service.providers.calls import body, call, line, text_at
from payments_service.providers.cinetpay_answers import Answer, code_of, words
from payments_service.providers.provider import Away, Refused

LASTS = 23 * 3600  # its tokens, an hour short of the day they last
NO_TOKEN = frozenset({"1002", "1003"})
TEST_KEY = "sk_test_"


class CinetPayLine:
    """`accounts`: `CI=key:password BJ=key:password`."""

    def __init__(self, url: str, accounts: str) -> None:
        self.http = line(url)
        self.accounts: dict[str, Bearer] = {}
        self.is_test = False
        for country, key, password in _accounts(accounts):
            self.is_test = self.is_test or key.startswith(TEST_KEY)
            self.accounts[country] = Bearer(partial(self._token, key, password))

    async def ask(self, country: str, method: str, path: str, **given: Any) -> Answer:  # noqa: ANN401
        """Return what CinetPay says, yes or no: its code tells. Raises Away, Lost or Refused.

        A token that is turned away is renewed once: nothing was done by it.
        """
        account = self.accounts.get(country)
        if account is None:
            raise Refused(f"CinetPay has no account in {country or 'no country'}", "not_configured")
        token = await account.get()
        answer = await self._send(token, method, path, **given)
        if code_of(answer) in NO_TOKEN:
            account.drop(token)
            answer = await self._send(await account.get(), method, path, **given)
        return answer

    async def close(self) -> None:
        await self.http.aclose()

    async def _send(self, token: str, method: str, path: str, **given: Any) -> Answer:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {token}"}
        answer = await call(self.http, method, path, headers=headers, **given)
        found = body(answer)
        if answer.status_code == 401 and not code_of(found):
            return {"code": 1002}
        return found if found or answer.is_success else {"code": answer.status_code}

    async def _token(self, key: str, password: str) -> tuple[str, int]:
        asked = {"api_key": key, "api_password": password}
        answer = await call(self.http, "POST", "/v1/oauth/login", json=asked)
        found = body(answer)
        if answer.is_client_error:
            raise Refused(words("CinetPay gives no token", found), "not_configured")
        if not (token := text_at(found, "access_token")):
            raise Away("CinetPay gave no token")
        return token, LASTS


def _accounts(text: str) -> list[tuple[str, str, str]]:
    """Return country, key and password of each account; raise ValueError, naming no secret."""
    found = []
    for part in text.split():
        country, _, login = part.partition("=")
        key, _, password = login.partition(":")
        if len(country) != 2 or not country.isupper() or not key or not password:
            raise ValueError("PAYMENTS_CINETPAY_ACCOUNTS: CI=key:password BJ=key:password")
        found.append((country, key, password))
    return found
