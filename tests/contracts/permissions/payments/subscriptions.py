"""Who may pass which door of plans, subscriptions, promotions, vouchers."""

from tests.contracts.permissions.asking import NOBODY
from tests.contracts.permissions.rules import OPEN, PERSON, Needs, Open, Person, Table

KEY = {"idempotency-key": "a key that nobody else has"}
PLAN = {"title": "VIP", "interval": "month", "amount": 2000}
COUPON = {"code": "NOEL", "kind": "percent", "percent": 10}
CHECK = {"code": "NOEL", "kind": "film", "subject": "x", "amount": 100, "currency": "XOF"}
PRICE = {"kind": "film", "subject": "x", "country": "TG", "amount": 100, "currency": "XOF"}
BATCH = {"title": "Bè", "amount": 2000, "count": 1}
CODE = {"code": "ABCD-EFGH-00000"}
PAID = {"amount": 1, "currency": "XOF", "key": "monday"}
CHOSEN = {"plan_id": str(NOBODY)}

PLANS: Table = {
    "GET /plans": OPEN,
    "POST /plans": Needs("money:write", body=PLAN),
    "GET /plans/{plan_id}": OPEN,
    "PATCH /plans/{plan_id}": Needs("money:write", body={"amount": 100}),
    "GET /me/subscription": PERSON,
    "GET /me/subscription/story": PERSON,
    "POST /me/subscription/trial": Person(body=CHOSEN),
    "POST /me/subscription/cancellation": PERSON,
    "DELETE /me/subscription/cancellation": PERSON,
    "POST /me/subscription/pause": Person(body={"days": 7}),
    "POST /me/subscription/resumption": PERSON,
    "GET /me/subscription/change": Person(query=f"plan_id={NOBODY}"),
    "POST /me/subscription/change": Person(body=CHOSEN),
    "POST /me/subscription/renewal": PERSON,
    "POST /me/subscription/card-removal": PERSON,
    "GET /subscriptions": Needs("money:read"),
    "GET /subscriptions/{subscription_id}": Needs("money:read"),
    "POST /subscriptions/{subscription_id}/end": Needs("money:write"),
}
PROMOTIONS: Table = {
    "POST /coupon-checks": Open(body=CHECK),
    "GET /coupons": Needs("money:read"),
    "POST /coupons": Needs("money:write", body=COUPON),
    "GET /coupons/{coupon_id}": Needs("money:read"),
    "PATCH /coupons/{coupon_id}": Needs("money:write", body={"is_active": False}),
    "GET /country-prices": Needs("money:read"),
    "PUT /country-prices": Needs("money:write", body=PRICE),
    "DELETE /country-prices/{price_id}": Needs("money:write"),
}
# What belongs to an order is hidden from everybody whose it is not: there is no such one.
VOUCHERS: Table = {
    "POST /code-checks": Open(body=CODE),
    "POST /me/redemptions": Person(body=CODE, headers=KEY),
    "POST /orders/{order_id}/code-payment": Open(body=CODE),
    "POST /orders/{order_id}/cash-code": OPEN,
    "GET /orders/{order_id}/gift-card": OPEN,
    "GET /orders/{order_id}/gift-card/sheet": OPEN,
    "POST /agent/vouchers": Needs("vouchers:confirm", body=CODE),
    "POST /agent/sales": Needs("vouchers:confirm", body=CODE),
    "POST /agent/orders": Needs("vouchers:confirm", body=CODE),
    "POST /agent/cash-payments": Needs("vouchers:confirm", body=CODE),
    "GET /agents": Needs("money:read"),
    "POST /agents/{agent_id}/settlements": Needs("money:write", body=PAID),
    "GET /voucher-batches": Needs("money:read"),
    "POST /voucher-batches": Needs("money:write", body=BATCH),
    "GET /voucher-batches/{batch_id}": Needs("money:read"),
    "POST /voucher-batches/{batch_id}/revocation": Needs("money:write"),
    "GET /voucher-batches/{batch_id}/sheet": Needs("money:write"),
    "GET /voucher-batches/{batch_id}/codes.csv": Needs("money:write"),
    "GET /vouchers": Needs("money:read"),
    "POST /vouchers/{voucher_id}/revocation": Needs("money:write"),
}
TABLE: Table = {**PLANS, **PROMOTIONS, **VOUCHERS}
