"""A payments_service with a kiosk and the plainest rail, for `webhooks_exactly_once`."""

import os

from fastapi import FastAPI

from payments_service.app import create_app
from payments_service.settings import Settings
from tests.factories.selling import kiosks
from tests.fakes.plain_rail import Plain
from tests.payments_service.paying import strangers_to_all


def shop() -> FastAPI:
    settings = Settings(
        database_url=os.environ["BENCH_DATABASE_URL"],
        accounts_url="http://127.0.0.1:9",
        rate_limits=False,
        sandbox=False,
        log_level="CRITICAL",
    )
    rail = Plain(os.environ["BENCH_RAIL_URL"])
    return create_app(settings, *strangers_to_all(), providers=[rail], sellers=kiosks())
