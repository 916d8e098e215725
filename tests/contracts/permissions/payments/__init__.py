"""Who may pass which door of payments_service: a table for each part."""

from tests.contracts.permissions.asking import NOBODY
from tests.contracts.permissions.payments import (
    coins,
    earnings,
    ledger,
    orders,
    subscriptions,
)
from tests.contracts.permissions.rules import OPEN, SERVICE, Needs, Service, Table

TABLE: Table = {
    **ledger.TABLE,
    **orders.TABLE,
    **coins.TABLE,
    **subscriptions.TABLE,
    **earnings.TABLE,
    "GET /openapi.json": OPEN,
    "GET /revenue": Needs("money:read", query="since=2026-01-01&until=2026-02-01"),
    "GET /revenue/{form}": Needs("money:read", query="since=2026-01-01&until=2026-02-01"),
    "DELETE /personal-data/{account_id}": SERVICE,
    "GET /personal-data/{account_id}": SERVICE,
    "PUT /personal-data/{account_id}/account": Service(body={"account_id": str(NOBODY)}),
}
