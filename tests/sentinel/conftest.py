"""Sentinel, and services for it to watch: real apps whose needs can be taken away."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from kit.web import build_app
from sentinel.app import create_app
from sentinel.settings import Settings
from tests.conftest import DatabaseUrl, Start
from tests.sentinel.street import Door, House, Street

MakeSentinel = Callable[..., FastAPI]


@pytest.fixture
async def street(valkey_url: str, start: Start) -> Street:
    """Three services, built as every service is, of which two need PostgreSQL."""
    houses: dict[str, House] = {}
    for name in ("catalog_service", "accounts_service", "tokens_service"):
        house = houses[name] = House(name)
        needs = {"postgresql": house.need} if name != "tokens_service" else {}
        app = build_app(house.settings(valkey_url), checks=needs)
        house.door = Door(await start(app))
    return Street(houses)


@pytest.fixture
def new_sentinel(street: Street, valkey_url: str) -> MakeSentinel:
    """Return a function that makes a sentinel for that street."""

    def make(database_url: str = "", **changes: object) -> FastAPI:
        values: dict[str, object] = {
            "environment": "test",
            "database_url": database_url,
            "valkey_url": valkey_url,
            "interval_seconds": 0.05,
            "hurry_seconds": 0.05,
            "settling_seconds": 0,
        }
        targets = {
            name: httpx.AsyncClient(transport=house.door, base_url="http://service")
            for name, house in street.houses.items()
        }
        return create_app(Settings.model_validate(values | changes), targets=targets)

    return make


@pytest.fixture
async def app(new_sentinel: MakeSentinel, database_url: DatabaseUrl, start: Start) -> FastAPI:
    return await start(new_sentinel(database_url("sentinel")))
