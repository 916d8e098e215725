"""What staff see: deliveries and their attempts, the outbox, mails that came back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from kit.contracts.publisher.notices import (
    Bounce,
    Deliveries,
    Delivery,
    DeliveryCounts,
    DeliveryQuery,
    Mail,
    Mails,
)
from kit.events import audit
from kit.pages import Limit
from kit.web import ReadSession, Router, Session
from publisher_service.actions import desk
from publisher_service.endpoints.given import Reader, Writer

router = Router(tags=["deliveries"])


@router.get("/deliveries", summary="What was sent by which channel, newest first")
async def list_deliveries(
    caller: Reader,
    session: ReadSession,
    chosen: Annotated[DeliveryQuery, Query()],
    cursor: str | None = None,
    limit: Limit = 50,
) -> Deliveries:
    return await desk.listed(session, chosen, cursor, limit)


@router.get("/deliveries/counts", summary="How many there are, by channel and state")
async def count_deliveries(caller: Reader, session: ReadSession) -> DeliveryCounts:
    return await desk.counts(session)


@router.get("/deliveries/{delivery_id}", summary="A delivery with every attempt")
async def see_delivery(delivery_id: UUID, caller: Reader, session: ReadSession) -> Delivery:
    return await desk.see(session, delivery_id)


@router.post("/deliveries/{delivery_id}/retries", summary="Send it once more")
async def send_again(delivery_id: UUID, caller: Writer, session: Session) -> Delivery:
    found = await desk.send_again(session, delivery_id)
    await audit(session, caller, "delivery.sent_again", f"delivery/{delivery_id}")
    return found


@router.get("/mails", summary="The outbox: mails kept while there is no mail server")
async def list_mails(
    caller: Writer, session: ReadSession, cursor: str | None = None, limit: Limit = 50
) -> Mails:
    return await desk.outbox(session, cursor, limit)


@router.get("/mails/{mail_id}", summary="A mail of the outbox, as it would have been sent")
async def see_mail(mail_id: UUID, caller: Writer, session: Session) -> Mail:
    found = await desk.mail(session, mail_id)
    await audit(session, caller, "mail.read", f"mail/{mail_id}", {"kind": found.kind})
    return found


@router.post("/bounces", status_code=204, summary="A mail that came back")
async def bounced(bounce: Bounce, caller: Writer, session: Session) -> Response:
    await desk.bounced(session, bounce)
    return Response(status_code=204)
