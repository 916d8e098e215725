"""Who may pass which door of tokens_service."""

from tests.contracts.permissions.rules import OPEN, PERSON, SERVICE, Needs, Table

TABLE: Table = {
    "POST /accounts/{account_id}/entitlement": SERVICE,
    "PUT /accounts/{account_id}/tokens/account": SERVICE,
    "GET /batches": Needs("tokens:read"),
    "POST /batches": Needs("tokens:mint"),
    "GET /batches/{batch_id}": Needs("tokens:read"),
    "GET /batches/{batch_id}/codes.csv": Needs("tokens:read"),
    "POST /batches/{batch_id}/revocation": Needs("tokens:revoke"),
    "GET /batches/{batch_id}/sheet": Needs("tokens:read"),
    "GET /me/tokens": PERSON,
    "POST /me/tokens": PERSON,
    "DELETE /me/tokens/{token_id}": PERSON,
    "POST /mint": Needs("tokens:mint"),
    "GET /openapi.json": OPEN,
    "DELETE /personal-data/{account_id}": SERVICE,
    "GET /personal-data/{account_id}": SERVICE,
    "POST /revoke": Needs("tokens:revoke"),
    "GET /tokens": Needs("tokens:read"),
    "GET /tokens/{token_id}": Needs("tokens:read"),
    "PATCH /tokens/{token_id}": Needs("tokens:mint"),
    "PUT /tokens/{token_id}/account": Needs("tokens:mint"),
    "DELETE /tokens/{token_id}/devices": Needs("tokens:revoke"),
    "GET /tokens/{token_id}/devices": Needs("tokens:read"),
    "DELETE /tokens/{token_id}/devices/{device}": Needs("tokens:revoke"),
    "POST /verifications": OPEN,
    "GET /verify": OPEN,
    "POST /verify": OPEN,
}
