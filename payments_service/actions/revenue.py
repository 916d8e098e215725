"""What came in, summed up and written out."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors_revenue import PeriodTooLong
from kit.contracts.payments.revenue import Revenue, RevenueQuery, TableForm
from payments_service.actions.ledger.exporting import Export, of_rows
from payments_service.queries import revenue as sums
from payments_service.rules.exports import Row, decimal

MOST_DAYS = 1100
HEADS = (
    "period", "group", "currency", "orders", "gross", "refunded", "tax", "discount", "fees",
)  # fmt: skip


async def revenue(session: AsyncSession, asked: RevenueQuery) -> Revenue:
    """Return what was paid in a period; raise PeriodTooLong."""
    if not 0 <= (asked.until - asked.since).days <= MOST_DAYS:
        raise PeriodTooLong(most_days=MOST_DAYS)
    return Revenue(items=await sums.revenue(session, asked))


async def table(session: AsyncSession, asked: RevenueQuery, form: TableForm) -> Export:
    found = await revenue(session, asked)
    rows: list[Row] = [HEADS]
    for one in found.items:
        amounts = (
            one.gross_amount,
            one.refunded_amount,
            one.tax_amount,
            one.discount_amount,
            one.fee_amount,
        )
        rows.append(
            (
                one.period.isoformat(),
                one.group,
                one.currency,
                one.orders,
                *(decimal(amount, one.currency) for amount in amounts),
            )
        )
    return await of_rows(f"revenue-{asked.since}-{asked.until}", form, rows)
