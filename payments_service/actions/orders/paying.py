"""Beginning to pay: the attempt is in our books before anybody else hears of it."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import (
    MethodUnavailable,
    OrderClosed,
    OrderKeyReused,
    TooManyAttempts,
    WrongPhone,
)
from kit.contracts.payments.orders import AttemptNew, AttemptState, OrderState
from payments_service.actions.orders import checking, making, offers, seeing
from payments_service.actions.orders.settling import locked, move
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.providers.provider import (
    Away,
    Charge,
    Method,
    Provider,
    Refused,
    Renewing,
    Started,
    State,
    Trouble,
)
from payments_service.queries import orders
from payments_service.rules import attempts
from payments_service.rules.orders import OPEN, priced
from payments_service.rules.phones import number_of

LONGEST_SECONDS = 12.0  # for a provider's answer; later it is one that nobody knows
MOST, MOST_OPEN, LATELY = 20, 3, timedelta(minutes=10)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to pay which order how; `key` makes the second time harmless.

    `saved`: the card that is charged again while the payer is away (`Renewing`).
    """

    order_id: UUID
    caller: Caller
    secret: str
    key: str
    new: AttemptNew
    saved: str = ""


async def pay(tools: Tools, asked: Asked) -> Order:
    """Begin to pay an order and return it as it is then.

    Raise OrderNotFound, OrderClosed, OrderKeyReused, TooManyAttempts, MethodUnavailable or
    WrongPhone.
    """
    making.check_key(asked.key)
    provider = tools.provider(asked.new.provider)
    await _check_working(tools, provider, asked)
    async with tools.database.sessions.begin() as session:
        attempt, is_new = await _write_down(session, tools, provider, asked)
        charge = await _charge(session, tools, attempt)
    if is_new:
        await _start(tools, provider, charge, asked.saved)
    async with tools.database.reads() as session:
        return await orders.order(session, asked.order_id)


async def _check_working(tools: Tools, provider: Provider, asked: Asked) -> None:
    """Raise MethodUnavailable; asked before anything is locked, and not of what was begun."""
    async with tools.database.reads() as session:
        if await orders.is_attempt_known(session, asked.order_id, asked.key):
            return
        paused = (await orders.paused(session)).get(provider.name)
    if paused is not None and paused.is_paused:
        raise MethodUnavailable
    if asked.new.method not in (await offers.available(tools, provider)).methods:
        raise MethodUnavailable


async def _write_down(
    session: AsyncSession, tools: Tools, provider: Provider, asked: Asked
) -> tuple[Attempt, bool]:
    """Return the attempt and whether it is new; it is committed before the provider is called."""
    order = await orders.order_for_update(session, asked.order_id)
    seeing.check_owner(order, asked.caller, asked.secret)
    told = attempts.input_hash([asked.new.model_dump(mode="json")])
    known = next((each for each in order.attempts if each.key == asked.key), None)
    if known is not None:
        if known.input_hash != told:
            raise OrderKeyReused
        return known, False
    at = now()
    _check_open(order, at)
    attempt = _attempt(tools, provider, order, asked.new)
    attempt.key, attempt.input_hash = asked.key, told
    attempt.created_at = attempt.updated_at = at
    attempt.next_check_at = attempts.next_check(AttemptState.new, at, at)
    session.add(attempt)
    order.state = OrderState.pending
    order.expires_at = max(order.expires_at, at + making.GRACE)
    await session.flush()
    return attempt, True


def _check_open(order: Order, at: datetime) -> None:
    if order.state not in OPEN:
        raise OrderClosed(state=order.state)
    going = [
        each
        for each in order.attempts
        if each.state in attempts.OPEN and each.created_at > at - LATELY
    ]
    if len(going) >= MOST_OPEN or len(order.attempts) >= MOST:
        raise TooManyAttempts


def _attempt(tools: Tools, provider: Provider, order: Order, new: AttemptNew) -> Attempt:
    where = new.country or order.country or ""
    number = number_of(new.phone, where) if new.phone else None
    method = _method(provider, new.method, number[1] if number else where)
    if method.needs_phone and number is None:
        raise WrongPhone
    price = priced(order.amount, order.currency, method.currencies, offers.rates(tools))
    if price is None:
        raise MethodUnavailable
    return Attempt(
        order_id=order.id,
        provider=provider.name,
        method=method.name,
        country=method.country or where,
        phone=number[0] if number else "",
        amount=price.amount,
        currency=price.currency,
        rate=price.rate,
        is_test=provider.is_test,
        state=AttemptState.new,
    )


def _method(provider: Provider, name: str, country: str) -> Method:
    found = offers.method_of(provider, name, country)
    if found is None:
        raise MethodUnavailable
    return found


async def _charge(session: AsyncSession, tools: Tools, attempt: Attempt) -> Charge:
    order = await orders.order(session, attempt.order_id)
    page = f"{tools.home}/orders/{order.id}"
    return Charge(
        attempt_id=attempt.id,
        order_id=order.id,
        method=attempt.method,
        amount=attempt.amount,
        currency=attempt.currency,
        description=f"{tools.brand} · {order.title}"[:120],
        return_url=page,
        cancel_url=page,
        webhook_url=f"{tools.here}/webhooks/{attempt.provider}",
        phone=attempt.phone,
        email=order.email,
        country=attempt.country,
        locale=order.locale,
        created_at=attempt.created_at,
        keeps_card=bool(order.details.get("keep_card")),
    )


async def _start(tools: Tools, provider: Provider, charge: Charge, saved: str) -> None:
    """Call the provider; whatever comes of it is written down. Nothing is assumed of silence."""
    if saved and isinstance(provider, Renewing):
        call = provider.charge_again(charge, saved)
    else:
        call = provider.start(charge)
    answered = await _answer(call, provider.name)
    async with tools.database.sessions.begin() as session:
        _, attempt = await locked(session, charge.attempt_id)
        if isinstance(answered, Started):
            await _started(session, attempt, answered)
        else:
            _not_started(attempt, answered)
    if isinstance(answered, Started) and answered.state is State.approved:
        await _look(tools, charge.attempt_id)  # what counts is what `find` says


async def _answer(call: Awaitable[Started], name: str) -> Started | Exception:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await call
    except Trouble as trouble:
        return trouble
    except TimeoutError:
        return Trouble(f"{name} took too long to answer")
    except Exception as error:  # the edge to a third party: what happened there is unknown
        logger.exception("a provider's start failed", extra={"provider": name})
        return error


async def _started(session: AsyncSession, attempt: Attempt, started: Started) -> None:
    if await orders.is_ref_free(session, attempt, started.provider_ref):
        attempt.provider_ref = attempt.provider_ref or started.provider_ref or None
    attempt.redirect_url = started.redirect_url
    attempt.secrets = {**attempt.secrets, **started.secrets}
    is_good = started.state in {State.pending, State.approved}
    move(attempt, AttemptState.pending if is_good else AttemptState(started.state))


def _not_started(attempt: Attempt, trouble: Exception) -> None:
    attempt.trouble = str(trouble)[:500]
    if isinstance(trouble, Refused):
        move(attempt, AttemptState.declined, trouble.reason)
    elif isinstance(trouble, Away):
        move(attempt, AttemptState.declined, "operator_down")
    else:
        move(attempt, AttemptState.unknown)


async def _look(tools: Tools, attempt_id: UUID) -> None:
    try:
        await checking.look(tools, attempt_id)
    except checking.UNKNOWN:
        logger.warning("the truth is asked for later", extra={"attempt_id": str(attempt_id)})
