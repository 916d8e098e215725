"""Statements that compare the books with themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.findings import AccountCheck, Finding, FindingKind, OpenItem
from payments_service.models.ledger import Account
from payments_service.rules.invariants import CLEARING, Found, Stretch

# An account's postings in `{stretches}` (account_id, start, until, before), read once.
STRETCHES = """
    SELECT due.id, due.code, due.start, due.until, due.before,
           read.count, coalesce(read.total, 0)::bigint, coalesce(read.is_right, true),
           coalesce(read.last, due.before), due.posting_count, due.posted
    FROM ({due}) AS due
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, sum(amount) AS total,
               bool_and(number = due.start + place AND balance = due.before + running) AS is_right,
               (array_agg(balance ORDER BY number DESC))[1] AS last
        FROM (
            SELECT number, amount, balance,
                   row_number() OVER onwards AS place, sum(amount) OVER onwards AS running
            FROM posting
            WHERE account_id = due.id AND number > due.start AND number <= due.until
            WINDOW onwards AS (ORDER BY number)
        ) AS one
    ) AS read
"""
NEW = text(
    STRETCHES.format(
        due="""
    SELECT account.id, code, coalesce(number, 0) AS start, coalesce(balance, 0) AS before,
           greatest(least(posting_count, coalesce(number, 0) + :most), coalesce(number, 0))
               AS until,
           posting_count, posted
    FROM account LEFT JOIN account_check ON account_id = account.id
    WHERE posting_count <> coalesce(number, 0) OR posted <> coalesce(balance, 0)
    ORDER BY account.id LIMIT :accounts
"""
    )
)
WHOLE = text(
    STRETCHES.format(
        due="""
    SELECT account.id, code, 0::bigint AS start, 0::bigint AS before, number AS until,
           posting_count, posted
    FROM account_check JOIN account ON account.id = account_id
    WHERE whole_at < :before ORDER BY whole_at LIMIT :accounts
"""
    )
)
TRIAL = text("""
    SELECT currency, sum(posted)::bigint, sum(held_debit - held_credit)::bigint FROM account
    GROUP BY currency HAVING sum(posted) <> 0 OR sum(held_debit - held_credit) <> 0
""")
HELD = text("""
    SELECT code, held_debit, held_credit, coalesce(debit, 0)::bigint, coalesce(credit, 0)::bigint
    FROM account LEFT JOIN (
        SELECT account_id, sum(greatest(amount, 0)) AS debit, sum(greatest(-amount, 0)) AS credit
        FROM held
        WHERE NOT EXISTS (SELECT FROM journal WHERE resolves_id = held.journal_id)
        GROUP BY account_id
    ) AS open ON open.account_id = account.id
    WHERE held_debit <> coalesce(debit, 0) OR held_credit <> coalesce(credit, 0)
""")
EXPIRED = text("""
    SELECT id, key, source, expires_at FROM journal AS hold
    WHERE phase = 'hold' AND expires_at < :at
      AND NOT EXISTS (SELECT FROM journal WHERE resolves_id = hold.id)
    ORDER BY expires_at LIMIT :most
""")
# Journals without legs, and those whose legs are off; what was found stays until it is put right.
WRONG = text("""
    SELECT id, key, coalesce(off, '{}') FROM journal
    LEFT JOIN LATERAL (
        SELECT count(*) AS count FROM posting WHERE journal_id = journal.id
    ) AS posted ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(currency, total) AS off FROM (
            SELECT currency, sum(amount) AS total FROM posting WHERE journal_id = journal.id
            GROUP BY currency HAVING sum(amount) <> 0
        ) AS sums
    ) AS summed ON true
    WHERE (at > :since AND at < :until OR id = ANY(CAST(:known AS uuid[]))) AND phase <> 'void'
      AND (off IS NOT NULL OR (posted.count = 0
           AND NOT EXISTS (SELECT FROM held WHERE journal_id = journal.id)))
    LIMIT 100
""")
KEEP = text("""
    INSERT INTO account_check (account_id, number, balance, whole_at)
    VALUES (:account_id, :number, :balance, :whole_at)
    ON CONFLICT (account_id) DO UPDATE SET number = excluded.number, balance = excluded.balance
""")
CLEARED = text("""
    INSERT INTO open_item (account_id, item, amount, since)
    SELECT account_id, coalesce(details->>'item', source), sum(amount), min(at)
    FROM posting JOIN journal ON journal.id = journal_id
    WHERE account_id = :account_id AND number > :start AND number <= :until
    GROUP BY 1, 2
    ON CONFLICT (account_id, item) DO UPDATE SET amount = open_item.amount + excluded.amount
""")


async def new_postings(session: AsyncSession, accounts: int, most: int) -> list[Stretch]:
    """Return what was posted on accounts since they were checked last."""
    rows = await session.execute(NEW, {"accounts": accounts, "most": most})
    return [Stretch(*row) for row in rows]


async def all_postings(session: AsyncSession, before: datetime, accounts: int) -> list[Stretch]:
    """Return accounts that were not summed up from the beginning since that moment."""
    rows = await session.execute(WHOLE, {"before": before, "accounts": accounts})
    return [Stretch(*row) for row in rows]


async def keep(session: AsyncSession, right: Sequence[Stretch], at: datetime) -> None:
    """Note how far these accounts are known to be right, and what stays on those that clear."""
    if right:
        rows = [
            {
                "account_id": one.account_id,
                "number": one.end,
                "balance": one.balance_before + one.total,
                "whole_at": at,
            }
            for one in right
        ]
        await session.execute(KEEP, rows)
    for one in right:
        if one.code.startswith(tuple(CLEARING)):
            asked = {"account_id": one.account_id, "start": one.start, "until": one.end}
            await session.execute(CLEARED, asked)
    await session.execute(delete(OpenItem).where(OpenItem.amount == 0))


async def note_whole(session: AsyncSession, ids: Sequence[int], at: datetime) -> None:
    found = (
        await session.scalars(select(AccountCheck).where(AccountCheck.account_id.in_(ids)))
    ).all()
    for one in found:
        one.whole_at = at


async def unbalanced(session: AsyncSession) -> list[Found]:
    return [
        Found(FindingKind.trial_balance, currency, {"posted": posted, "held": held})
        for currency, posted, held in await session.execute(TRIAL)
    ]


async def wrongly_held(session: AsyncSession) -> list[Found]:
    names = ("held_debit", "held_credit", "summed_debit", "summed_credit")
    return [
        Found(FindingKind.held_amount, code, dict(zip(names, amounts, strict=True)))
        for code, *amounts in await session.execute(HELD)
    ]


async def expired_holds(
    session: AsyncSession, at: datetime, most: int
) -> list[tuple[UUID, str, str, datetime]]:
    """Return holds that expired before a moment and have no end, the oldest first."""
    rows = await session.execute(EXPIRED, {"at": at, "most": most})
    return [(one.id, one.key, one.source, one.expires_at) for one in rows]


async def wrong_journals(session: AsyncSession, since: datetime, until: datetime) -> list[Found]:
    """Return journals of that time that have no legs, or legs that do not sum to zero; and those
    found before that are so still.
    """
    open_ones = select(Finding.subject).where(
        Finding.kind == FindingKind.bare_journal, Finding.closed_at.is_(None)
    )
    known = [UUID(subject) for subject in await session.scalars(open_ones)]
    rows = await session.execute(WRONG, {"since": since, "until": until, "known": known})
    return [
        Found(FindingKind.bare_journal, str(one), {"key": key, "off": off})
        for one, key, off in rows
    ]


async def open_items(session: AsyncSession) -> list[tuple[str, str, str, int, datetime]]:
    """Return what lies on accounts that clear themselves: code, currency, item, amount, since."""
    wanted = (
        select(Account.code, Account.currency, OpenItem.item, OpenItem.amount, OpenItem.since)
        .join(Account, Account.id == OpenItem.account_id)
        .order_by(OpenItem.since)
        .limit(500)
    )
    rows = await session.execute(wanted)
    return [(code, currency, item, amount, since) for code, currency, item, amount, since in rows]
