"""`/social…`: accounts on networks, and what goes out there."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import AwareDatetime

from kit.auth import Caller
from kit.contracts.publisher.social import (
    Networks,
    Publication,
    PublicationChange,
    PublicationNew,
    PublicationQuery,
    Publications,
    Settlement,
    SocialAccount,
    SocialAccountChange,
    SocialAccountNew,
    SocialAccounts,
    SocialPreview,
    SocialPreviewNew,
)
from kit.pages import Limit
from kit.web import ReadSession, Router, Session, needs
from publisher_service.actions.social import accounts, fitting, publications
from publisher_service.actions.social.press import Press

router = Router(prefix="/social", tags=["social"])


async def _press(request: Request) -> Press:
    found: Press = request.app.state.press
    return found


PressDep = Annotated[Press, Depends(_press)]
Reader = Annotated[Caller, needs("social:read")]
Writer = Annotated[Caller, needs("social:write")]


@router.get("/networks", summary="Networks, and what each takes")
async def networks(caller: Reader, press: PressDep) -> Networks:
    return accounts.known_networks(press)


@router.get("/accounts", summary="Connected accounts")
async def list_accounts(caller: Reader, session: ReadSession) -> SocialAccounts:
    return await accounts.listed(session)


@router.post("/accounts", status_code=201, summary="Connect an account; its network is asked first")
async def connect(
    new: SocialAccountNew, caller: Writer, session: Session, press: PressDep
) -> SocialAccount:
    return await accounts.connect(session, press, caller, new)


@router.patch("/accounts/{account_id}", summary="Rename an account, or connect it again")
async def change_account(
    account_id: UUID, asked: SocialAccountChange, caller: Writer, session: Session, press: PressDep
) -> SocialAccount:
    return await accounts.change(session, press, caller, account_id, asked)


@router.post("/accounts/{account_id}/checks", summary="Ask its network whether it still takes it")
async def check(
    account_id: UUID, caller: Writer, session: Session, press: PressDep
) -> SocialAccount:
    return await accounts.check(session, press, account_id)


@router.delete("/accounts/{account_id}", status_code=204, summary="Disconnect an account")
async def disconnect(account_id: UUID, caller: Writer, session: Session) -> None:
    await accounts.disconnect(session, caller, account_id)


@router.post("/previews", summary="What would go out, and whether it fits")
async def preview(
    asked: SocialPreviewNew, caller: Reader, session: ReadSession, press: PressDep
) -> SocialPreview:
    return await fitting.preview(session, press, asked)


@router.post("/publish", status_code=202, summary="Publish now or later; its id counts once")
async def publish(
    new: PublicationNew, caller: Writer, session: Session, press: PressDep
) -> Publication:
    return await publications.publish(session, press, caller, new)


@router.get("/publications", summary="Publications, the latest first; also for a calendar")
async def list_publications(
    caller: Reader,
    session: ReadSession,
    from_at: AwareDatetime | None = None,
    until_at: AwareDatetime | None = None,
    film_id: UUID | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Publications:
    filters = PublicationQuery(from_at=from_at, until_at=until_at, film_id=film_id)
    return await publications.listed(session, filters, cursor, limit)


@router.get("/publications/{publication_id}", summary="One publication, with its targets")
async def see(publication_id: UUID, caller: Reader, session: ReadSession) -> Publication:
    return await publications.see(session, publication_id)


@router.patch("/publications/{publication_id}", summary="Change what has not begun")
async def change(
    publication_id: UUID,
    asked: PublicationChange,
    caller: Writer,
    session: Session,
    press: PressDep,
) -> Publication:
    return await publications.change(session, press, caller, publication_id, asked)


@router.post("/publications/{publication_id}/cancellation", summary="Call off what has not begun")
async def cancel(publication_id: UUID, caller: Writer, session: Session) -> Publication:
    return await publications.cancel(session, caller, publication_id)


@router.post("/targets/{target_id}/retries", summary="Try a target that failed again")
async def retry(target_id: UUID, caller: Writer, session: Session) -> Publication:
    return await publications.retry(session, caller, target_id)


@router.post("/targets/{target_id}/settlement", summary="Say what became of an unsure target")
async def settle(
    target_id: UUID, seen: Settlement, caller: Writer, session: Session
) -> Publication:
    return await publications.settle(session, caller, target_id, seen)
