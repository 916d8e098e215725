"""Telling others what happened: written in the caller's transaction, delivered afterwards.

`emit` reaches the gateway (`POST /event`), `audit` the log of accounts_service (`POST /audit`),
`notify` people, through publisher_service (`POST /notify`); all at least once, under an id that
makes the second time harmless. Every worker delivers them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from kit import log
from kit.auth import Caller
from kit.client import ServiceClient
from kit.clock import now
from kit.db import new_id
from kit.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, TooLarge
from kit.jobs import EVERYWHERE, GiveUp, Job, enqueue
from kit.schema import Schema

NOTICE = "notice"  # what sealed values are sealed for
HOPELESS = (BadRequest, Conflict, Forbidden, Invalid, NotFound, TooLarge)
Client = TypeVar("Client", bound=ServiceClient)


class Told(Schema):
    """What happened, as the gateway gets it."""

    id: UUID
    name: str
    at: datetime
    source: str = ""
    payload: dict[str, Any]
    request_id: str | None = None


class Deed(Schema):
    """What somebody did, as accounts_service gets it."""

    id: UUID
    at: datetime
    service: str = ""
    actor_kind: str
    actor_id: str | None = None
    actor_name: str = ""
    action: str
    target: str = ""
    details: dict[str, Any] = Field(default_factory=dict)
    request_id: str | None = None


class Notice(Schema):
    """What somebody should be told, as publisher_service gets it."""

    id: UUID
    at: datetime
    kind: str
    account_id: UUID | None = None
    email: str | None = None
    locale: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    sealed: str | None = None


async def emit(
    session: AsyncSession, name: str, payload: Schema | Mapping[str, Any], *, key: str | None = None
) -> UUID:
    """Tell the gateway, if the caller's transaction commits; return the event's id.

    The same `name` and `key` give the same id, so an event emitted twice counts once.
    """
    event_id = new_id() if key is None else uuid5(NAMESPACE_URL, f"karangou:{name}:{key}")
    body = payload.model_dump(mode="json") if isinstance(payload, Schema) else dict(payload)
    told = Told(id=event_id, name=name, at=now(), payload=body, request_id=_request_id())
    await enqueue(session, "deliver_event", {"event": told.model_dump(mode="json")})
    return event_id


async def audit(
    session: AsyncSession,
    caller: Caller,
    action: str,
    target: str = "",
    details: Mapping[str, Any] | None = None,
) -> UUID:
    """Add to the audit log, if the caller's transaction commits; return the entry's id."""
    deed = Deed(
        id=new_id(),
        at=now(),
        actor_kind=caller.kind,
        actor_id=caller.id or None,
        actor_name=caller.name,
        action=action,
        target=target,
        details=dict(details or {}),
        request_id=_request_id(),
    )
    await enqueue(session, "deliver_audit", {"entry": deed.model_dump(mode="json")})
    return deed.id


async def notify(
    session: AsyncSession,
    kind: str,
    to: UUID | str,
    values: Mapping[str, Any] | None = None,
    *,
    locale: str | None = None,
    sealed: str | None = None,
) -> UUID:
    """Tell an account (its id) or an e-mail address something; return the notice's id.

    `sealed` is `kit.auth.seal(suite_secret, NOTICE, {...})`: values that are not for other eyes,
    such as one-time links; they are forgotten once sent.
    """
    notice = Notice(
        id=new_id(),
        at=now(),
        kind=kind,
        account_id=to if isinstance(to, UUID) else None,
        email=to if isinstance(to, str) else None,
        locale=locale,
        values=dict(values or {}),
        sealed=sealed,
    )
    await enqueue(session, "deliver_notice", {"notice": notice.model_dump(mode="json")})
    return notice.id


class _Publisher(ServiceClient):
    SERVICE: ClassVar[str] = "publisher_service"


class _Gateway(ServiceClient):
    SERVICE: ClassVar[str] = "gateway"


class _Accounts(ServiceClient):
    SERVICE: ClassVar[str] = "accounts_service"


# A hundred tries with at most five minutes between them: a sibling may be down for eight hours.
@EVERYWHERE.task(tries=100, timeout_seconds=30, concurrency=10, transactional=False)
async def deliver_event(job: Job, event: dict[str, Any]) -> None:
    told = Told.model_validate({**event, "source": job.settings.SERVICE})
    await _deliver(_client(job, _Gateway, job.settings.gateway_url), "/event", told, told.id)


@EVERYWHERE.task(tries=100, timeout_seconds=30, concurrency=10, transactional=False)
async def deliver_audit(job: Job, entry: dict[str, Any]) -> None:
    deed = Deed.model_validate({**entry, "service": job.settings.SERVICE})
    await _deliver(_client(job, _Accounts, job.settings.accounts_url), "/audit", deed, deed.id)


@EVERYWHERE.task(tries=100, timeout_seconds=30, concurrency=10, transactional=False)
async def deliver_notice(job: Job, notice: dict[str, Any]) -> None:
    told = Notice.model_validate(notice)
    await _deliver(_client(job, _Publisher, job.settings.publisher_url), "/notify", told, told.id)


async def _deliver(client: ServiceClient, path: str, body: Schema, key: UUID) -> None:
    try:
        await client.post(path, body, key=str(key))
    except HOPELESS as error:
        raise GiveUp(f"{client.SERVICE} refused it: {error.detail}") from error


def _client(job: Job, kind: type[ServiceClient], url: str) -> ServiceClient:
    """Return the app's client for that service, or one of our own, made once."""
    clients = job.state.clients
    for known in clients.values():
        if known.SERVICE == kind.SERVICE:
            return known  # type: ignore[no-any-return]  # the state of an app has no types
    clients[kind] = kind.at(job.settings, url)
    return clients[kind]  # type: ignore[no-any-return]  # likewise


def _request_id() -> str | None:
    return log.request_id.get() or None
