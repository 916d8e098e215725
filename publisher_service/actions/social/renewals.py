"""Credentials that end are renewed before they do; nobody has to post for that."""

import logging
from datetime import datetime
from uuid import UUID

from kit import clock
from kit.contracts.publisher.social import NetworkName
from kit.contracts.publisher.social_errors import SocialAccountNotFound
from publisher_service.actions.social.press import Press, Transaction
from publisher_service.models.social import SocialAccount
from publisher_service.providers.network import Away, Lost, Slow
from publisher_service.queries import social as queries

logger = logging.getLogger(__name__)
RENEW = "Connect this account again: its credentials end soon, and the network did not renew them."


async def renew_due(transaction: Transaction, press: Press) -> None:
    """Renew what is due on every account, one transaction each."""
    async with transaction() as session:
        accounts = [each.id for each in await queries.accounts(session) if _is_due(press, each)]
    for account_id in accounts:
        try:
            await _renew(transaction, press, account_id)
        except SocialAccountNotFound:
            continue  # disconnected in the meantime
        except (Slow, Away, Lost) as trouble:
            logger.warning("credentials not renewed", extra={"why": str(trouble)})


async def _renew(transaction: Transaction, press: Press, account_id: UUID) -> None:
    async with transaction() as session:
        account = await queries.account(session, account_id, lock=True)
        if not _is_due(press, account):
            return
        network = press.networks[NetworkName(account.network)]
        fresh = await network.refresh(press.credentials(account))
        if fresh is None:
            account.needs_reconnection, account.trouble = True, RENEW
            return
        account.sealed, account.version = press.seal(fresh), account.version + 1
        account.needs_reconnection, account.trouble = False, None


def _is_due(press: Press, account: SocialAccount) -> bool:
    try:
        renew_at = press.credentials(account).get("renew_at")
    except ValueError:  # sealed with another secret: it has to be connected again anyway
        return False
    return renew_at is not None and datetime.fromisoformat(renew_at) <= clock.now()
