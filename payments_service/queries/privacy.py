"""What is known of one account over all tables: told, made anonymous, handed over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.coins import CoinGift, CoinLot, CoinSpend
from payments_service.models.earnings import Earning, MakerShare, Statement
from payments_service.models.ledger import Account
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Invoice, Refund
from payments_service.models.payouts import Payout, PayoutAccount
from payments_service.models.shop import Grant
from payments_service.models.subscriptions import Subscription

OWNED = (Order, Refund, CoinLot, CoinSpend, Grant, Subscription, Earning, MakerShare, Statement,
         PayoutAccount, Payout, Invoice)  # fmt: skip
HIDDEN = frozenset({"account_id", "secret_hash", "payer", "key", "input_hash", "asked", "secrets",
                    "saved", "code", "given", "token_key", "carry", "holder_found"})  # fmt: skip

# Records of money stay, without the person: amounts, dates and numbers, but nobody's.
# Papers are kept as they were written: the law wants them whole.
FORGET = (
    """
    UPDATE attempt SET phone = '' FROM "order"
    WHERE attempt.order_id = "order".id AND "order".account_id = :account AND attempt.phone <> ''
    """,
    """
    UPDATE webhook SET body = '', headers = '{}' FROM attempt JOIN "order" ON order_id = "order".id
    WHERE webhook.attempt_id = attempt.id AND "order".account_id = :account
      AND webhook.state <> 'waiting'
    """,
    """
    UPDATE "order" SET details = details - 'to_email' - 'to_name' - 'from_name' - 'message'
    WHERE account_id = :account AND kind = 'gift_card'
    """,
    """
    UPDATE coupon_use SET person = 'forgotten:' || id
    WHERE person = 'account:' || CAST(:account AS uuid)
    """,
    "UPDATE agent_take SET agent_name = '' WHERE agent_id = CAST(CAST(:account AS uuid) AS text)",
    """
    UPDATE "order" SET account_id = NULL, secret_hash = NULL, payer = 'forgotten:' || id,
                       email = '', phone = '', given = '{}'
    WHERE account_id = :account
    """,
    "UPDATE refund SET account_id = NULL WHERE account_id = :account",
    "UPDATE access_grant SET account_id = NULL WHERE account_id = :account",
    "UPDATE voucher_use SET account_id = NULL WHERE account_id = :account",
    "UPDATE coin_gift SET message = '' WHERE giver_id = :account OR receiver_id = :account",
    """
    UPDATE subscription SET state = 'expired', ended_at = COALESCE(ended_at, :at),
                            next_at = NULL, saved = '', paused_at = NULL, kept_days = NULL
    WHERE account_id = :account AND state <> 'expired'
    """,
    """
    UPDATE giving_attempt SET details = details - 'phone' - 'name' FROM payout
    WHERE giving_attempt.payout_id = payout.id AND payout.account_id = :account
      AND payout.settled_at IS NOT NULL
    """,
    """
    UPDATE payout_account SET phone = '', holder_name = '', account_name = '', flags = '[]',
                              holder_found = '', replaced_at = COALESCE(replaced_at, :at)
    WHERE account_id = :account
    """,
)

# The ledger itself moves by journals. One subscription lives at a time: that of the account that
# stays, if it has one. Where both have the same film, the grant that stays is theirs.
HAND_OVER = (
    """
    UPDATE "order" SET account_id = CAST(:into AS uuid),
                       payer = 'account:' || CAST(:into AS uuid), key = id || ':' || key
    WHERE account_id = :account
    """,
    """
    UPDATE access_grant SET account_id = :into WHERE account_id = :account AND NOT EXISTS (
        SELECT FROM access_grant AS other WHERE other.account_id = :into
          AND other.film_id = access_grant.film_id AND other.kind = access_grant.kind
          AND other.state <> 'ended' AND access_grant.state <> 'ended')
    """,
    """
    UPDATE subscription SET account_id = :into WHERE account_id = :account AND (
        state = 'expired' OR NOT EXISTS (SELECT FROM subscription AS other
                                         WHERE other.account_id = :into AND state <> 'expired'))
    """,
    """
    UPDATE coupon_use SET person = 'account:' || CAST(:into AS uuid)
    WHERE person = 'account:' || CAST(:account AS uuid) AND NOT EXISTS (
        SELECT FROM coupon_use AS other WHERE other.coupon_id = coupon_use.coupon_id
          AND other.person = 'account:' || CAST(:into AS uuid) AND other.number = coupon_use.number)
    """,
    """
    UPDATE trial SET person = 'account:' || CAST(:into AS uuid)
    WHERE person = 'account:' || CAST(:account AS uuid) AND NOT EXISTS (
        SELECT FROM trial AS other WHERE other.person = 'account:' || CAST(:into AS uuid))
    """,
    "UPDATE coin_lot SET account_id = :into WHERE account_id = :account",
    "UPDATE coin_spend SET account_id = :into WHERE account_id = :account",
    """
    UPDATE coin_gift SET giver_id = :into WHERE giver_id = :account AND receiver_id <> :into
    """,
    """
    UPDATE coin_gift SET receiver_id = :into WHERE receiver_id = :account AND giver_id <> :into
    """,
    "UPDATE refund SET account_id = :into WHERE account_id = :account",
    "UPDATE voucher_use SET account_id = :into WHERE account_id = :account",
    """
    UPDATE maker_share SET per_mille = maker_share.per_mille + gone.per_mille
    FROM maker_share AS gone WHERE maker_share.account_id = :into
      AND gone.account_id = :account AND gone.film_id = maker_share.film_id
    """,
    """
    DELETE FROM maker_share AS gone WHERE account_id = :account AND EXISTS (
        SELECT FROM maker_share WHERE account_id = :into AND film_id = gone.film_id)
    """,
    "UPDATE maker_share SET account_id = :into WHERE account_id = :account",
)


async def everything(session: AsyncSession, account_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about an account by table; codes and secrets are left out."""
    found = {}
    for table in OWNED:
        rows = await session.scalars(select(table).where(table.account_id == account_id))
        found[table.__tablename__] = [_plain(row) for row in rows]
    tried = select(Attempt).join(Attempt.order).where(Order.account_id == account_id)
    found["attempt"] = [_plain(row) for row in await session.scalars(tried)]
    gifts = select(CoinGift).where(
        or_(CoinGift.giver_id == account_id, CoinGift.receiver_id == account_id)
    )
    found["coin_gift"] = [_plain(row) for row in await session.scalars(gifts)]
    return found


async def currencies(session: AsyncSession, beginning: str) -> list[str]:
    """Return the currencies of the accounts whose codes begin so."""
    found = select(Account.currency).where(Account.code.startswith(beginning, autoescape=True))
    return list(await session.scalars(found.order_by(Account.currency)))


async def run(
    session: AsyncSession, statements: tuple[str, ...], values: Mapping[str, object]
) -> None:
    for statement in statements:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        await session.execute(text(statement), named)


def _plain(row: object) -> dict[str, Any]:
    columns = inspect(row).mapper.column_attrs
    return {one.key: getattr(row, one.key) for one in columns if one.key not in HIDDEN}
