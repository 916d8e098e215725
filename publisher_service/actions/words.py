"""Templates: looked at, tried out, changed, and put back as they came."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher.errors import UnknownPlaceholder
from kit.contracts.publisher.notices import Locale, Preview, Template, TemplateChange, Templates
from kit.db import new_id
from publisher_service.actions.telling import kind_of
from publisher_service.actions.tools import Tools
from publisher_service.actions.wording import Changed, Envelope, words_of, written
from publisher_service.queries import mails
from publisher_service.rules import texts, values
from publisher_service.rules.kinds import KINDS, Kind
from publisher_service.rules.words import Words

LOCALES: tuple[Locale, ...] = ("fr", "en")


async def listed(session: AsyncSession, kind: str | None) -> Templates:
    changed = await mails.templates(session)
    names = [kind_of(kind).name] if kind else list(KINDS)
    return Templates(items=[_shown(changed, name, code) for name in names for code in LOCALES])


async def see(session: AsyncSession, kind: str, locale: Locale) -> Template:
    name = kind_of(kind).name
    return _shown(await mails.templates(session), name, locale)


async def change(
    session: AsyncSession, caller: Caller, kind: str, locale: Locale, new: TemplateChange
) -> Template:
    """Change the words of a kind; raise UnknownPlaceholder for values it does not have."""
    _check(kind_of(kind), new)
    row = {
        "kind": kind,
        "locale": locale,
        "changed_at": clock.now(),
        "changed_by": caller.name,
        **new.model_dump(),
    }
    await mails.change_template(session, row)
    return await see(session, kind, locale)


async def restore(session: AsyncSession, kind: str, locale: Locale) -> Template:
    await mails.restore_template(session, kind_of(kind).name, locale)
    return await see(session, kind, locale)


async def preview(
    session: AsyncSession, tools: Tools, kind: str, locale: Locale, new: TemplateChange | None
) -> Preview:
    """Return how a mail would look, with values made up; nothing is sent or kept."""
    known = kind_of(kind)
    words = words_of(await mails.templates(session), kind, locale)
    if new is not None:
        _check(known, new)
        words = Words(words.title, new.subject, new.brief, new.body)
    given = values.made_up(known.values, locale)
    stop = None if known.is_fixed else f"{tools.home}/unsubscribe/…"
    to = Envelope(key=new_id(), locale=locale, one_click_url=stop)
    found = written(tools, words, known, given, to)
    return Preview(subject=found.title, text=found.text, html=found.html, brief=found.brief)


def _check(kind: Kind, new: TemplateChange) -> None:
    named = texts.placeholders(new.subject, new.body, new.brief)
    if unknown := sorted(named - {*kind.values, "brand"}):
        raise UnknownPlaceholder(f"This kind of notice has no {', '.join(unknown)}.", names=unknown)


def _shown(changed: Changed, kind: str, locale: Locale) -> Template:
    words, other = words_of(changed, kind, locale), changed.get((kind, locale))
    return Template(
        kind=kind,
        locale=locale,
        subject=words.subject,
        body=words.body,
        brief=words.brief,
        is_changed=other is not None,
        changed_at=other.changed_at if other else None,
        changed_by=other.changed_by if other else None,
    )
