"""How people want to be told, whom they follow, and announcements to their followers."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.notices import Locale
from kit.contracts.publisher.wishes import (
    Announcement,
    AnnouncementNew,
    Follow,
    Follows,
    Heir,
    PersonalData,
    Preferences,
    PreferencesChange,
    Topic,
    TopicCount,
    Unsubscribed,
    Unsubscription,
)
from kit.web import CallerDep, ReadSession, Router, Session, limited, using
from publisher_service.actions import following, privacy, wishes
from publisher_service.endpoints.given import ToolsDep, Writer

Accounts = Annotated[AccountsClient, using(AccountsClient)]
router = Router(tags=["wishes"])


@router.get("/preferences", summary="What comes to me, by which channel, and when it does not")
async def preferences(
    caller: CallerDep,
    session: ReadSession,
    tools: ToolsDep,
    accounts: Accounts,
    locale: Locale = "fr",
) -> Preferences:
    return await wishes.preferences(session, tools, accounts, caller, locale)


@router.patch("/preferences", summary="Change only what is given")
async def change_preferences(
    new: PreferencesChange,
    caller: CallerDep,
    session: Session,
    tools: ToolsDep,
    accounts: Accounts,
    locale: Locale = "fr",
) -> Preferences:
    await wishes.change(session, caller, new)
    return await wishes.preferences(session, tools, accounts, caller, locale)


@router.post(
    "/unsubscriptions/look",
    summary="What an unsubscribe link is about",
    dependencies=[limited("60/minute", "unsubscriptions")],
)
async def look(link: Unsubscription, tools: ToolsDep, locale: Locale = "fr") -> Unsubscribed:
    return wishes.look_at_link(tools, link.token, locale)


@router.post(
    "/unsubscriptions",
    summary="End a kind of notice by e-mail, by the link in one",
    dependencies=[limited("60/minute", "unsubscriptions")],
)
async def unsubscribe(
    link: Unsubscription, tools: ToolsDep, session: Session, locale: Locale = "fr"
) -> Unsubscribed:
    return await wishes.unsubscribe(session, tools, link.token, locale)


@router.get("/follows", summary="Whom and what I follow")
async def followed(caller: CallerDep, session: ReadSession) -> Follows:
    return await following.followed(session, caller)


@router.put("/follows/{topic}", summary="Follow a series or a film-maker")
async def follow(topic: Topic, caller: CallerDep, session: Session) -> Follow:
    return await following.follow(session, caller, topic)


@router.delete("/follows/{topic}", status_code=204, summary="Follow it no more")
async def unfollow(topic: Topic, caller: CallerDep, session: Session) -> Response:
    await following.unfollow(session, caller, topic)
    return Response(status_code=204)


@router.get(
    "/topics/{topic}",
    summary="How many follow it",
    dependencies=[limited("600/minute", "topics")],
)
async def see_topic(topic: Topic, session: ReadSession) -> TopicCount:
    return await following.topic(session, topic)


@router.post("/announcements", status_code=202, summary="Tell all who follow these topics, once")
async def announce(new: AnnouncementNew, caller: Writer, session: Session) -> Announcement:
    return await following.announce(session, new)


@router.get("/announcements/{announcement_id}", summary="How many were told so far")
async def see_announcement(
    announcement_id: UUID, caller: Writer, session: ReadSession
) -> Announcement:
    return await following.see(session, announcement_id)


@router.get("/personal-data/{account_id}", summary="All that is kept about an account")
async def personal_data(account_id: UUID, caller: CallerDep, session: ReadSession) -> PersonalData:
    privacy.check_service(caller)
    return await privacy.personal_data(session, account_id)


@router.delete("/personal-data/{account_id}", status_code=204, summary="Forget an account")
async def forget_person(account_id: UUID, caller: CallerDep, session: Session) -> Response:
    privacy.check_service(caller)
    await privacy.forget(session, account_id)
    return Response(status_code=204)


@router.put("/personal-data/{account_id}/account", status_code=204, summary="Hand it all over")
async def hand_over(account_id: UUID, heir: Heir, caller: CallerDep, session: Session) -> Response:
    privacy.check_service(caller)
    await privacy.hand_over(session, account_id, heir.account_id)
    return Response(status_code=204)
