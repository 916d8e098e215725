"""What runs beside the requests: telling the audit log, and sealing anew after a new key."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kit.contracts.accounts import AccountsClient
from kit.errors import AppError
from tokens_service.actions import audit, keep
from tokens_service.actions.issuer import Issuer
from tokens_service.models import Store

logger = logging.getLogger(__name__)
TELL_SECONDS = 1.0
LONGEST_WAIT = 60.0


@asynccontextmanager
async def running(issuer: Issuer, accounts: AccountsClient) -> AsyncIterator[None]:
    """Run both loops until the block ends."""
    loops = [
        asyncio.create_task(tell_audit(issuer.store, accounts)),
        asyncio.create_task(reseal(issuer)),
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def tell_audit(store: Store, accounts: AccountsClient) -> None:
    wait = TELL_SECONDS
    while True:
        try:
            told = await audit.tell(store, accounts)
        except AppError as error:
            logger.warning("the audit log was not told: %s", error.detail)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            wait = 0 if told == audit.AT_ONCE else TELL_SECONDS
        await asyncio.sleep(wait)


async def reseal(issuer: Issuer) -> None:
    """Put what old keys sealed under the one in use, a portion at a time."""
    try:
        while await keep.reseal(issuer):
            pass
    except AppError as error:
        logger.warning("old codes are not sealed anew yet: %s", error.detail)
