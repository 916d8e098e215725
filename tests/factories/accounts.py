"""Accounts, links and programs, ready made: through the service's own doors."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute

from accounts_service.models.people import Account
from kit import clock
from kit.auth import Caller
from kit.client import Signer
from kit.contracts.accounts import (
    AccountsClient,
    ClientNew,
    ClientWithSecret,
    Setup,
    SetupLinkNew,
    SignedIn,
    SignIn,
)
from kit.settings import ServiceSettings
from tests.wiring import http

PASSWORD = "sept lampes sur la lagune"


def as_service(app: FastAPI, name: str = "suite") -> AccountsClient:
    """Return a client that speaks as a service of the suite."""
    settings: ServiceSettings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return AccountsClient(http(app), Signer(secret, name, "accounts_service"))


def as_stranger(app: FastAPI) -> AccountsClient:
    return AccountsClient(http(app))


async def an_owner(app: FastAPI, email: str = "dana@example.org") -> SignedIn:
    """Set Dana up as the first owner."""
    link = await as_service(app).make_setup_link(SetupLinkNew())
    setup = Setup(token=link.token, email=email, password=PASSWORD, name="Dana Agbeko")
    return await as_stranger(app).set_up(setup)


async def an_admin(app: FastAPI, email: str = "bob@example.org") -> SignedIn:
    link = await as_service(app).make_setup_link(SetupLinkNew(email=email))
    setup = Setup(token=link.token, email=email, password=PASSWORD, name="Bob")
    return await as_stranger(app).set_up(setup)


async def a_viewer(app: FastAPI, email: str = "charlie@example.org") -> SignedIn:
    """Somebody without any role, signed in."""
    hashed = await app.state.tools.passwords.hash(PASSWORD)
    async with app.state.database.sessions.begin() as session:
        session.add(
            Account(
                email=email,
                name="Charlie",
                password_hash=hashed,
                roles=[],
                created_at=clock.now(),
                email_verified_at=clock.now(),
            )
        )
    return await as_stranger(app).sign_in(SignIn(email=email, password=PASSWORD))


async def a_program(app: FastAPI, *scopes: str) -> ClientWithSecret:
    return await as_service(app).create_client(
        ClientNew(name="Sahel TV", scopes=scopes or ("films:read", "tokens:mint"))
    )


async def caller_of(app: FastAPI, signed_in: SignedIn) -> Caller:
    found: Caller = await app.state.keys.caller(signed_in.access_token)
    return found


def account_id(signed_in: SignedIn) -> UUID:
    return signed_in.account.id


async def set_back(
    app: FastAPI,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    days: float,
) -> None:
    """Let what this column tells have happened earlier."""
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(column.class_).values({column: column - timedelta(days=days)}))
