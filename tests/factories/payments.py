"""Who speaks to payments_service, and movements ready made."""

from typing import TypeVar
from uuid import UUID

from fastapi import FastAPI

from kit.client import ServiceClient, Signer
from kit.settings import ServiceSettings
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, journal, move
from tests.factories.catalog import access_token
from tests.wiring import http

AnyClient = TypeVar("AnyClient", bound=ServiceClient)


def as_person(app: FastAPI, kind: type[AnyClient], account_id: UUID, *roles: str) -> AnyClient:
    """Return a client that speaks as this person: `as_person(app, CoinsClient, ALICE)`."""
    return kind(http(app)).acting(access_token(app, sub=str(account_id), roles=list(roles)))


def as_service(app: FastAPI, kind: type[AnyClient], name: str = "public_interface") -> AnyClient:
    """Return a client that speaks as a service of the suite."""
    settings: ServiceSettings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return kind(http(app), Signer(secret, name, "payments_service"))


def as_stranger(app: FastAPI, kind: type[AnyClient]) -> AnyClient:
    return kind(http(app))


def a_sale(key: str, amount: int = 1000, currency: str = "XOF") -> NewJournal:
    """Return what a film bought through the sandbox is in the books."""
    paid = accounts.at_provider("sandbox", currency)
    legs = move(accounts.income("films", currency), paid, amount)
    return journal(key, "sale", legs, source=f"order/{key}")


def coins_bought(key: str, account_id: UUID, amount: int = 100) -> NewJournal:
    legs = move(accounts.bought_coins(account_id), accounts.coins_issued(), amount)
    return journal(key, "coins_bought", legs, source=f"order/{key}")


def coins_spent(key: str, account_id: UUID, amount: int = 10) -> NewJournal:
    legs = move(accounts.coins_issued(), accounts.bought_coins(account_id), amount)
    return journal(key, "coins_spent", legs, source=f"film/{key}")
