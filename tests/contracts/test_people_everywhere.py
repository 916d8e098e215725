"""What a person may ask of the whole suite: real services, each with its own worker."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

import accounts_service.app
import catalog_service.app
import gateway.app
import payments_service.app
import publisher_service.app
import tokens_service.app
from accounts_service.actions.forgetting import start_due_deletions
from accounts_service.settings import Settings as AccountsSettings
from catalog_service.settings import Settings as CatalogSettings
from gateway.settings import Settings as GatewaySettings
from kit import clock
from kit.client import Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import DeletionNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import EventNew, GatewayClient
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from payments_service.settings import Settings as PaymentsSettings
from publisher_service.settings import Settings as PublisherSettings
from tests.conftest import DatabaseUrl, Start
from tests.factories import tokens
from tests.factories.accounts import PASSWORD, a_viewer, an_owner, as_service, as_stranger
from tests.kit.queueing import until
from tests.wiring import http
from tokens_service.settings import Settings as TokensSettings

ACCOUNTS_ARE_AWAY = AccountsClient(http(FastAPI()))


@pytest.fixture
async def tokens_app(tmp_path: Path, valkey_url: str, start: Start) -> FastAPI:
    url = f"file:{tmp_path / 'tokens.sqlite'}"
    settings = TokensSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(tokens_service.app.create_app(settings, ACCOUNTS_ARE_AWAY))


@pytest.fixture
async def publisher_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("publisher_service")
    settings = PublisherSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(publisher_service.app.create_app(settings, ACCOUNTS_ARE_AWAY))


@pytest.fixture
async def catalog_app(
    database_url: DatabaseUrl, valkey_url: str, tmp_path: Path, start: Start
) -> FastAPI:
    settings = CatalogSettings(
        environment="test",
        database_url=database_url("catalog_service"),
        valkey_url=valkey_url,
        media_url=str(tmp_path / "pictures"),
    )
    return await start(catalog_service.app.create_app(settings))


@pytest.fixture
async def gateway_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("gateway")
    settings = GatewaySettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(gateway.app.create_app(settings))


@pytest.fixture
async def payments_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("payments_service")
    settings = PaymentsSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(payments_service.app.create_app(settings))


@pytest.fixture
async def app(
    database_url: DatabaseUrl,
    valkey_url: str,
    start: Start,
    tokens_app: FastAPI,
    publisher_app: FastAPI,
    catalog_app: FastAPI,
    gateway_app: FastAPI,
    payments_app: FastAPI,
) -> FastAPI:
    url = database_url("accounts_service")
    settings = AccountsSettings(environment="test", database_url=url, valkey_url=valkey_url)
    secret = settings.suite_secret.get_secret_value()
    others = tuple(
        kind(http(each), Signer(secret, "accounts_service", kind.SERVICE))
        for kind, each in (
            (TokensClient, tokens_app),
            (PublisherClient, publisher_app),
            (CatalogClient, catalog_app),
            (GatewayClient, gateway_app),
            (PaymentsPrivacyClient, payments_app),
        )
    )
    return await start(accounts_service.app.create_app(settings, *others))


async def test_everything_comes_in_one_archive(app: FastAPI) -> None:
    me = as_stranger(app).acting((await a_viewer(app)).access_token)
    made = await me.ask_export()

    async def is_ready() -> bool:
        return (await me.exports()).items[0].state == "ready"

    await until(is_ready)
    with zipfile.ZipFile(io.BytesIO(await me.export_archive(made.id))) as archive:
        assert sorted(archive.namelist()) == [
            "README.txt",
            "accounts_service.json",
            "catalog_service.json",
            "gateway.json",
            "payments_service.json",
            "publisher_service.json",
            "tokens_service.json",
        ]


async def test_a_deleted_account_is_forgotten_by_all(
    app: FastAPI, tokens_app: FastAPI, gateway_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    charlie = await a_viewer(app)
    told = {"into_id": str(charlie.account.id)}
    event = EventNew(id=uuid4(), name="AccountsMerged", at=clock.now(), payload=told)
    await jobs_of(gateway_app).tell(event)
    me = as_stranger(app).acting(charlie.access_token)
    code = await a_code_of(tokens_app, charlie.account.id)
    await me.plan_deletion(DeletionNew(password=PASSWORD))
    real = clock.now
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: real() + timedelta(days=31))
        async with app.state.database.sessions.begin() as session:
            await start_due_deletions(session)

    async def is_forgotten() -> bool:
        return not (await as_service(app).personal_data(charlie.account.id)).parts["account"]

    await until(is_forgotten)
    assert (await tokens.as_service(tokens_app).token(code)).account_id is None
    kept = await jobs_of(gateway_app).personal_data(charlie.account.id)
    assert kept.parts == {"events": [], "jobs": []}


async def test_the_codes_of_two_accounts_that_become_one_go_along(
    app: FastAPI, tokens_app: FastAPI
) -> None:
    dana = await an_owner(app)
    alice, twin = await a_viewer(app, "alice@example.org"), await a_viewer(app, "twin@example.org")
    code = await a_code_of(tokens_app, twin.account.id)
    staff = as_stranger(app).acting(dana.access_token)
    await staff.merge(alice.account.id, twin.account.id, "Même personne")

    async def is_hers() -> bool:
        found = await tokens.as_service(tokens_app).token(code)
        return found.account_id == alice.account.id

    await until(is_hers)


def jobs_of(gateway_app: FastAPI) -> GatewayClient:
    secret = gateway_app.state.settings.suite_secret.get_secret_value()
    return GatewayClient(http(gateway_app), Signer(secret, "accounts_service", "gateway"))


async def a_code_of(tokens_app: FastAPI, account_id: UUID) -> UUID:
    made = await tokens.a_token(tokens_app)
    keeper: TokensClient = tokens.as_service(tokens_app)
    return (await keeper.set_holder(made.id, account_id)).id
