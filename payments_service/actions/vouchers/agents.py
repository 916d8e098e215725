"""Agents: the sales they confirm, the orders they take cash for, and the cash they owe us."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import vouchers as wire
from kit.contracts.payments.errors import (
    SettlementTooLarge,
    VoucherKeyReused,
    VoucherNotFound,
    VoucherSold,
    VoucherWithdrawn,
)
from kit.contracts.payments.vouchers import (
    AgentDebt,
    AgentDebts,
    AgentSettlementNew,
    VoucherKind,
    VoucherState,
)
from kit.db import new_id
from kit.events import audit
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import codes
from payments_service.models.vouchers import AgentTake, Voucher
from payments_service.queries import ledger, vouchers
from payments_service.rules import accounts
from payments_service.rules.journals import journal, move


@dataclass(frozen=True, slots=True)
class Taken:
    """Cash that an agent took (above zero) or handed over (below), once for `key`."""

    key: str
    amount: int
    currency: str


async def find(session: AsyncSession, tools: Tools, text: str) -> wire.Voucher:
    """Return the voucher of a code, for an agent about to sell it; raise VoucherNotFound."""
    return wire.Voucher.model_validate(await _voucher(session, tools, text))


async def confirm_sale(
    session: AsyncSession, tools: Tools, caller: Caller, text: str
) -> wire.Voucher:
    """Write down that the cash for a voucher was taken: it is worth its amount from now on.

    Doing it twice is fine for the same agent; raise VoucherSold for another, VoucherWithdrawn.
    """
    row = await _voucher(session, tools, text)
    if row.state in {VoucherState.revoked, VoucherState.expired}:
        raise VoucherWithdrawn
    if row.state is not VoucherState.made:
        if row.sold_by == caller.id:
            return wire.Voucher.model_validate(row)
        raise VoucherSold(sold_at=row.sold_at.isoformat() if row.sold_at else None)
    at = now()
    row.state, row.remaining = VoucherState.sold, row.amount
    row.sold_at, row.sold_by = at, caller.id
    row.expires_at = at + timedelta(days=row.days)
    await session.flush()
    legs = move(accounts.vouchers(row.currency), accounts.agents(row.currency), row.amount)
    source = f"voucher/{row.id}"
    details = {"agent": caller.id}
    await ledger.post(
        session,
        journal(f"voucher:{row.id}:sold", "voucher_sold", legs, source=source, details=details),
    )
    write(session, caller, Taken(f"voucher:{row.id}", row.amount, row.currency))
    await audit(session, caller, "voucher.sell", f"voucher:{row.id}", {"amount": row.amount})
    return wire.Voucher.model_validate(row)


async def debts(session: AsyncSession) -> AgentDebts:
    found = await vouchers.debts(session)
    return AgentDebts(items=[AgentDebt.model_validate(one) for one in found])


async def settle(
    session: AsyncSession, caller: Caller, agent_id: str, new: AgentSettlementNew
) -> AgentDebt:
    """Write down that an agent handed cash over, once for this key; raise SettlementTooLarge."""
    key = f"settlement:{agent_id}:{new.key}"
    await vouchers.lock_agent(session, agent_id)
    known = await vouchers.take_of_key(session, key)
    before = await _debt(session, agent_id, new.currency)
    if known is not None:
        if (known.amount, known.currency) != (-new.amount, new.currency):
            raise VoucherKeyReused
        return before
    if new.amount > before.owed:
        raise SettlementTooLarge(owed=before.owed)
    legs = move(accounts.agents(new.currency), accounts.bank(new.currency), new.amount)
    made = journal(
        f"agent:{key}", "agent_settlement", legs, source=f"agent/{agent_id}",
        details={"agent": agent_id},
    )  # fmt: skip
    await ledger.post(session, made)
    agent = Caller("person", id=agent_id, name=before.agent_name)
    write(session, agent, Taken(key, -new.amount, new.currency))
    told = {"amount": new.amount, "currency": new.currency}
    await audit(session, caller, "agent.settle", f"agent:{agent_id}", told)
    await session.flush()
    return await _debt(session, agent_id, new.currency)


def write(session: AsyncSession, agent: Caller, taken: Taken) -> None:
    session.add(
        AgentTake(
            id=new_id(), key=taken.key, agent_id=agent.id, agent_name=agent.name,
            amount=taken.amount, currency=taken.currency, at=now(),
        )
    )  # fmt: skip


async def _voucher(session: AsyncSession, tools: Tools, text: str) -> Voucher:
    row = await codes.found_for_update(session, tools, text)
    if row is None or row.kind is not VoucherKind.voucher:
        raise VoucherNotFound
    return row


async def _debt(session: AsyncSession, agent_id: str, currency: str) -> AgentDebt:
    found = [one for one in await vouchers.debts(session, agent_id) if one.currency == currency]
    if found:
        return AgentDebt.model_validate(found[0])
    return AgentDebt(agent_id=agent_id, agent_name="", currency=currency, owed=0, sales=0)
