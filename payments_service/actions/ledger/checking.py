"""The checks that run all the time: whether the books are what they promise to be."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import Database, new_id
from payments_service.models.findings import FindingKind, Reconciliation
from payments_service.models.ledger import Phase
from payments_service.providers.provider import Provider, Trouble
from payments_service.queries import findings, ledger, ledger_checks
from payments_service.rules import invariants
from payments_service.rules.invariants import Found
from payments_service.rules.journals import journal

ACCOUNTS, POSTINGS = 2_000, 20_000  # what one run reads at most, of accounts and of each one
HOLDS = 500
DAY = timedelta(days=1)


async def check_new(session: AsyncSession) -> None:
    """Check what was written since the last time: sums, balances, holds, what should clear."""
    at = clock.now()
    stretches = await ledger_checks.new_postings(session, ACCOUNTS, POSTINGS)
    await ledger_checks.keep(session, [one for one in stretches if invariants.is_right(one)], at)
    found = [invariants.wrong_account(one) for one in stretches if not invariants.is_right(one)]
    found += await ledger_checks.unbalanced(session)
    found += await _overdue(session)
    kinds = {FindingKind.trial_balance, FindingKind.overdue_hold, FindingKind.open_item}
    is_complete = len(stretches) < ACCOUNTS
    await findings.note(session, kinds | _of_accounts(is_complete), found, at)


async def check_whole(session: AsyncSession) -> None:
    """Sum up from the beginning the accounts that had to wait longest; each once a day."""
    at = clock.now()
    stretches = await ledger_checks.all_postings(session, at - DAY, ACCOUNTS // 10)
    right = [one.account_id for one in stretches if invariants.is_right(one)]
    await ledger_checks.note_whole(session, right, at)
    found = [
        Found(FindingKind.account_history, one.code, invariants.wrong_account(one).details)
        for one in stretches
        if not invariants.is_right(one)
    ]
    found += await ledger_checks.wrongly_held(session)
    found += await ledger_checks.wrong_journals(session, at - DAY, at)
    kinds = {FindingKind.account_history, FindingKind.held_amount, FindingKind.bare_journal}
    await findings.note(session, kinds, found, at)


async def void_expired(session: AsyncSession) -> None:
    """End holds whose time is over, so that what they kept back is free again."""
    expired = await ledger_checks.expired_holds(session, clock.now(), HOLDS)
    ends = [
        journal(
            f"hold:{hold_id}:expired",
            "hold_expired",
            (),
            source=source,
            phase=Phase.void,
            resolves_id=hold_id,
        )
        for hold_id, _, source, _ in expired
    ]
    if ends:
        await ledger.post_many(session, ends)


async def reconcile(
    database: Database, providers: Mapping[str, Provider], grace: timedelta
) -> None:
    """Ask every provider what it holds for us, and compare; no transaction waits meanwhile."""
    for name, provider in providers.items():
        before = await _ours(database, name)
        try:
            theirs = await provider.balances()
        except Trouble:
            continue  # it is away: its last answer stands, and is shown with its time
        after = await _ours(database, name)
        if (
            theirs
        ):  # what it does not name of ours, it does not hold; who names nothing tells nothing
            theirs = {**dict.fromkeys((one for one in after if after[one]), 0), **theirs}
        async with database.sessions.begin() as session:
            for currency, amount in theirs.items():
                found = Reconciliation(
                    id=new_id(),
                    provider=name,
                    currency=currency,
                    at=clock.now(),
                    ours=after.get(currency, 0),
                    theirs=amount,
                )
                is_same = invariants.agrees(before.get(currency, 0), found.ours, amount)
                await findings.keep(session, found, is_same=is_same)
    async with database.sessions.begin() as session:
        await _note_differences(session, set(providers), grace)


async def _note_differences(session: AsyncSession, asked: set[str], grace: timedelta) -> None:
    """Note balances that differ for long, and those that a provider has not told for a day."""
    at = clock.now()
    found = []
    for one in await findings.reconciliations(session):
        told: dict[str, object] = {"ours": one.ours, "theirs": one.theirs}
        is_silent = one.provider in asked and at - one.at > DAY
        is_off = one.differs_since is not None and at - one.differs_since >= grace
        if one.differs_since is not None:
            told["since"] = one.differs_since.isoformat()
        if is_silent:
            told["unheard_since"] = one.at.isoformat()
        if is_silent or is_off:
            subject = f"{one.provider}:{one.currency}"
            found.append(Found(FindingKind.provider_balance, subject, told))
    await findings.note(session, {FindingKind.provider_balance}, found, at)


async def _overdue(session: AsyncSession) -> list[Found]:
    """Return holds that nobody ended, and things that lie too long where they should clear."""
    at = clock.now()
    holds = await ledger_checks.expired_holds(session, at - invariants.HOLD_GRACE, HOLDS)
    items = await ledger_checks.open_items(session)
    return [
        *(
            Found(FindingKind.overdue_hold, str(hold_id), {"key": key, "source": source})
            for hold_id, key, source, _ in holds
        ),
        *(
            Found(
                FindingKind.open_item,
                f"{code} {item}",
                {"amount": amount, "since": since.isoformat()},
            )
            for code, _, item, amount, since in items
            if invariants.is_overdue(code, since, at)
        ),
    ]


async def _ours(database: Database, provider: str) -> dict[str, int]:
    async with database.reads() as session:
        found = await ledger.at_providers(session, provider)
    return {currency: amount for (_, currency), amount in found.items()}


def _of_accounts(is_complete: bool) -> set[FindingKind]:
    """Return the kind of wrong accounts, which are gone only when all were looked at."""
    return {FindingKind.account_balance} if is_complete else set()
