"""Answers that are almost right: whatever a provider says, it is read, or told as trouble."""

import copy
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from payments_service.providers.provider import (
    Charge,
    Given,
    Known,
    Provider,
    Seen,
    Started,
    State,
    Trouble,
)
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import Trouble as Fault
from tests.fakes.rail import Rail
from tests.fakes.wave import Wave
from tests.payments_service.providers.cases import a_charge, a_payout, known, opened

ODD: tuple[Any, ...] = (
    None, "", "odd", "-1", -1, 0, 1.5, 10**40, True, [], {}, [[]], {"a": {}}, "\0", "é" * 600,
)  # fmt: skip
NUMBER = re.compile(r"/[0-9]+(?=/|$)")
Ask = Callable[[], Awaitable[object]]


@dataclass
class Line:
    """A provider, and the last good answer of its rail to a request."""

    rail: Rail
    provider: Provider
    charge: Charge
    known: Known
    heard: dict[str, Any]


def clients(provider: Provider) -> list[httpx.AsyncClient]:
    """Return the lines of a provider, wherever it keeps them."""
    kept = [value for each in (provider, *vars(provider).values()) for value in _of(each)]
    return [each for each in kept if isinstance(each, httpx.AsyncClient)]


def _of(thing: object) -> list[object]:
    return list(vars(thing).values()) if hasattr(thing, "__dict__") else []


@pytest.fixture(params=[FedaPay, MtnMomo, Wave])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    make: Callable[[], Rail] = request.param
    async with make() as rail:
        provider = opened(rail)
        heard: dict[str, Any] = {}

        async def hear(answer: httpx.Response) -> None:
            content = await answer.aread()
            if answer.is_success and content:
                heard[f"{answer.request.method} {answer.request.url.path}"] = json.loads(content)

        for each in clients(provider):
            each.event_hooks["response"].append(hear)
        charge = a_charge(rail)
        started = await provider.start(charge)
        rail.approve(started.provider_ref)
        yield Line(rail, provider, charge, known(charge, started), heard)
        await provider.close()


def oddities(answer: Any) -> Iterator[Any]:
    """Return an answer again and again, one value of it missing or odd each time."""
    for number, path in enumerate(_paths(answer)):
        for odd in (*ODD[number % 5 :: 5], ...):
            changed = copy.deepcopy(answer)
            inside = changed
            for name in path[:-1]:
                inside = inside[name]
            if odd is ...:
                del inside[path[-1]]
            else:
                inside[path[-1]] = odd
            yield changed


def _paths(part: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in items:
        yield (*before, name)
        if isinstance(value, dict | list):
            yield from _paths(value, (*before, name))


async def asked(line: Line, ask: Ask, check: Callable[[object], None]) -> int:
    """Ask once for each oddity of each answer; return how often it was told as trouble."""
    line.heard.clear()
    await ask()
    troubles = 0
    for path, answer in dict(line.heard).items():
        at = NUMBER.split(path)[-1] or path  # /v1/transactions/1000/token: there is one each time
        for odd in oddities(answer):
            line.rail.troubles = [Fault(at, 200, odd)]
            try:
                check(await ask())
            except Trouble:
                troubles += 1
    line.rail.troubles.clear()
    return troubles


async def test_a_charge_is_read_or_is_trouble(line: Line) -> None:
    def check(seen: object) -> None:
        assert seen is None or isinstance(seen, Seen)
        if seen is not None:
            assert isinstance(seen.amount, int)
            assert seen.state in State

    assert await asked(line, lambda: line.provider.find(line.known), check) > 0


async def test_a_start_leads_somewhere_or_is_trouble(line: Line) -> None:
    def check(started: object) -> None:
        assert isinstance(started, Started)
        assert started.provider_ref

    await asked(line, lambda: line.provider.start(a_charge(line.rail)), check)


async def test_a_payout_is_read_or_is_trouble(line: Line) -> None:
    def check(given: object) -> None:
        assert given is None or (isinstance(given, Given) and isinstance(given.fee, int))

    await asked(line, lambda: line.provider.pay_out(a_payout(line.rail)), check)
    payout = a_payout(line.rail)
    ref = (await line.provider.pay_out(payout)).provider_ref
    await asked(line, lambda: line.provider.find_given(payout, ref), check)


async def test_balances_are_numbers_or_trouble(line: Line) -> None:
    def check(held: object) -> None:
        assert isinstance(held, dict)
        assert all(isinstance(amount, int) for amount in held.values())

    await asked(line, line.provider.balances, check)
