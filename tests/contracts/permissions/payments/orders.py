"""Who may pass which door of orders, attempts, webhooks, the sandbox.

An order without an account is shown by its secret: the door is open, and there is no such order
for whoever shows another. Providers prove themselves by signatures.
"""

from tests.contracts.permissions.rules import OPEN, PERSON, Needs, Open, Table

KEY = {"idempotency-key": "a key that nobody else has"}
ORDER = {"kind": "film", "subject": "nothing"}
HOW = {"provider": "sandbox", "method": "card"}

TABLE: Table = {
    "GET /attempts": Needs("money:read"),
    "POST /attempts/{attempt_id}/checks": Needs("money:write"),
    "GET /methods": Open(query="amount=100&currency=XOF"),
    "GET /my-orders": PERSON,
    "GET /orders": Needs("money:read"),
    "POST /orders": Open(body=ORDER, headers=KEY),
    "GET /orders/{order_id}": OPEN,
    "POST /orders/{order_id}/attempts": Open(body=HOW, headers=KEY),
    "POST /orders/{order_id}/cancellation": OPEN,
    "POST /orders/{order_id}/looks": OPEN,
    "GET /orders/{order_id}/story": Needs("money:read"),
    "GET /orders/{order_id}/stream": OPEN,
    "GET /providers": Needs("money:read"),
    "PATCH /providers/{name}": Needs("money:write", body={"is_paused": False}),
    "GET /sandbox/checkout/{ref}": OPEN,
    "POST /sandbox/checkout/{ref}": OPEN,
    "GET /webhooks": Needs("money:read"),
    "GET /webhooks/{webhook_id}": Needs("money:read"),
    "POST /webhooks/{webhook_id}/replays": Needs("money:write"),
    "POST /webhooks/{provider}": OPEN,
    "PUT /webhooks/{provider}": OPEN,
}
