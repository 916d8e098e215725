"""Notices, ready made, and who speaks to publisher_service."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI

from accounts_service.models.people import Account
from kit import clock
from kit.auth import seal
from kit.client import Signer
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import NoticeNew
from kit.db import new_id
from kit.events import NOTICE
from kit.settings import ServiceSettings
from tests.factories.catalog import access_token
from tests.wiring import http

LINK = "https://portal.example.org/l/une-seule-fois"


def as_service(app: FastAPI) -> PublisherClient:
    """Return a client that speaks as a service of the suite."""
    settings: ServiceSettings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return PublisherClient(http(app), Signer(secret, "accounts_service", "publisher_service"))


def as_stranger(app: FastAPI) -> PublisherClient:
    return PublisherClient(http(app))


def as_person(app: FastAPI, account_id: UUID, *roles: str) -> PublisherClient:
    token = access_token(app, sub=str(account_id), roles=list(roles))
    return PublisherClient(http(app)).acting(token)


async def an_account(
    accounts_app: FastAPI, account_id: UUID, name: str, email: str | None = None
) -> None:
    """Put an account there, with an address that is known to be its person's, if one is given."""
    async with accounts_app.state.database.sessions.begin() as session:
        session.add(
            Account(
                id=account_id,
                email=email or f"{account_id}@example.org",
                email_verified_at=clock.now() if email else None,
                name=name,
                roles=[],
                created_at=clock.now(),
            )
        )


def a_letter(app: FastAPI, email: str = "alice@example.org", **changes: Any) -> NoticeNew:
    """Return a notice with a one-time link, to an address."""
    settings: ServiceSettings = app.state.settings
    sealed = seal(settings.suite_secret.get_secret_value(), NOTICE, {"link": LINK})
    given = {
        "id": new_id(),
        "at": clock.now(),
        "kind": "account.sign_in_link",
        "email": email,
        "values": {"name": "Alice", "minutes": 15},
        "sealed": sealed,
    }
    return NoticeNew.model_validate(given | changes)


def a_bare_letter(email: str = "alice@example.org") -> NoticeNew:
    """Return a notice to an address, without anything sealed."""
    return NoticeNew(
        id=new_id(),
        at=clock.now(),
        kind="account.suspended",
        email=email,
        values={"name": "Alice"},
    )


def a_piece_of_news(account_id: UUID, title: str = "Sira", **changes: Any) -> NoticeNew:
    given = {
        "id": new_id(),
        "at": clock.now(),
        "kind": "film.published",
        "account_id": account_id,
        "values": {
            "title": title,
            "url": "https://portal.example.org/films/sira",
            "by": "Studio Lagune",
        },
    }
    return NoticeNew.model_validate(given | changes)
