"""Traps of mobile money, on every rail: accepted is not paid, what is read at once may change."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest

from payments_service.providers.provider import Provider, State, Trouble
from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import Trouble as Fault
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe
from tests.fakes.wave import Wave
from tests.payments_service.providers.cases import a_charge, known, opened
from tests.payments_service.providers.test_odd_answers import clients


@dataclass(frozen=True)
class Case:
    """What makes a charge (its name ends so), and what tells of it."""

    rail: Callable[[], Rail]
    creates: str
    asks: str


CASES = (
    Case(FedaPay, "POST /v1/transactions", "GET /v1/transactions"),
    Case(MtnMomo, "POST /collection/v1_0/requesttopay", "GET /collection/v1_0/requesttopay"),
    Case(Wave, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions"),
    Case(CinetPay, "POST /v1/payment", "GET /v1/payment"),
    Case(PayDunya, "/checkout-invoice/create", "/checkout-invoice/confirm"),
    Case(Stripe, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions/"),
    Case(PayPal, "POST /v2/checkout/orders", "GET /v2/checkout/orders"),
)


@dataclass
class Line:
    """A provider, and what its rail answered to each request, by its method and path."""

    case: Case
    rail: Rail
    provider: Provider
    heard: dict[str, tuple[int, str]]


@pytest.fixture(params=CASES, ids=lambda case: case.rail.__name__)
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    case: Case = request.param
    async with case.rail() as rail:
        provider = opened(rail)
        heard: dict[str, tuple[int, str]] = {}

        async def hear(answer: httpx.Response) -> None:
            content = (await answer.aread()).decode()
            name = f"{answer.request.method} {answer.request.url.path}"
            heard.setdefault(name, (answer.status_code, content))

        for each in clients(provider):
            each.event_hooks["response"].append(hear)
        yield Line(case, rail, provider, heard)
        await provider.close()


async def test_accepted_is_not_paid_and_what_is_read_at_once_is_not_final(line: Line) -> None:
    charge = a_charge(line.rail)
    started = await line.provider.start(charge)
    assert started.state is State.pending
    at_once = await line.provider.find(known(charge, started))
    assert at_once is not None
    assert at_once.state is State.pending
    ref = next(iter(line.rail.charges))
    line.rail.decline(ref)
    declined = await line.provider.find(known(charge, started))
    assert declined is not None
    line.rail.approve(ref)
    later = await line.provider.find(known(charge, started))
    assert later is not None
    assert (later.state, later.amount) == (State.approved, charge.amount)


async def test_codes_of_one_endpoint_are_never_read_as_another_s(line: Line) -> None:
    """What says that a charge was registered, heard where its state is asked for, pays nothing."""
    charge = a_charge(line.rail)
    started = await line.provider.start(charge)
    (made,) = [said for name, said in line.heard.items() if name.endswith(line.case.creates)]
    status, content = made
    assert 200 <= status < 300
    line.rail.troubles = [Fault(line.case.asks, status, content)]
    try:
        seen = await line.provider.find(known(charge, started))
    except Trouble:
        seen = None
    assert seen is None or seen.state is State.pending
    assert not line.rail.troubles, "it was heard there"
    assert content == "" or json.loads(content)
