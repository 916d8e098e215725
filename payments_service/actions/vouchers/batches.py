"""Batches of vouchers: made, printed, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import vouchers as wire
from kit.contracts.payments.errors import (
    VoucherBatchNotFound,
    VoucherKeyReused,
    VoucherNotFound,
    VoucherSold,
)
from kit.contracts.payments.vouchers import (
    VoucherBatches,
    VoucherBatchNew,
    VoucherKind,
    VoucherQuery,
    Vouchers,
    VoucherState,
)
from kit.db import find, new_id
from kit.events import audit
from kit.pages import decode_cursor, encode_cursor
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import codes
from payments_service.models.vouchers import Voucher, VoucherBatch
from payments_service.queries import vouchers
from payments_service.rules.vouchers import VOUCHER_LENGTH, drawn

SAME = ("title", "agency", "amount", "currency", "count", "days")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One voucher to print."""

    code: str
    number: int
    amount: int
    currency: str


async def make(
    session: AsyncSession, tools: Tools, caller: Caller, new: VoucherBatchNew
) -> wire.VoucherBatch:
    """Make vouchers to print; with one key, once. They are worth nothing before they are sold."""
    known = await vouchers.batch_of_key(session, new.key) if new.key else None
    if known is not None:
        if any(getattr(known, name) != getattr(new, name) for name in SAME):
            raise VoucherKeyReused
        return await batch(session, known.id)
    row = VoucherBatch(
        id=new_id(), **new.model_dump(), created_at=now(), created_by=caller.id, revoked_at=None
    )
    session.add(row)
    await session.flush()
    await session.execute(insert(Voucher), [_new(tools, row, at) for at in range(1, row.count + 1)])
    told = {name: getattr(new, name) for name in SAME}
    await audit(session, caller, "vouchers.make", f"voucher-batch:{row.id}", told)
    return _shown(row, {})


async def batch(session: AsyncSession, batch_id: UUID) -> wire.VoucherBatch:
    row = await find(session, VoucherBatch, batch_id, VoucherBatchNotFound)
    counts = await vouchers.counts(session, [batch_id])
    return _shown(row, counts.get(batch_id, {}))


async def batches(session: AsyncSession, cursor: str | None, limit: int) -> VoucherBatches:
    found = await vouchers.batches(session, _before(cursor), limit + 1)
    counts = await vouchers.counts(session, [row.id for row in found])
    items = [_shown(row, counts.get(row.id, {})) for row in found[:limit]]
    return VoucherBatches(items=items, next_cursor=_next(items, len(found) > limit))


async def listed(
    session: AsyncSession, filters: VoucherQuery, cursor: str | None, limit: int
) -> Vouchers:
    found = await vouchers.vouchers(session, filters, _before(cursor), limit + 1)
    items = [wire.Voucher.model_validate(row) for row in found[:limit]]
    return Vouchers(items=items, next_cursor=_next(items, len(found) > limit))


async def tickets(session: AsyncSession, tools: Tools, batch_id: UUID) -> list[Ticket]:
    """Return what is printed: every code of a batch that can still be sold."""
    await find(session, VoucherBatch, batch_id, VoucherBatchNotFound)
    return [
        Ticket(codes.opened(tools, row), row.number, row.amount, row.currency)
        for row in await vouchers.of_batch(session, batch_id)
        if row.state is VoucherState.made
    ]


async def revoke_batch(session: AsyncSession, caller: Caller, batch_id: UUID) -> wire.VoucherBatch:
    """Withdraw the codes that were not sold; those that were stay worth what was paid for them."""
    row = await find(session, VoucherBatch, batch_id, VoucherBatchNotFound, lock=True)
    for one in await vouchers.unsold_for_update(session, batch_id):
        one.state = VoucherState.revoked
    row.revoked_at = row.revoked_at or now()
    await audit(session, caller, "vouchers.revoke", f"voucher-batch:{batch_id}")
    await session.flush()
    return await batch(session, batch_id)


async def revoke(session: AsyncSession, caller: Caller, voucher_id: UUID) -> wire.Voucher:
    """Withdraw one code that was not sold; raise VoucherSold: that is somebody's money."""
    row = await find(session, Voucher, voucher_id, VoucherNotFound, lock=True)
    if row.state not in {VoucherState.made, VoucherState.revoked}:
        raise VoucherSold(sold_at=row.sold_at.isoformat() if row.sold_at else None)
    row.state = VoucherState.revoked
    await audit(session, caller, "voucher.revoke", f"voucher:{voucher_id}")
    return wire.Voucher.model_validate(row)


def _new(tools: Tools, batch: VoucherBatch, number: int) -> dict[str, object]:
    code = drawn(VOUCHER_LENGTH)
    return {
        "id": new_id(),
        "kind": VoucherKind.voucher,
        "batch_id": batch.id,
        "order_id": None,
        "number": number,
        "lookup": codes.lookup_of(tools, code),
        "sealed": codes.sealed(tools, code),
        "state": VoucherState.made,
        "amount": batch.amount,
        "remaining": 0,
        "currency": batch.currency,
        "days": batch.days,
        "agency": batch.agency,
        "sold_at": None,
        "sold_by": "",
        "expires_at": None,
        "created_at": batch.created_at,
    }


def _shown(row: VoucherBatch, counts: dict[VoucherState, int]) -> wire.VoucherBatch:
    plain = {name: getattr(row, name) for name in _PLAIN}
    sold = sum(
        counts.get(state, 0)
        for state in (VoucherState.sold, VoucherState.spent, VoucherState.expired)
    )
    return wire.VoucherBatch.model_validate(
        {
            **plain,
            "sold": sold,
            "spent": counts.get(VoucherState.spent, 0),
            "revoked": counts.get(VoucherState.revoked, 0),
        }
    )


def _before(cursor: str | None) -> UUID | None:
    return UUID(str(decode_cursor(cursor, 1)[0])) if cursor else None


def _next(items: Sequence[wire.VoucherBatch] | Sequence[wire.Voucher], more: bool) -> str | None:
    return encode_cursor(str(items[-1].id)) if more else None


_PLAIN = [n for n in wire.VoucherBatch.model_fields if n not in {"sold", "spent", "revoked"}]
