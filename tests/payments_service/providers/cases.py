"""What providers are asked for in tests, and how each is opened: as the service opens it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kit import clock
from kit.db import new_id
from payments_service.providers import registry
from payments_service.providers.provider import (
    Charge,
    Giving,
    Known,
    Provider,
    Started,
    Unsigned,
)
from payments_service.settings import Settings
from tests.fakes.rail import Post, Rail


def opened(rail: Rail, **changes: Any) -> Provider:
    """Return the provider that a simulator's settings, changed so, open."""
    settings = Settings(environment="test", **(rail.settings() | changes))
    found = [each for each in (opening(settings) for opening in registry.RAILS) if each]
    return next(each for each in found if each.name == rail.provider)


def a_charge(rail: Rail, **changes: Any) -> Charge:
    charge = Charge(
        attempt_id=new_id(),
        order_id=new_id(),
        method=rail.method,
        amount=1500,
        currency=rail.currency,
        description="20 pièces",
        return_url="https://portal.example.org/orders/1",
        cancel_url="https://portal.example.org/orders/1?cancelled",
        webhook_url=f"https://pay.example.org/webhooks/{rail.provider}",
        phone=rail.phone,
        email="awa@example.org",
        name="Awa Traoré",
        country=rail.country,
        created_at=clock.now(),
    )
    return replace(charge, **changes)


def known(charge: Charge, started: Started | None = None) -> Known:
    """Return what is known of a charge; without `started`, its answer was lost."""
    return Known(
        charge.attempt_id,
        started.provider_ref if started else "",
        charge.method,
        charge.amount,
        charge.currency,
        country=charge.country,
        created_at=charge.created_at,
        secrets=started.secrets if started else {},
    )


def a_refund(charge: Charge, started: Started, **changes: Any) -> Giving:
    giving = Giving(
        id=new_id(),
        amount=charge.amount,
        currency=charge.currency,
        reason="le film ne se lit pas",
        charge=known(charge, started),
        phone=charge.phone,
        name=charge.name,
        country=charge.country,
        method=charge.method,
    )
    return replace(giving, **changes)


def a_payout(rail: Rail, **changes: Any) -> Giving:
    giving = Giving(
        id=new_id(),
        amount=25_000,
        currency=rail.currency,
        reason="octobre",
        phone=rail.phone,
        name="Awa Traoré",
        country=rail.country,
        method=rail.method,
    )
    return replace(giving, **changes)


def inbox(provider: Provider, taken: list[Any]) -> Post:
    """Return an inbox that takes what the provider verifies, and refuses the rest."""

    async def post(headers: Any, body: bytes) -> int:
        names = lower(headers)
        try:
            await provider.fetch_keys(names)
            taken.append(provider.verify(names, body, clock.now()))
        except Unsigned:
            return 401
        return 202

    return post


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers named as the service names them."""
    return {name.lower(): value for name, value in headers.items()}
