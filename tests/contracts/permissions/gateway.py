"""Who may pass which door of gateway."""

from tests.contracts.permissions.rules import OPEN, SERVICE, Needs, Table

TABLE: Table = {
    "GET /dead-letters": Needs("jobs:read"),
    "POST /dead-letters/replays": Needs("jobs:write"),
    "POST /dead-letters/{letter_id}/replays": Needs("jobs:write"),
    "GET /docs": OPEN,
    "POST /event": Needs("events:write"),
    "GET /jobs": Needs("jobs:read"),
    "GET /jobs/stream": Needs("jobs:read"),
    "GET /jobs/{job_id}": Needs("jobs:read"),
    "POST /jobs/{job_id}/cancellation": Needs("jobs:write"),
    "POST /jobs/{job_id}/retries": Needs("jobs:write"),
    "GET /jobs/{job_id}/stream": Needs("jobs:read"),
    "GET /openapi.json": OPEN,
    "DELETE /personal-data/{account_id}": SERVICE,
    "GET /personal-data/{account_id}": SERVICE,
    "GET /static/{fingerprint}/{name:path}": OPEN,
}
