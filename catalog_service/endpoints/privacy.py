"""What is known of a person, for services of the suite: what plays on their account now."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request

from catalog_service.endpoints.shared import Sibling
from catalog_service.providers.streams import Streams
from kit.schema import PersonalData
from kit.web import Router

router = Router(tags=["privacy"])


@router.get("/personal-data/{account_id}", summary="What is known of a person")
async def personal_data(account_id: UUID, _: Sibling, request: Request) -> PersonalData:
    streams: Streams = request.app.state.streams
    playing = [
        {"device": device, "until": datetime.fromtimestamp(until, UTC)}
        for device, until in await streams.playing(str(account_id))
    ]
    return PersonalData(service="catalog_service", parts={"playing": playing})


@router.delete("/personal-data/{account_id}", status_code=204, summary="Forget a person")
async def forget(account_id: UUID, _: Sibling, request: Request) -> None:
    """Films name nobody's account; who edited them is in the audit log of accounts_service."""
    streams: Streams = request.app.state.streams
    await streams.forget(str(account_id))
