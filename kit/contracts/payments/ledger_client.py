"""How to read the books of payments_service, and to correct them."""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import httpx

from kit.client import ServiceClient
from kit.contracts.payments import errors
from kit.contracts.payments.ledger import (
    AccountQuery,
    AccountStatement,
    AdjustmentNew,
    Books,
    ExportForm,
    ExportQuery,
    Findings,
    JournalQuery,
    LedgerAccount,
    LedgerAccounts,
    LedgerJournal,
    LedgerJournals,
    ReversalNew,
    TableForm,
    TrialBalance,
)

__all__ = ["LedgerClient", "errors"]  # the errors must be known to come back by name
LIMIT = 50


class LedgerClient(ServiceClient):
    """Speaks to the ledger; `.acting(token)` for what a person does."""

    SERVICE = "payments_service"

    async def ledger_accounts(
        self, query: AccountQuery | None = None, cursor: str | None = None, limit: int = LIMIT
    ) -> LedgerAccounts:
        asked = (query or AccountQuery()).model_dump(mode="json", exclude_none=True)
        return await self.get(
            "/ledger/accounts", LedgerAccounts, **asked, cursor=cursor, limit=limit
        )

    async def ledger_account(self, code: str) -> LedgerAccount:
        return await self.get(f"/ledger/accounts/{quote(code, safe=':')}", LedgerAccount)

    async def account_statement(
        self, code: str, cursor: str | None = None, limit: int = LIMIT
    ) -> AccountStatement:
        path = f"/ledger/accounts/{quote(code, safe=':')}/statement"
        return await self.get(path, AccountStatement, cursor=cursor, limit=limit)

    async def journals(
        self, query: JournalQuery | None = None, cursor: str | None = None, limit: int = LIMIT
    ) -> LedgerJournals:
        asked = (query or JournalQuery()).model_dump(mode="json", exclude_none=True)
        return await self.get(
            "/ledger/journals", LedgerJournals, **asked, cursor=cursor, limit=limit
        )

    async def journal(self, journal_id: UUID) -> LedgerJournal:
        return await self.get(f"/ledger/journals/{journal_id}", LedgerJournal)

    async def reverse(self, journal_id: UUID, new: ReversalNew) -> LedgerJournal:
        """Undo a movement by its opposite; doing it twice is doing it once."""
        path = f"/ledger/journals/{journal_id}/reversal"
        return await self.post(path, new, LedgerJournal, key=f"reversal:{journal_id}")

    async def adjust(self, new: AdjustmentNew) -> LedgerJournal:
        return await self.post("/ledger/adjustments", new, LedgerJournal, key=new.key)

    async def trial_balance(self, at: datetime | None = None) -> TrialBalance:
        return await self.get("/ledger/trial-balance", TrialBalance, at=at)

    async def books(self) -> Books:
        return await self.get("/ledger/reconciliation", Books)

    async def findings(
        self, *, is_open: bool | None = True, cursor: str | None = None, limit: int = LIMIT
    ) -> Findings:
        return await self.get("/findings", Findings, is_open=is_open, cursor=cursor, limit=limit)

    async def export_journals(self, form: ExportForm, query: ExportQuery) -> httpx.Response:
        asked = query.model_dump(mode="json", exclude_none=True)
        return await self.send("GET", f"/ledger/exports/journals.{form}", query=asked)

    async def export_statement(self, form: TableForm, code: str) -> httpx.Response:
        query = {"code": code}
        return await self.send("GET", f"/ledger/exports/statement.{form}", query=query)

    async def export_trial_balance(
        self, form: TableForm, at: datetime | None = None
    ) -> httpx.Response:
        query = {"at": at} if at else {}
        return await self.send("GET", f"/ledger/exports/trial-balance.{form}", query=query)
