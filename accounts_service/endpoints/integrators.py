"""API clients: made by staff or by integrators, who look after their own."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from accounts_service.actions import clients, own_clients
from accounts_service.endpoints.given import SURE, ClientsAdmin, Cursor, Someone
from kit.contracts.accounts import ClientNew, Clients, ClientWithSecret
from kit.contracts.accounts.clients import (
    ClientCallsTold,
    ClientChange,
    ClientDetails,
    ClientSecretMade,
    ClientSecretNew,
    ClientUsage,
    MyClients,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session

router = Router(tags=["clients"])
NOT_STORED = "no-store"


@router.get("/clients", summary="All clients, newest first: for staff")
async def list_clients(
    caller: ClientsAdmin, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Clients:
    return await clients.clients(session, cursor, limit)


@router.post(
    "/clients",
    status_code=201,
    summary="Make a client for an integrator: for staff",
    dependencies=[SURE],
)
async def create_client(
    new: ClientNew, caller: ClientsAdmin, session: Session, response: Response
) -> ClientWithSecret:
    response.headers["Cache-Control"] = NOT_STORED
    return await clients.create(session, caller, new)


@router.get("/me/clients", summary="One's own clients, newest first")
async def my_clients(caller: CallerDep, session: ReadSession) -> MyClients:
    return await own_clients.mine(session, caller)


@router.post(
    "/me/clients", status_code=201, summary="Make a client of one's own", dependencies=[SURE]
)
async def create_my_client(
    new: ClientNew, caller: Someone, session: Session, response: Response
) -> ClientWithSecret:
    response.headers["Cache-Control"] = NOT_STORED
    return await clients.create_mine(session, caller, new)


@router.get("/clients/{client_id}", summary="One client with its secrets' hints")
async def client(client_id: UUID, caller: Someone, session: Session) -> ClientDetails:
    return await own_clients.client(session, caller, client_id)


@router.patch("/clients/{client_id}", summary="Change what is given")
async def change_client(
    client_id: UUID, change: ClientChange, caller: Someone, session: Session
) -> ClientDetails:
    return await own_clients.change(session, caller, client_id, change)


@router.delete("/clients/{client_id}", status_code=204, summary="Revoke a client, for good")
async def revoke_client(client_id: UUID, caller: Someone, session: Session) -> None:
    await clients.revoke(session, caller, client_id)


@router.post(
    "/clients/{client_id}/secrets",
    status_code=201,
    summary="Make the next secret",
    dependencies=[SURE],
)
async def rotate_secret(
    client_id: UUID, new: ClientSecretNew, caller: Someone, session: Session, response: Response
) -> ClientSecretMade:
    response.headers["Cache-Control"] = NOT_STORED
    return await own_clients.rotate(session, caller, client_id, new)


@router.delete(
    "/clients/{client_id}/secrets/{secret_id}", status_code=204, summary="Stop a secret at once"
)
async def end_secret(client_id: UUID, secret_id: UUID, caller: Someone, session: Session) -> None:
    await own_clients.end_secret(session, caller, client_id, secret_id)


@router.get("/clients/{client_id}/usage", summary="How often it called each service, by day")
async def usage(
    client_id: UUID,
    caller: Someone,
    session: Session,
    days: Annotated[int, Query(ge=1, le=400)] = 30,
) -> ClientUsage:
    return await own_clients.usage(session, caller, client_id, days)


@router.post("/client-calls", status_code=204, summary="What a service has counted: for services")
async def take_calls(told: ClientCallsTold, caller: CallerDep, session: Session) -> None:
    await own_clients.take_calls(session, caller, told)
