"""The ways to pay that work now, the likeliest first."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.orders import AttemptState, MethodOffered, Methods
from payments_service.actions.tools import Tools
from payments_service.providers.provider import Method, Provider, Trouble
from payments_service.queries import orders
from payments_service.rules.orders import Priced, priced, rates_in
from payments_service.rules.phones import number_of, probable_operator

KEPT_SECONDS = 60.0
IN_TROUBLE_SECONDS = 10.0  # so long a provider that did not answer is left alone
PATIENCE_SECONDS = 4.0
LATELY = timedelta(minutes=10)
SHAKY = 3  # so many failures, and not one approval: something is wrong there
FAILED = frozenset({AttemptState.unknown, AttemptState.declined, AttemptState.expired})
logger = logging.getLogger(__name__)
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to pay, and where they are."""

    amount: int
    currency: str
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """What works at a provider, and until when we believe it."""

    methods: frozenset[str]
    trouble: str
    until: float


async def offered(session: AsyncSession, tools: Tools, wanted: Wanted) -> Methods:
    """Return the ways to pay this now; those of the country, and those for everywhere."""
    number = number_of(wanted.phone, wanted.country) if wanted.phone else None
    phone, country = number or ("", wanted.country)
    paused = {name for name, row in (await orders.paused(session)).items() if row.is_paused}
    shaky = await _shaky(session)
    open_ones = [each for name, each in tools.providers.items() if name not in paused]
    working = await asyncio.gather(*(available(tools, each) for each in open_ones))
    likely = probable_operator(phone) if phone else ""
    found = [
        _offer(provider, method, price, likely, shaky)
        for provider, works in zip(open_ones, working, strict=True)
        for method, price in _fitting(provider, works, country, wanted, rates(tools))
    ]
    return Methods(phone=phone or None, country=country or None, items=_best_first(found, country))


async def available(tools: Tools, provider: Provider) -> Working:
    """Return what works at a provider, as it said at most a minute ago."""
    key = f"available:{provider.name}"
    kept: Working | None = tools.kept.get(key)
    if kept is None or kept.until < time.monotonic():
        kept = await _ask(provider)
        tools.kept[key] = kept
    return kept


def rates(tools: Tools) -> Mapping[str, Decimal]:
    found: Mapping[str, Decimal] | None = tools.kept.get("rates")
    if found is None:
        found = tools.kept["rates"] = rates_in(tools.settings.rates, tools.settings.currency)
    return found


def method_of(provider: Provider, name: str, country: str) -> Method | None:
    """Return a provider's method of that name, where it is for this country or for everywhere."""
    found = [each for each in provider.methods() if each.name == name]
    return next((each for each in found if each.country in {None, country}), None)


async def _ask(provider: Provider) -> Working:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await provider.available()
    except (Trouble, TimeoutError) as trouble:
        logger.warning("a provider is not available", extra={"provider": provider.name})
        until = time.monotonic() + IN_TROUBLE_SECONDS
        return Working(frozenset(), str(trouble) or "no answer", until)
    return Working(found, "", time.monotonic() + KEPT_SECONDS)


def _fitting(
    provider: Provider,
    works: Working,
    country: str,
    wanted: Wanted,
    at: Mapping[str, Decimal],
) -> Iterator[tuple[Method, Priced]]:
    for method in provider.methods():
        if method.name not in works.methods or method.country not in {None, country}:
            continue
        price = priced(wanted.amount, wanted.currency, method.currencies, at)
        if price is not None:
            yield method, price


def _offer(
    provider: Provider, method: Method, price: Priced, likely: str, shaky: frozenset[Place]
) -> MethodOffered:
    return MethodOffered(
        provider=provider.name,
        method=method.name,
        country=method.country,
        needs_phone=method.needs_phone,
        amount=price.amount,
        currency=price.currency,
        rate=price.rate,
        is_test=provider.is_test,
        is_predicted=bool(likely) and method.name == likely,
        is_shaky=(provider.name, method.name, method.country or "") in shaky,
    )


def _best_first(found: Sequence[MethodOffered], country: str) -> list[MethodOffered]:
    """Return the operator of the number first, then what is near; what shakes comes last."""

    def rank(one: MethodOffered) -> tuple[bool, bool, bool, bool]:
        is_far = bool(country) and one.country is None
        return one.is_shaky, not one.is_predicted, is_far, one.rate is not None

    return sorted(found, key=rank)


async def _shaky(session: AsyncSession) -> frozenset[Place]:
    """Return where payments failed lately and none went well."""
    failed: Counter[Place] = Counter()
    good: set[Place] = set()
    for provider, method, country, state, count in await orders.recent(session, now() - LATELY):
        place = provider, method, country
        if state == AttemptState.approved:
            good.add(place)
        elif state in FAILED:
            failed[place] += count
    return frozenset(place for place, count in failed.items() if count >= SHAKY) - good
