"""Codes in our keeping: found by a digest, sealed for the sheet they are printed on again.

Whoever reads the database alone can neither use them nor make new ones.
"""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import derive_key, seal, unseal
from kit.clock import now
from kit.contracts.payments.errors import CodeWorthless
from kit.contracts.payments.vouchers import CodeWorth, VoucherKind, VoucherState
from payments_service.actions.tools import Tools
from payments_service.models.vouchers import Voucher
from payments_service.queries import vouchers
from payments_service.rules import accounts
from payments_service.rules.accounts import Account
from payments_service.rules.vouchers import VOUCHER_LENGTH, typed, written

PURPOSE = "voucher-code"
TYPO = "typo"


def lookup_of(tools: Tools, code: str) -> str:
    return hmac.digest(derive_key(tools.secret, PURPOSE), code.encode(), hashlib.sha256).hex()


def sealed(tools: Tools, code: str) -> str:
    return seal(tools.secret, PURPOSE, code)


def opened(tools: Tools, row: Voucher) -> str:
    """Return a code as people read it."""
    return written(unseal(tools.secret, PURPOSE, row.sealed))


async def worth(session: AsyncSession, tools: Tools, text: str) -> CodeWorth:
    """Say what a code is worth; raise CodeWorthless, whatever is wrong with it."""
    row = await vouchers.of_lookup(session, lookup_of(tools, read(text)))
    if row is None or not is_good(row, now()):
        raise CodeWorthless
    return CodeWorth(
        kind=row.kind,
        remaining=row.remaining,
        currency=row.currency,
        coins=coins_for(tools, row.remaining, row.currency),
        expires_at=row.expires_at,
    )


async def good_for_update(session: AsyncSession, tools: Tools, text: str) -> Voucher:
    """Return a code that is worth something, locked; raise CodeWorthless."""
    row = await found_for_update(session, tools, text)
    if row is None or not is_good(row, now()):
        raise CodeWorthless
    return row


async def found_for_update(session: AsyncSession, tools: Tools, text: str) -> Voucher | None:
    """Return the row of a code, locked; raise CodeWorthless for what cannot be one."""
    return await vouchers.of_lookup_for_update(session, lookup_of(tools, read(text)))


def read(text: str) -> str:
    """Return the code that was typed; raise CodeWorthless(reason="typo"): that is no guess."""
    code = typed(text, VOUCHER_LENGTH)
    if code is None:
        raise CodeWorthless(reason=TYPO)
    return code


def is_good(row: Voucher, at: datetime) -> bool:
    is_in_time = row.expires_at is None or row.expires_at > at
    return row.state is VoucherState.sold and row.remaining > 0 and is_in_time


def owed(row: Voucher) -> Account:
    """Return the account where the money of this code is owed to whoever holds it."""
    is_card = row.kind is VoucherKind.gift_card
    return (accounts.gift_cards if is_card else accounts.vouchers)(row.currency)


def coins_for(tools: Tools, amount: int, currency: str) -> int:
    """Return how many coins money on a code becomes; 0 in a currency that coins are not sold in."""
    if currency != tools.settings.currency:
        return 0
    return amount // tools.settings.code_coin_amount


def take(row: Voucher, amount: int) -> None:
    """Take money from a code; the last of it spends it."""
    row.remaining -= amount
    if row.remaining == 0:
        row.state = VoucherState.spent
