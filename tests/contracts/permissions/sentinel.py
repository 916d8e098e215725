"""Who may pass which door of sentinel."""

from tests.contracts.permissions.rules import OPEN, Needs, Table

TABLE: Table = {
    "GET /": OPEN,
    "GET /findings": OPEN,
    "GET /openapi.json": OPEN,
    "GET /services/{name:path}/history": Needs("health:read"),
    "GET /static/{fingerprint}/{name:path}": OPEN,
    "GET /status": OPEN,
    "GET /stream": OPEN,
    "GET /wall": OPEN,
}
