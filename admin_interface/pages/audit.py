"""The log of every deed: who did what, when, to what."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import next_page, show
from admin_interface.pages.staff import acting
from kit.contracts.accounts import AccountsClient, AuditEntry, AuditQuery
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]


class AuditView(Schema):
    entries: list[AuditEntry]
    next: str
    actor: str
    action: str
    target: str
    service: str
    since: str


@router.get("/audit")
async def audit(
    request: Request,
    accounts: Accounts,
    actor: str = "",
    action: str = "",
    target: str = "",
    service: str = "",
    since: str = "",
    cursor: str | None = None,
) -> Response:
    filters = checked(
        AuditQuery,
        {
            "actor_id": actor or None,
            "action": action or None,
            "target": target or None,
            "service": service or None,
            "since": _day(since),
        },
    )
    page = await accounts.audit(filters, cursor=cursor)
    view = AuditView(
        entries=page.items, next=next_page(request, page.next_cursor),
        actor=actor, action=action, target=target, service=service, since=since,
    )  # fmt: skip
    return show(request, "pages/audit.html", view)


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{text}T00:00:00+00:00") if text else None
    except ValueError:
        return None
