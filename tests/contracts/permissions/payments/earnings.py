"""Who may pass which door of papers, refunds, earnings, payouts."""

from tests.contracts.permissions.asking import NOBODY
from tests.contracts.permissions.rules import (
    OPEN,
    PERSON,
    Needs,
    Open,
    Person,
    Service,
    Table,
    Theirs,
)

SHARES = {"shares": [{"account_id": str(NOBODY), "per_mille": 1000}]}
ACCOUNT = {"phone": "+2290197000000", "method": "mtn", "holder_name": "Awa"}
VIEW = {"film_id": str(NOBODY), "viewer": "somebody"}
NOTE = {"note": "no"}

# Orders, papers and statements are hidden from everybody whose they are not: there is no such one.
TABLE: Table = {
    "GET /orders/{order_id}/papers": OPEN,
    "GET /my-papers": PERSON,
    "GET /papers": Needs("money:read"),
    "GET /papers/{paper_id}/pdf": OPEN,
    "GET /orders/{order_id}/refund-offer": OPEN,
    "POST /orders/{order_id}/refund-plans": Open(body={}),
    "GET /orders/{order_id}/refunds": OPEN,
    "POST /orders/{order_id}/refunds": Open(body={}, headers={"Idempotency-Key": "k" * 20}),
    "GET /refunds": Needs("money:read"),
    "GET /refunds/{refund_id}": Needs("money:read"),
    "GET /disputes": Needs("money:read"),
    "PUT /disputes/{dispute_id}/outcome": Needs("money:write", body={"outcome": "won"}),
    "POST /views": Service(body=VIEW),
    "GET /films/{film_id}/makers": Theirs("money:read"),
    "PUT /films/{film_id}/makers": Needs("money:write", body=SHARES),
    "GET /terms": Needs("money:read"),
    "PUT /terms/{of}/{of_id}": Needs("money:write", body={}),
    "DELETE /terms/{of}/{of_id}": Needs("money:write"),
    "GET /my-earnings": PERSON,
    "GET /makers/{account_id}/earnings": Needs("money:read"),
    "GET /maker-earnings": Needs("money:read"),
    "GET /my-statements": PERSON,
    "GET /statements": Needs("money:read"),
    "GET /statements/{statement_id}/pdf": OPEN,
    "GET /my-payout-account": PERSON,
    "PUT /my-payout-account": Person(body=ACCOUNT),
    "GET /my-payouts": PERSON,
    "POST /my-payouts": Person(body={}, headers={"Idempotency-Key": "k" * 20}),
    "DELETE /my-payouts/{payout_id}": PERSON,
    "GET /payouts": Needs("money:read"),
    "GET /payouts/{payout_id}": Needs("money:read"),
    "POST /payouts/{payout_id}/approval": Needs("payouts:approve", body={"confirms_name": True}),
    "POST /payouts/{payout_id}/hold": Needs("payouts:approve", body=NOTE),
    "POST /payouts/{payout_id}/refusal": Needs("payouts:approve", body=NOTE),
    "GET /payout-accounts": Needs("money:read"),
    "POST /payout-accounts/{payout_account_id}/check": Needs("payouts:approve"),
}
