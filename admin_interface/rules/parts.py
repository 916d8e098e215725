"""What opens each part of the dashboard; the services behind ask for the same once more."""

from kit.auth import Caller, may

COUNTER = "/money/vouchers/counter"
OWN = "/security"
# The longest beginning of an address that fits decides; where none fits, any staff may.
NEEDED = {
    "/": "films:read",
    "/audit": "audit:read",
    "/batches": "tokens:read",
    "/categories": "films:read",
    "/clients": "clients:write",
    "/dead-letters": "jobs:read",
    "/export.csv": "films:read",
    "/films": "films:read",
    "/import": "films:write",
    "/jobs": "jobs:read",
    "/library": "films:read",
    "/money": "money:read",
    COUNTER: "vouchers:confirm",
    "/notices": "notices:read",
    "/people": "people:write",
    "/rails": "films:read",
    "/series": "films:read",
    "/social": "social:read",
    "/studios": "studios:read",
    "/tags": "films:write",
    "/tokens": "tokens:read",
    "/upload": "films:write",
    "/uploads": "films:write",
}


def needed(path: str) -> str:
    """Return the permission that opens this address; empty where none is asked for."""
    fitting = [part for part in NEEDED if path == part or path.startswith(f"{part}/")]
    return NEEDED[max(fitting, key=len)] if fitting else ""


def is_open(path: str, caller: Caller) -> bool:
    permission = needed(path)
    return not permission or may(caller, permission)


def first_page(caller: Caller) -> str:
    """Return where this person's desk begins: an agent's at the counter."""
    return next((path for path in ("/", COUNTER) if is_open(path, caller)), OWN)
