"""The words of every notice, in both languages: read, changed, tried out, put back."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, letter_headers, show, words
from admin_interface.pages.notices import saying
from admin_interface.pages.staff import acting
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import (
    KindOfNotice,
    Preview,
    Template,
    TemplateChange,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Publisher = Annotated[PublisherClient, acting(PublisherClient)]
LOCALES = ("fr", "en")
PARTS = ("subject", "body", "brief")


class KindsView(Schema):
    """`changed` holds "kind locale" of every template that is no longer as it came."""

    kinds: list[KindOfNotice]
    changed: list[str]


class TemplateView(Schema):
    kind: KindOfNotice
    template: Template
    values: dict[str, str]
    preview: Preview | None
    is_tried: bool = False
    errors: dict[str, str] = {}
    trouble: str = ""


@router.get("/notices/templates")
async def kinds(request: Request, publisher: Publisher) -> Response:
    found = (await publisher.kinds(words(request).code)).items
    changed = [
        f"{each.kind} {each.locale}"
        for each in (await publisher.templates()).items
        if each.is_changed
    ]
    return show(request, "pages/templates.html", KindsView(kinds=found, changed=changed))


@router.get("/notices/templates/{kind}/{locale}")
async def template_page(request: Request, kind: str, locale: str, publisher: Publisher) -> Response:
    template = await publisher.template(kind, locale)
    view = await _view(request, publisher, template)
    return _shown(request, view.model_copy(
        update={"preview": await publisher.preview_template(kind, locale)}
    ))  # fmt: skip


@router.post("/notices/templates/{kind}/{locale}")
async def change(request: Request, kind: str, locale: str, publisher: Publisher) -> Response:
    """Try the words typed, keep them, or put the first ones back."""
    typed = dict(await request.form())
    here = f"/notices/templates/{kind}/{locale}"
    try:
        if typed.get("deed") == "restore":
            await publisher.restore_template(kind, locale)
            return back(request, here, mark("Les mots d’origine sont de retour."))
        wish = checked(TemplateChange, {part: typed.get(part, "") for part in PARTS})
        if typed.get("deed") == "try":
            preview = await publisher.preview_template(kind, locale, wish)
            return await _again(request, publisher, (kind, locale), typed, preview=preview)
        await publisher.change_template(kind, locale, wish)
    except Mistyped as error:
        say = words(request)
        errors = {field: say(text) for field, text in error.fields.items()}
        return await _again(request, publisher, (kind, locale), typed, errors=errors)
    except AppError as error:
        trouble = saying(request, error)
        return await _again(request, publisher, (kind, locale), typed, trouble=trouble)
    return back(request, here, mark("Le modèle est enregistré."))


async def _again(
    request: Request,
    publisher: PublisherClient,
    which: tuple[str, str],
    typed: dict[str, Any],
    **found: Any,  # noqa: ANN401  (parts of the view)
) -> Response:
    view = await _view(request, publisher, await publisher.template(*which))
    values = {part: str(typed.get(part, "")) for part in PARTS}
    changes = {"values": values, "is_tried": "preview" in found, **found}
    return _shown(request, view.model_copy(update=changes), 200 if "preview" in found else 422)


async def _view(request: Request, publisher: PublisherClient, template: Template) -> TemplateView:
    known = (await publisher.kinds(words(request).code)).items
    return TemplateView(
        kind=next(each for each in known if each.kind == template.kind),
        template=template,
        values={part: getattr(template, part) for part in PARTS},
        preview=None,
    )


def _shown(request: Request, view: TemplateView, status: int = 200) -> Response:
    headers = letter_headers(request)
    return show(request, "pages/template.html", view, status, headers)
