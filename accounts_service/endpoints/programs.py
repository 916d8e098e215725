"""Signing keys, and the audit log."""

from typing import Annotated

from fastapi import Query, Request, Response

from accounts_service.actions import keys, log
from accounts_service.endpoints.given import (
    SURE,
    Auditor,
    AuditWriter,
    ClientsAdmin,
    Cursor,
    ToolsDep,
)
from accounts_service.models import programs as models
from kit.contracts.accounts import (
    AuditEntries,
    AuditEntry,
    AuditEntryNew,
    AuditQuery,
    JwkSet,
    SigningKeyNew,
)
from kit.pages import Limit
from kit.web import ReadSession, Router, Session, etagged

router = Router(tags=["programs"])
JWKS_SECONDS = 300


@router.get("/.well-known/jwks.json", response_model=JwkSet)
async def public_keys(request: Request, session: Session, tools: ToolsDep) -> Response:
    body = (await keys.publish(session, tools)).model_dump_json().encode()
    return etagged(request, body, max_age=JWKS_SECONDS)


@router.post("/signing-keys", status_code=201, dependencies=[SURE])
async def replace_signing_key(
    new: SigningKeyNew, caller: ClientsAdmin, session: Session, tools: ToolsDep
) -> JwkSet:
    return await keys.replace(session, tools, caller, leaked=new.leaked)


@router.get("/audit")
async def audit(
    caller: Auditor,
    session: ReadSession,
    chosen: Annotated[AuditQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AuditEntries:
    return await log.entries(session, chosen, cursor, limit)


@router.post("/audit", response_model=AuditEntry, status_code=201)
async def record(new: AuditEntryNew, caller: AuditWriter, session: Session) -> models.AuditEntry:
    return await log.record(session, caller, new)
