"""A browser that buys, and a sandbox that says what became of the money."""

import re
import secrets
from typing import TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.payments.order_stories import AttemptQuery
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.orders_client import OrdersClient
from payments_service.actions.papers import writing
from payments_service.providers.sandbox import Sandbox
from tests.admin_interface.browsing import see, send
from tests.factories import payments
from tests.factories.accounts import PASSWORD

Client = TypeVar("Client", bound=ServiceClient)
CHARLIE = "charlie@example.org"
NUMBER = {"phone": "90 12 34 56", "country": "TG", "is_kept": "true"}


def ask(app: FastAPI, kind: type[Client]) -> Client:
    return payments.as_service(app, kind)


async def signed_in(browser: httpx.AsyncClient, email: str = CHARLIE) -> None:
    form = {"email": email, "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303


async def ordered(
    browser: httpx.AsyncClient, kind: OrderKind, subject: object, page: str = "/code?next=/"
) -> str:
    """Press the button that buys it; return the path of the order's page."""
    form = {"kind": kind.value, "subject": str(subject), "key": a_key(), "next": "/films"}
    answer = await send(browser, page, "/orders", form)
    assert answer.status_code == 303
    found: str = answer.headers["location"]
    assert re.fullmatch(r"/orders/[0-9a-f-]{36}", found), (found, answer.headers)
    return found


async def pays(browser: httpx.AsyncClient, path: str, **form: str) -> httpx.Response:
    """Send the form that pays; without a way, the number says it."""
    return await send(browser, path, f"{path}/attempts", {"key": a_key(), **NUMBER, **form})


async def comes(app: FastAPI, path: str, outcome: str = "approve") -> None:
    """Let the newest payment of an order come to this, and have it seen."""
    staff = ask(app, OrdersClient)
    query = AttemptQuery(order_id=UUID(path.rpartition("/")[2]))
    newest = (await staff.attempts(query)).items[0]
    sandbox = app.state.tools.providers["sandbox"]
    assert isinstance(sandbox, Sandbox)
    await sandbox.choose(newest.provider_ref or "", outcome)
    await staff.check_attempt(newest.id)


async def bought(browser: httpx.AsyncClient, app: FastAPI, kind: OrderKind, subject: object) -> str:
    path = await ordered(browser, kind, subject)
    assert (await pays(browser, path)).status_code == 303
    await comes(app, path)
    return path


async def papers_written(app: FastAPI, path: str) -> None:
    """Write the invoice of an order, as a job does a little later."""
    async with app.state.database.sessions.begin() as session:
        await writing.write_invoice(session, app.state.tools, UUID(path.rpartition("/")[2]))


def a_key() -> str:
    return secrets.token_urlsafe(18)


async def stage(browser: httpx.AsyncClient, path: str) -> str:
    """Return how far an order is, as its page says."""
    found = re.search(r'data-stage="([a-z]+)"', (await see(browser, path)).text)
    assert found
    return found[1]
