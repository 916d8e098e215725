"""Who may pass which door of the ledger."""

from tests.contracts.permissions.rules import Needs, Table

REVERSAL = {"reason": "typed twice by mistake"}
ADJUSTMENT = {
    "key": "adjustment-of-november",
    "kind": "fees",
    "provider": "sandbox",
    "currency": "XOF",
    "amount": 10,
    "reason": "statement of November",
}

TABLE: Table = {
    "GET /findings": Needs("money:read"),
    "GET /ledger/accounts": Needs("money:read"),
    "GET /ledger/accounts/{code}": Needs("money:read"),
    "GET /ledger/accounts/{code}/statement": Needs("money:read"),
    "POST /ledger/adjustments": Needs("money:write", body=ADJUSTMENT),
    "GET /ledger/exports/journals.{form}": Needs("money:read"),
    "GET /ledger/exports/statement.{form}": Needs("money:read"),
    "GET /ledger/exports/trial-balance.{form}": Needs("money:read"),
    "GET /ledger/journals": Needs("money:read"),
    "GET /ledger/journals/{journal_id}": Needs("money:read"),
    "POST /ledger/journals/{journal_id}/reversal": Needs("money:write", body=REVERSAL),
    "GET /ledger/reconciliation": Needs("money:read"),
    "GET /ledger/trial-balance": Needs("money:read"),
}
