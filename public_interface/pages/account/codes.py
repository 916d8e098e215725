"""The codes of an account: what they open, until when; one more, one less."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.tokens import TokensClient
from kit.contracts.tokens.links import Linked
from kit.contracts.tokens.wire import TokenState
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import acting
from public_interface.forms import CodeForm
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import said
from public_interface.pages.code import film_of_ticket
from public_interface.pages.home import Catalog
from public_interface.pages.visitor import VisitorDep

router = APIRouter()
Mine = Annotated[TokensClient, acting(TokensClient)]
HERE = "/account/codes"
STATES = {
    TokenState.active: ("success", mark("valable")),
    TokenState.expired: ("neutral", mark("expiré")),
    TokenState.revoked: ("danger", mark("retiré")),
}


class LineView(Schema):
    """One code; `href` leads to the film that a ticket opens."""

    id: UUID
    code: str
    level: str
    title: str
    href: str
    until: str
    tone: str
    state: str


class CodesView(Schema):
    """`carries_code`: this device holds one that is not in the account."""

    lines: list[LineView]
    carries_code: bool
    code: str
    error: str
    example: str
    shop_url: str


@router.get(HERE)
async def codes(request: Request, mine: Mine, catalog: Catalog, visitor: VisitorDep) -> Response:
    return show(request, "codes", await _view(request, mine, catalog, visitor))


@router.post(HERE)
async def add(request: Request, mine: Mine, catalog: Catalog, visitor: VisitorDep) -> Response:
    """Take a code into the account: one that is typed, or the one of this device."""
    say = words(request)
    is_carried = bool((await request.form()).get("carried"))
    typed = await filled(request, CodeForm, say)
    token = visitor.token if is_carried else typed.form.code if typed.form else ""
    try:
        if token:
            await mine.link(token, viewer_address=visitor.address)
            return back(request, HERE, mark("Ce code est maintenant dans votre compte."))
        error, status = say(mark("Tapez votre code.")), 422
    except AppError as refusal:
        error, status = said(refusal, say), refusal.status
    view = await _view(request, mine, catalog, visitor)
    typed_code = str(typed.values.get("code", ""))
    return show(
        request, "codes", view.model_copy(update={"error": error, "code": typed_code}), status
    )


@router.post(HERE + "/{token_id}/release")
async def release(request: Request, token_id: UUID, mine: Mine) -> Response:
    try:
        await mine.unlink(token_id)
    except AppError as error:
        return back(request, HERE, said(error, words(request)), "danger")
    return back(request, HERE, mark("Ce code n’est plus dans votre compte. Il reste valable."))


async def _view(
    request: Request, mine: TokensClient, catalog: Catalog, visitor: VisitorDep
) -> CodesView:
    settings = request.app.state.settings
    held = (await mine.my_tokens()).items
    carried = await visitor.holder()
    return CodesView(
        lines=[await _line(each, catalog, words(request)) for each in held],
        carries_code=carried.ok and carried.token_id not in {each.token_id for each in held},
        code="",
        error="",
        example=f"{settings.code_prefix}-ABCD-1234",
        shop_url=settings.shop_url,
    )


async def _line(each: Linked, catalog: Catalog, say: Language) -> LineView:
    film = await film_of_ticket(catalog, each.video_id)
    tone, state = STATES[each.state]
    return LineView(
        id=each.token_id,
        code=each.code,
        level=each.access_level,
        title=film[0] if film else each.title,
        href=f"/films/{film[1]}" if film else "",
        until=say.day(each.expires_at),
        tone=tone,
        state=say(state),
    )
