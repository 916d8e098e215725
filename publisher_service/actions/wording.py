"""A notice in words: the line of the centre, and the message that a channel carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template as Form
from typing import Any
from uuid import UUID

from kit.auth import unseal
from kit.contracts.publisher.notices import ChannelName, Locale
from kit.contracts.publisher.notices import Notice as Seen
from kit.events import NOTICE
from publisher_service.actions.tools import Target, Tools
from publisher_service.models.notices import Delivery, Notice, Template
from publisher_service.providers.channel import Message
from publisher_service.rules import texts, values
from publisher_service.rules.kinds import CODE, KINDS, Kind
from publisher_service.rules.words import Words

FORM = Form((Path(__file__).parent.parent / "templates/emails/notice.html").read_text())
Changed = Mapping[tuple[str, str], Template]


@dataclass(frozen=True)
class Envelope:
    """To whom a message goes."""

    key: UUID
    locale: Locale
    address: str = ""
    details: dict[str, str] = field(default_factory=dict)
    one_click_url: str | None = None
    has_account: bool = True


def seen(tools: Tools, changed: Changed, notice: Notice, locale: Locale) -> Seen:
    """Return a notice as it stands in the centre."""
    kind = KINDS[notice.kind]
    given = values.whole(kind.values, notice.values, tools.brand, locale)
    words = words_of(changed, kind.name, locale)
    return Seen(
        id=notice.id,
        kind=notice.kind,
        at=notice.at,
        title=texts.one_line(words.subject, given),
        text=texts.one_line(words.brief, given),
        url=_safe(notice.values.get("url") or notice.values.get("link")),
        picture=_safe(notice.values.get("picture")),
        is_read=notice.read_at is not None,
    )


def message(
    tools: Tools, changed: Changed, delivery: Delivery, details: Mapping[str, str]
) -> Message:
    """Return what a channel carries; sealed values are opened here and nowhere else."""
    notice, kind = delivery.notice, KINDS[delivery.kind]
    opened = dict(notice.values)
    if notice.sealed and (delivery.channel == ChannelName.email or kind.name == CODE):
        opened |= unseal(tools.secret, NOTICE, notice.sealed)
    target = Target(kind.name, delivery.address, delivery.account_id)
    to = Envelope(
        key=delivery.id,
        locale=values.language(delivery.locale),
        address=delivery.address,
        details=dict(details),
        one_click_url=None if kind.is_fixed else tools.unsubscribe_url(target),
        has_account=delivery.account_id is not None,
    )
    return written(tools, words_of(changed, kind.name, to.locale), kind, opened, to)


def written(
    tools: Tools, words: Words, kind: Kind, opened: Mapping[str, Any], to: Envelope
) -> Message:
    """Return these words filled in, as plain text and as HTML."""
    given = values.whole(kind.values, opened, tools.brand, to.locale)
    found, footer = texts.parts(words.body, given), _footer(tools, to)
    title, brief = texts.one_line(words.subject, given), texts.one_line(words.brief, given)
    picture, hint = _safe(opened.get("picture")), values.phrase("AND", to.locale)
    html = FORM.substitute(
        lang=to.locale,
        subject=escape(title),
        brief=escape(brief),
        brand=escape(tools.brand),
        home=escape(tools.home),
        accent=tools.accent,
        picture=_picture(picture),
        content=texts.html(found, tools.accent, tools.on_accent, hint),
        footer="<br>".join(_linked(part) for part in footer),
    )
    return Message(
        key=to.key,
        address=to.address,
        kind=kind.name,
        locale=to.locale,
        title=title,
        brief=brief,
        text=f"{texts.plain(found)}\n\n-- \n{_plain_footer(footer)}\n",
        html=html,
        url=_safe(opened.get("url")),
        picture=picture,
        one_click_url=to.one_click_url,
        is_security=kind.is_security,
        details=to.details,
    )


def words_of(changed: Changed, kind: str, locale: str) -> Words:
    """Return the words of a kind: those that came with the suite, or what they were changed to."""
    ours = values.words_of(kind, locale)
    other = changed.get((kind, locale))
    if other is None:
        return ours
    return Words(ours.title, other.subject, other.brief, other.body)


def _footer(tools: Tools, to: Envelope) -> list[texts.Part]:
    why = "FOOTER" if to.has_account else "STRANGER"
    found = [texts.Part(values.phrase(why, to.locale, brand=tools.brand))]
    if to.one_click_url:
        found.append(texts.Part(values.phrase("STOP", to.locale), to.one_click_url))
    if to.has_account:
        url = f"{tools.home}/account/notices/wishes"
        found.append(texts.Part(values.phrase("CHOOSE", to.locale), url))
    return found


def _plain_footer(parts: list[texts.Part]) -> str:
    return "\n".join(f"{part.text} : {part.url}" if part.url else part.text for part in parts)


def _linked(part: texts.Part) -> str:
    if not part.url:
        return escape(part.text)
    return f'<a href="{escape(part.url)}" style="color:#6b6570">{escape(part.text)}</a>'


def _picture(url: str | None) -> str:
    if url is None:
        return ""
    look = "display:block;width:100%;height:auto;margin:0 0 20px;border-radius:8px"
    return f'<img src="{escape(url)}" alt="" style="{look}">\n'


def _safe(url: object) -> str | None:
    """Return an address that may stand in a link."""
    text = str(url or "")
    return text if text.startswith(texts.SAFE) else None
