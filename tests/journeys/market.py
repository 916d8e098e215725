"""A town that sells: two rails of mobile money, films on screen, and a till that may be killed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import accounts_service.app
import admin_interface.app
import catalog_service.app
import public_interface.app
import publisher_service.app
import transcoder_service.app
from accounts_service.settings import Settings as AccountsSettings
from admin_interface.settings import Settings as AdminSettings
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient, SignedIn
from kit.contracts.accounts.studios import InvitationAccount, InvitationNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from publisher_service.settings import Settings as PublisherSettings
from tests.catalog_service.conftest import API_KEY, LIBRARY, MakeSettings, nobody
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.fakes.fedapay import FedaPay
from tests.fakes.mail_server import MailServer, a_mail_server
from tests.fakes.mtn_momo import MtnMomo
from tests.journeys.cinema import own_library, served
from tests.journeys.running import free_ports
from tests.journeys.till import Till
from tests.journeys.town import Town, _speaking, chromium
from tests.public_interface.conftest import believe, portal_settings, speaking_to
from tests.wiring import http

NAMES = ("portal", "library", "till", "dashboard", "accounts", "catalog", "tokens", "publisher",
         "nobody")  # fmt: skip
LIVE_KEY = "sk_live_a-key-that-is-long-enough"


@dataclass(kw_only=True)
class Market(Town):
    library: VideoLibraryClient
    till: Till
    fedapay: FedaPay
    mtn: MtnMomo

    async def joined(self, admin: AccountsClient, name: str, role: str) -> SignedIn:
        """Let somebody accept an invitation to a role."""
        wish = {"email": f"{name.split()[0].lower()}@example.org", "role": role, "by_hand": True}
        made = await admin.invite(InvitationNew.model_validate(wish))
        token = (made.link or "").rpartition("/")[2]
        new = InvitationAccount(token=token, name=name, password=accounts.PASSWORD)
        return await accounts.as_stranger(self.accounts).accept_as_new(new)


@pytest.fixture
async def market(
    database_url: DatabaseUrl,
    valkey_url: str,
    tmp_path: Path,
    start: Start,
    settings: MakeSettings,
    tokens_app: FastAPI,
) -> AsyncIterator[Market]:
    ports = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    common: dict[str, Any] = {
        "environment": "test",
        "valkey_url": valkey_url,
        "portal_public_url": url["portal"],
        "dashboard_public_url": url["dashboard"],
    }
    async with AsyncExitStack() as stack:
        mails = await stack.enter_async_context(a_mail_server())
        fedapay = await stack.enter_async_context(FedaPay(key=LIVE_KEY))
        mtn = await stack.enter_async_context(MtnMomo())
        till = Till(**_of_till(common, url, database_url("payments_service"), fedapay, mtn))
        stack.push_async_callback(till.close)
        await till.warm_up()
        library_app = await start(
            transcoder_service.app.create_app(
                own_library(
                    database_url("transcoder_service"), valkey_url, tmp_path,
                    ports["portal"], ports["library"],
                )
            )
        )  # fmt: skip
        library = VideoLibraryClient(http(library_app), LIBRARY, API_KEY)
        catalog = await start(
            catalog_service.app.create_app(
                settings(bunny_cdn_url=url["library"]),
                library,
                _speaking(TokensClient, tokens_app, "catalog_service"),
                *nobody(),
            )
        )
        people = await start(
            accounts_service.app.create_app(
                AccountsSettings(
                    **common,
                    database_url=database_url("accounts_service"),
                    publisher_url=url["publisher"],
                ),
                _speaking(TokensClient, tokens_app, "accounts_service"),
                _speaking(CatalogClient, catalog, "accounts_service"),
            )
        )
        publisher = await start(
            _publisher(common, database_url("publisher_service"), mails, people)
        )
        portal = await start(
            _portal(common, url, speaking_to(catalog, tokens_app, people, publisher)[:4])
        )
        apps = {AccountsClient: people, CatalogClient: catalog, TokensClient: tokens_app,
                GatewayClient: FastAPI(), PublisherClient: publisher}  # fmt: skip
        desk = await start(_dashboard(common, url, apps, library))
        here = {"portal": portal, "library": library_app, "dashboard": desk, "accounts": people,
                "catalog": catalog, "tokens": tokens_app, "publisher": publisher,
                "nobody": FastAPI()}  # fmt: skip
        for name in ("portal", "dashboard", "catalog", "tokens", "publisher"):
            believe(here[name], people)
        found = Market(
            portal=url["portal"],
            dashboard=url["dashboard"],
            accounts=people,
            publisher=publisher,
            catalog=catalog,
            tokens=tokens_app,
            jobs=here["nobody"],
            mails=mails,
            browser=await stack.enter_async_context(chromium()),
            library=library,
            till=till,
            fedapay=fedapay,
            mtn=mtn,
        )
        async with served(*((app, ports[name]) for name, app in here.items())):
            yield found
            for each in (portal, desk, publisher):
                each.state.stopping.set()
    assert found.troubles == []


def _of_till(
    common: dict[str, Any], url: dict[str, str], database: str, *rails: FedaPay | MtnMomo
) -> dict[str, Any]:
    """Return what payments_service is told; a difference with a provider is a finding at once."""
    given = {name: common[name] for name in ("environment", "valkey_url", "portal_public_url")}
    for rail in rails:
        given |= rail.settings()
    for name in ("accounts", "catalog", "tokens", "publisher"):
        given[f"{name}_url"] = url[name]
    return given | {
        "database_url": database,
        "gateway_url": url["nobody"],
        "port": int(url["till"].rpartition(":")[2]),
        "public_url": "https://pay.example.org",
        "reconcile_grace_minutes": 0,
        "payout_minimum": 100,
        "log_level": "WARNING",
    }


def _publisher(
    common: dict[str, Any], database: str, mails: MailServer, people: FastAPI
) -> FastAPI:
    settings = PublisherSettings(
        **common,
        database_url=database,
        smtp_host="127.0.0.1",
        smtp_port=mails.port,
        smtp_security="none",
    )
    accounts_of = _speaking(AccountsClient, people, "publisher_service")
    return publisher_service.app.create_app(settings, accounts_of)


def _portal(
    common: dict[str, Any], url: dict[str, str], others: tuple[ServiceClient, ...]
) -> FastAPI:
    own = portal_settings(**common, bunny_cdn_url=url["library"])
    money = (kind.at(own, url["till"]) for kind in public_interface.app.PAYMENTS)
    return public_interface.app.create_app(own, *others, *money)


def _dashboard(
    common: dict[str, Any],
    url: dict[str, str],
    apps: dict[type[Any], FastAPI],
    library: VideoLibraryClient,
) -> FastAPI:
    own = AdminSettings(**common, bunny_cdn_url=url["library"])
    others = (_speaking(kind, app, "admin_interface") for kind, app in apps.items())
    money = (kind.at(own, url["till"]) for kind in admin_interface.app.PAYMENTS)
    return admin_interface.app.create_app(own, *others, *money, library)
