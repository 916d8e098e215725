"""tokens_service as the benchmarks serve it, and tokens to ask it for."""

import asyncio
from pathlib import Path

from fastapi import FastAPI

from kit.auth import Caller
from kit.contracts.tokens import AccessLevel, Mint, Token
from tokens_service import migrations
from tokens_service.actions.issuer import Issuer
from tokens_service.actions.mint import mint
from tokens_service.app import create_app, store_at
from tokens_service.queries import outbox
from tokens_service.rules.keys import Keys
from tokens_service.settings import Settings

SECRET = "a secret for benchmarks, long enough"


def environment(folder: Path, valkey_url: str) -> dict[str, str]:
    """Return the settings of the service under test: everything as always, limits included."""
    return {
        "TOKENS_DATABASE_URL": f"file:{folder / 'tokens.sqlite'}",
        "TOKENS_VERIFICATIONS_PER_MINUTE": "1000000000",
        "SECRET_KEY": SECRET,
        "VALKEY_URL": valkey_url,
    }


def app() -> FastAPI:
    return create_app(Settings())


def minted(folder: Path, count: int) -> list[Token]:
    return asyncio.run(_minted(folder, count))


async def _minted(folder: Path, count: int) -> list[Token]:
    settings = Settings(database_url=f"file:{folder / 'tokens.sqlite'}")
    store = store_at(settings)
    await store.open(migrations.ALL)
    issuer = Issuer(store, Keys.of(SECRET, ""), "OM43", 30)
    caller = Caller("service", "benchmarks")
    new = Mint(title="Nuit de Lomé", access_level=AccessLevel.vip)
    made = [await mint(issuer, caller, new) for _ in range(count)]
    while told := await outbox.untold(store, 1000):
        await outbox.forget(store, told)
    await store.close()
    return made
