"""Uploads: the page, and what its script asks for each file."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from admin_interface.actions import announcing, uploads
from admin_interface.actions.uploads import Desk, Upload, UploadNew
from admin_interface.pages.desk import show
from admin_interface.pages.staff import acting
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import SocialAccount
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]
Gateway = Annotated[GatewayClient, acting(GatewayClient)]
Publisher = Annotated[PublisherClient, acting(PublisherClient)]


class UploadView(Schema):
    """`networks`: accounts that a post can go to when the film is online."""

    networks: list[SocialAccount]


async def _desk(request: Request, catalog: Catalog, gateway: Gateway) -> Desk:
    settings = request.app.state.settings
    return Desk(
        catalog=catalog,
        gateway=gateway,
        library=request.app.state.clients[VideoLibraryClient],
        endpoint=settings.bunny_tus_url,
        hours=settings.upload_hours,
    )


AtDesk = Annotated[Desk, Depends(_desk)]


@router.get("/upload")
async def upload_page(request: Request, publisher: Publisher) -> Response:
    view = UploadView(networks=await announcing.networks(publisher))
    return show(request, "pages/upload.html", view)


@router.post("/uploads")
async def begin(new: UploadNew, desk: AtDesk) -> Upload:
    return await uploads.begin(desk, new)


@router.post("/uploads/{film_id}/signature")
async def renew(film_id: UUID, desk: AtDesk) -> Upload:
    """Sign again, for an upload that took longer than its signature."""
    film = await desk.catalog.film(film_id, everything=True)
    return uploads.sign(desk, film_id, film.video_guid or "")
