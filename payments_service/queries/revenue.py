"""What was paid, summed up."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.revenue import Group, RevenueQuery, RevenueRow

# A fee counts where the provider charged in the currency of the order.
SUMS = """
    SELECT date_trunc(:step, paid_at AT TIME ZONE 'UTC')::date AS period,
           coalesce(nullif({group}, ''), '') AS name, "order".currency,
           count(*), sum("order".amount)::bigint, sum("order".refunded_amount)::bigint,
           sum(tax_amount)::bigint, sum(discount_amount)::bigint,
           coalesce(sum(fee) FILTER (WHERE attempt.currency = "order".currency), 0)::bigint
    FROM "order" LEFT JOIN attempt ON attempt.order_id = "order".id AND attempt.is_matched
    WHERE paid_at >= :since AND paid_at < :until AND "order".is_test = :is_test
    GROUP BY 1, 2, 3 ORDER BY 1, 3, 2
"""
GROUPS = {
    Group.kind: text(SUMS.format(group='"order".kind')),
    Group.provider: text(SUMS.format(group="attempt.provider")),
    Group.country: text(SUMS.format(group='coalesce("order".country, attempt.country)')),
}


async def revenue(session: AsyncSession, asked: RevenueQuery) -> list[RevenueRow]:
    """Return the sums by period, group and currency; a group nobody knows is empty."""
    rows = await session.execute(
        GROUPS[asked.group],
        {
            "step": asked.step.value,
            "since": _morning(asked.since),
            "until": _morning(asked.until + timedelta(days=1)),
            "is_test": asked.is_test,
        },
    )
    names = tuple(RevenueRow.model_fields)
    return [RevenueRow(**dict(zip(names, row, strict=True))) for row in rows]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
