"""What costs the studio money: no more of it in a day and for a person than the setting says."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.notices import DeliveryState
from publisher_service.queries import places

DAY = timedelta(days=1)
ENOUGH = "This person has had as many messages today as PUBLISHER_PHONE_DAILY allows."


async def within_daily(
    session: AsyncSession, rows: Sequence[dict[str, Any]], daily: int, at: datetime
) -> list[dict[str, Any]]:
    """Return the planned deliveries; those beyond the day's number have failed, and say why."""
    accounts = {row["account_id"] for row in rows if row["channel"] in places.PAID}
    for account in sorted(accounts):
        await places.only_one(session, "paid", account)
    had = Counter(await places.paid_since(session, accounts, at - DAY) if accounts else {})
    found = []
    for row in rows:
        if row["channel"] in places.PAID:
            had[row["account_id"]] += 1
        is_too_many = row["channel"] in places.PAID and had[row["account_id"]] > daily
        found.append({
            **row,
            "state": DeliveryState.failed if is_too_many else row["state"],
            "error": ENOUGH if is_too_many else None,
        })  # fmt: skip
    return found
