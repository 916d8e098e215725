"""`/unsubscribe/{token}`: one kind of notice by e-mail no more, without signing in."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.errors import BadUnsubscription
from kit.contracts.publisher.wishes import Unsubscribed
from kit.schema import Schema
from kit.web import using
from public_interface.pages.account.frame import show

# Mail programs post here too (RFC 8058), without our cookies: the token in the address is proof.
router = APIRouter(include_in_schema=False)
Publisher = Annotated[PublisherClient, using(PublisherClient)]
Token = Annotated[str, Path(max_length=2000)]


class UnsubscribeView(Schema):
    """`title` is the kind of notice; empty when the link is none of ours."""

    title: str
    email: str
    is_done: bool


@router.get("/unsubscribe/{token}")
async def look(token: Token, request: Request, publisher: Publisher) -> Response:
    try:
        found = await publisher.look_at_unsubscription(token)
    except BadUnsubscription:
        return _page(request, None)
    return _page(request, found)


@router.post("/unsubscribe/{token}")
async def unsubscribe(token: Token, request: Request, publisher: Publisher) -> Response:
    try:
        found = await publisher.unsubscribe(token)
    except BadUnsubscription:
        return _page(request, None)
    return _page(request, found, is_done=True)


def _page(request: Request, found: Unsubscribed | None, *, is_done: bool = False) -> Response:
    view = UnsubscribeView(
        title=found.title if found else "", email=found.email if found else "", is_done=is_done
    )
    return show(request, "unsubscribe", view, 200 if found else 422)
