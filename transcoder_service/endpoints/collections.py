"""`/library/{id}/collections…`: Bunny Stream's API of collections."""

from typing import Annotated

from fastapi import Query

from kit.contracts.transcoder import wire
from kit.web import ReadSession, Router, Session
from transcoder_service.actions import collections
from transcoder_service.endpoints.given import ANSWERS, Reader, Writer
from transcoder_service.endpoints.videos import DONE, Number, Search
from transcoder_service.rules.listing import asked

router = Router(prefix="/library/{library_id}/collections", tags=["collections"], responses=ANSWERS)


@router.get("", summary="List collections")
async def list_collections(
    library_id: Reader,
    session: ReadSession,
    page: Number = 1,
    items_per_page: Annotated[Number, Query(alias="itemsPerPage")] = 100,
    search: Search = "",
    order_by: Annotated[Search, Query(alias="orderBy")] = "date",
) -> wire.Collections:
    wanted = asked(page, items_per_page, search, order_by)
    return await collections.list_collections(session, wanted, library_id)


@router.post("", summary="Create a collection")
async def create_collection(
    library_id: Writer, change: wire.CollectionChange, session: Session
) -> wire.Collection:
    return await collections.create_collection(session, change, library_id)


@router.get("/{collection_id}", summary="Get a collection")
async def get_collection(
    library_id: Reader, collection_id: str, session: ReadSession
) -> wire.Collection:
    return await collections.collection(session, collection_id, library_id)


@router.post("/{collection_id}", summary="Rename a collection")
async def update_collection(
    library_id: Writer, collection_id: str, change: wire.CollectionChange, session: Session
) -> wire.Status:
    await collections.update_collection(session, collection_id, change)
    return DONE


@router.delete("/{collection_id}", summary="Delete a collection; its videos stay")
async def delete_collection(
    library_id: Writer, collection_id: str, session: Session
) -> wire.Status:
    await collections.delete_collection(session, collection_id)
    return DONE
