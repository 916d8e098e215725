"""What tests of PayPal do again and again."""

from typing import Any

from kit import clock
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.provider import Seen
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import a_charge, known, lower


async def approved(rail: PayPal, provider: Provider, **changes: Any) -> tuple[Any, Any]:
    charge = a_charge(rail, **changes)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    return charge, started


async def seen_by(provider: Provider, charge: Any, started: Any) -> Seen:
    seen = await provider.find(known(charge, started))
    assert seen is not None
    return seen


async def taken(provider: Provider, headers: dict[str, str], body: bytes) -> Any:
    await provider.fetch_keys(lower(headers))
    return provider.verify(lower(headers), body, clock.now())
