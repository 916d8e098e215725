"""Who has coins that expire soon is told, once, while they can still be spent."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.events import notify
from payments_service.actions.tools import Tools
from payments_service.queries import wallets

MOST = 500  # accounts in one transaction


async def warn(session: AsyncSession, tools: Tools, limit: int = MOST) -> int:
    """Tell those whose coins expire within PAYMENTS_COIN_WARNING_DAYS; return how many there were.

    Coins that have been told of are not told of again, also if they get more time.
    """
    if not tools.settings.coin_warning_days:
        return 0
    at = now()
    until = at + timedelta(days=tools.settings.coin_warning_days)
    found = await wallets.soon_gone(session, at, until, limit)
    for account_id, coins, first_at in found:
        values = {
            "coins": coins,
            "until": first_at.isoformat(),
            "link": f"{tools.home}/account/wallet",
        }
        await notify(session, "coins.expiring", account_id, values)
    return len(found)
