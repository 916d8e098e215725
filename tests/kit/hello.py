"""A small service on nothing but the kit, for the tests of the kit."""

from typing import Annotated, ClassVar

from fastapi import FastAPI, Request
from sqlalchemy import text

from kit.auth import Caller
from kit.client import ServiceClient
from kit.errors import Conflict, NotFound
from kit.schema import Count, Schema
from kit.settings import ServiceSettings
from kit.web import (
    CallerDep,
    ReadSession,
    Router,
    Session,
    ViewerAddress,
    build_app,
    limited,
    needs,
)


class Settings(ServiceSettings, env_prefix="HELLO_"):
    SERVICE: ClassVar[str] = "hello_service"


class Greeting(Schema):
    text: str
    times: Count = 1


class GhostNotFound(NotFound):
    """Nobody of that name lives here."""


class HouseFull(Conflict):
    """The house is full; come back when somebody has left."""


class HelloClient(ServiceClient):
    SERVICE: ClassVar[str] = "hello_service"


router = Router()


@router.get("/greetings/{name}")
async def greeting(name: str) -> Greeting:
    if name == "ghost":
        raise GhostNotFound
    if name == "bug":
        raise RuntimeError(name)
    return Greeting(text=f"hello {name}")


@router.post("/greetings")
async def greet(new: Greeting) -> Greeting:
    if new.text == "full":
        raise HouseFull(seats=0)
    return new


@router.get("/limited", dependencies=[limited("2/minute")])
async def seldom(address: ViewerAddress) -> Greeting:
    return Greeting(text=address)


@router.get("/private")
async def private(caller: Annotated[Caller, needs("films:write")]) -> Greeting:
    return Greeting(text=f"{caller.kind} {caller.id} {caller.via}")


@router.get("/who/{asked}")
async def who(asked: int, caller: CallerDep) -> Greeting:
    return Greeting(text=f"{asked} {caller.kind} {caller.id}")


@router.get("/where/{asked}")
async def where(
    asked: int, caller: CallerDep, request: Request, address: ViewerAddress
) -> Greeting:
    """As `who`, beside another that asks for the caller, and with the request itself."""
    return Greeting(text=f"{asked} {caller.kind} {request.url.path} {address}")


@router.post("/rows")
async def row(new: Greeting, session: Session) -> Greeting:
    """Insert a row whose uniqueness is only checked by the commit."""
    await session.execute(text("INSERT INTO row (name) VALUES (:name)"), {"name": new.text})
    return new


@router.get("/rows")
async def rows(session: ReadSession) -> list[str]:
    return list((await session.scalars(text("SELECT name FROM row ORDER BY name"))).all())


def create_app(settings: Settings) -> FastAPI:
    return build_app(settings, router, body_limits={"/greetings": 1000})
