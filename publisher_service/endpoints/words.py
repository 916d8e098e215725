"""Kinds of notices and their templates."""

from kit.contracts.publisher.notices import (
    Kinds,
    Locale,
    Preview,
    Template,
    TemplateChange,
    Templates,
)
from kit.events import audit
from kit.web import ReadSession, Router, Session
from publisher_service.actions import wishes, words
from publisher_service.endpoints.given import Reader, ToolsDep, Writer

router = Router(tags=["templates"])


@router.get("/kinds", summary="Every kind of notice, and the values its templates may name")
async def list_kinds(caller: Reader, locale: Locale = "fr") -> Kinds:
    return wishes.kinds(locale)


@router.get("/templates", summary="What every kind says, in both languages")
async def list_templates(
    caller: Reader, session: ReadSession, kind: str | None = None
) -> Templates:
    return await words.listed(session, kind)


@router.get("/templates/{kind}/{locale}", summary="What one kind says in one language")
async def see_template(kind: str, locale: Locale, caller: Reader, session: ReadSession) -> Template:
    return await words.see(session, kind, locale)


@router.put("/templates/{kind}/{locale}", summary="Change what it says")
async def change_template(
    kind: str, locale: Locale, new: TemplateChange, caller: Writer, session: Session
) -> Template:
    found = await words.change(session, caller, kind, locale, new)
    await audit(session, caller, "template.changed", f"template/{kind}/{locale}")
    return found


@router.delete("/templates/{kind}/{locale}", summary="Put back the words that came with the suite")
async def restore_template(kind: str, locale: Locale, caller: Writer, session: Session) -> Template:
    found = await words.restore(session, kind, locale)
    await audit(session, caller, "template.restored", f"template/{kind}/{locale}")
    return found


@router.post("/templates/{kind}/{locale}/preview", summary="How it looks, with values made up")
async def preview_template(
    kind: str,
    locale: Locale,
    caller: Reader,
    session: ReadSession,
    tools: ToolsDep,
    new: TemplateChange | None = None,
) -> Preview:
    return await words.preview(session, tools, kind, locale, new)
