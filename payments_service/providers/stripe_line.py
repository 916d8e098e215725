"""Stripe's SDK on a line of ours: it repeats nothing, tells Stripe nothing about this machine, and
its errors are told as Away, Lost or Refused.
"""

from collections.abc import Awaitable, Mapping
from typing import Any

import httpx
import stripe
from typing_extensions import override

from payments_service.providers.calls import call
from payments_service.providers.provider import Away, Lost, Refused
from payments_service.rules.reasons import reason_in

VERSION = "2026-10-28.endive"  # of its API; what `stripe` 16.1 was made for
REASONS = {
    "amount_too_large": "limit_reached",
    "amount_too_small": "limit_reached",
    "card_velocity_exceeded": "limit_reached",
    "incorrect_number": "wrong_number",
    "incorrect_pin": "wrong_pin",
    "invalid_number": "wrong_number",
    "invalid_pin": "wrong_pin",
    "issuer_not_available": "operator_down",
    "processing_error": "operator_down",
    "secret_key_required": "not_configured",
    "testmode_charges_only": "not_configured",
    "withdrawal_count_limit_exceeded": "limit_reached",
}

stripe.enable_telemetry = False  # it would write an id into the home folder, and send it along


class Missing(Refused):
    """Stripe knows nothing of this id."""


class Line(stripe.HTTPClient):
    """How the SDK reaches the network. What it raises goes through the SDK untouched."""

    name = "httpx"

    def __init__(self, http: httpx.AsyncClient) -> None:
        super().__init__()
        self.http = http

    @override
    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        sent = dict(headers)
        answer = await call(self.http, method.upper(), url, headers=sent, content=post_data)
        return answer.content, answer.status_code, answer.headers


def client(http: httpx.AsyncClient, url: str, key: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key or "none",
        stripe_version=VERSION,
        base_addresses={"api": url.rstrip("/")},
        max_network_retries=0,
        http_client=Line(http),
    )


async def answer(asked: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
    """Return what Stripe answered, as plain JSON. Raise Away, Lost, Missing or Refused."""
    try:
        found: object = await asked
    except stripe.RateLimitError as error:
        raise Away(_words(error)) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Refused(_words(error), "not_configured") from error
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        kind = Missing if error.http_status == 404 else Refused
        raise kind(_words(error), reason(_codes(error))) from error
    except (stripe.StripeError, ValueError) as error:
        # Also a key used with other parameters, or twice at once: the first call may have worked.
        raise Lost(_words(error)) from error
    if not isinstance(found, stripe.StripeObject):
        raise Lost("Stripe's answer is no object")
    return found.to_dict()


async def reading(asked: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
    """Return the answer to a question; a refusal of the question says nothing of the payment."""
    try:
        return await answer(asked)
    except Missing:
        raise
    except Refused as error:
        raise Away(str(error)) from error


def reason(codes: tuple[str, ...]) -> str:
    """Return one of the protocol's reasons for Stripe's codes; the first we know counts."""
    known = (REASONS[code] for code in codes if code in REASONS)
    return next(known, "") or reason_in(*codes)


def _codes(error: stripe.StripeError) -> tuple[str, ...]:
    told = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    decline = told.get("decline_code") if isinstance(told, dict) else None
    return tuple(code for code in (decline, error.code) if isinstance(code, str))


def _words(error: Exception) -> str:
    """Return what staff may read: never the body, which may hold what a payer typed."""
    said = error.user_message if isinstance(error, stripe.StripeError) else None
    return f"Stripe: {said or type(error).__name__}"[:300]
