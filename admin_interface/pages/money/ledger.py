"""The books: their trial balance, accounts, movements, and what checks found."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import next_page, show
from admin_interface.pages.money.names import Owner, owners
from admin_interface.pages.staff import acting
from kit import clock
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.ledger import (
    AccountKind,
    AccountQuery,
    AccountStatement,
    Books,
    Finding,
    JournalQuery,
    LedgerAccount,
    LedgerJournal,
    TrialBalance,
)
from kit.contracts.payments.ledger_client import LedgerClient
from kit.db import new_id
from kit.schema import Schema

router = APIRouter()
Ledger = Annotated[LedgerClient, acting(LedgerClient)]
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/money/ledger"


class TrialView(Schema):
    trial: TrialBalance
    day: str


class AccountsView(Schema):
    accounts: list[LedgerAccount]
    owners: dict[str, Owner]
    next: str
    q: str
    kind: str
    currency: str


class StatementView(Schema):
    statement: AccountStatement
    owner: Owner | None
    next: str
    is_first: bool


class JournalsView(Schema):
    journals: list[LedgerJournal]
    next: str
    chosen: dict[str, str]


class JournalView(Schema):
    journal: LedgerJournal
    owners: dict[str, Owner]
    reason: str = ""
    errors: dict[str, str] = {}


class ChecksView(Schema):
    """`key`: a form sent twice books once."""

    books: Books
    findings: list[Finding]
    next: str
    state: str
    key: str
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


@router.get("/money/ledger")
async def trial_balance(request: Request, ledger: Ledger, day: str = "") -> Response:
    """Show the books as they stood at the end of a day, or now."""
    chosen = day_of(day)
    at = _end(chosen) if chosen else None
    found = await ledger.trial_balance(min(at, clock.now()) if at else None)
    view = TrialView(trial=found, day=chosen.isoformat() if chosen else "")
    return show(request, "pages/money/ledger.html", view)


@router.get("/money/ledger/accounts")
async def ledger_accounts(
    request: Request,
    ledger: Ledger,
    accounts: Accounts,
    q: str = "",
    kind: str = "",
    currency: str = "",
    cursor: str | None = None,
) -> Response:
    known = kind if kind in set(AccountKind) else None
    wish: dict[str, Any] = {"q": q.strip(), "kind": known, "currency": currency.strip() or None}
    page = await ledger.ledger_accounts(checked(AccountQuery, wish), cursor)
    view = AccountsView(
        accounts=page.items,
        owners=await owners(accounts, [one.code for one in page.items]),
        next=next_page(request, page.next_cursor),
        q=q,
        kind=kind,
        currency=currency,
    )
    return show(request, "pages/money/ledger_accounts.html", view)


@router.get("/money/ledger/accounts/{code}")
async def statement(
    request: Request, code: str, ledger: Ledger, accounts: Accounts, cursor: str | None = None
) -> Response:
    found = await ledger.account_statement(code, cursor)
    view = StatementView(
        statement=found,
        owner=(await owners(accounts, [code])).get(code),
        next=next_page(request, found.next_cursor),
        is_first=cursor is None,
    )
    return show(request, "pages/money/ledger_account.html", view)


@router.get("/money/ledger/journals")
async def journals(
    request: Request,
    ledger: Ledger,
    source: str = "",
    kind: str = "",
    key: str = "",
    since: str = "",
    until: str = "",
    cursor: str | None = None,
) -> Response:
    chosen = {"source": source, "kind": kind, "key": key, "since": since, "until": until}
    wish = {name: chosen[name].strip() or None for name in ("source", "kind", "key")}
    period = {"since": day_start(since), "until": day_end(until)}
    page = await ledger.journals(checked(JournalQuery, {**wish, **period}), cursor)
    following = next_page(request, page.next_cursor)
    view = JournalsView(journals=page.items, next=following, chosen=chosen)
    return show(request, "pages/money/ledger_journals.html", view)


@router.get("/money/ledger/journals/{journal_id}")
async def journal(
    request: Request, journal_id: UUID, ledger: Ledger, accounts: Accounts
) -> Response:
    view = await journal_view(ledger, accounts, journal_id)
    return show(request, "pages/money/ledger_journal.html", view)


async def journal_view(
    ledger: LedgerClient,
    accounts: AccountsClient,
    journal_id: UUID,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> JournalView:
    found = await ledger.journal(journal_id)
    whose = await owners(accounts, [leg.account for leg in found.legs])
    return JournalView(journal=found, owners=whose, reason=reason, errors=errors or {})


@router.get("/money/ledger/checks")
async def checks(
    request: Request, ledger: Ledger, state: str = "", cursor: str | None = None
) -> Response:
    return show(
        request, "pages/money/ledger_checks.html", await checks_view(request, ledger, state, cursor)
    )


async def checks_view(
    request: Request, ledger: LedgerClient, state: str, cursor: str | None, **more: object
) -> ChecksView:
    """Return everything on the page of checks; `more` is what its form shows again."""
    page = await ledger.findings(is_open=None if state == "all" else True, cursor=cursor)
    shown: dict[str, Any] = {"key": f"adjustment-{new_id()}", **more}
    return ChecksView(
        books=await ledger.books(),
        findings=page.items,
        next=next_page(request, page.next_cursor),
        state=state,
        **shown,
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def day_start(text: str) -> datetime | None:
    """Return when that day begins; what is no day is left out."""
    found = day_of(text)
    return datetime.combine(found, time(), UTC) if found else None


def day_end(text: str) -> datetime | None:
    """Return when the day after begins."""
    found = day_of(text)
    return _end(found) if found else None


def _end(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(days=1)
