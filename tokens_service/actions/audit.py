"""Every deed is told to the audit log: noted with it, told by `tasks.py`, at least once."""

from typing import Any

from kit import clock, log
from kit.auth import Caller
from kit.contracts.accounts import AccountsClient, AuditEntryNew
from kit.db import new_id
from tokens_service.models import Store
from tokens_service.queries import outbox

AT_ONCE = 100


def entry(caller: Caller, action: str, target: str, **details: Any) -> AuditEntryNew:  # noqa: ANN401  (JSON)
    """Return the note of a deed; it never holds a code."""
    return AuditEntryNew(
        id=new_id(),
        at=clock.now(),
        service="tokens_service",
        actor_kind=caller.kind,
        actor_id=caller.id[:100] or None,
        actor_name=caller.name[:200],
        action=action,
        target=target,
        details=details | ({"via": caller.via} if caller.via else {}),
        request_id=log.request_id.get() or None,
    )


async def tell(store: Store, accounts: AccountsClient) -> int:
    """Tell what was not told yet, oldest first; return how much that was."""
    entries = await outbox.untold(store, AT_ONCE)
    for one in entries:
        await accounts.record(one)
        await outbox.forget(store, [one])
    return len(entries)
