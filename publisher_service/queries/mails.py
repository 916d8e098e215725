"""Mails kept in the outbox, and templates that were changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.errors import MailNotFound
from publisher_service.models.notices import Mail, Template


async def keep(session: AsyncSession, row: dict[str, Any]) -> None:
    """Keep a mail; a second one under the same id changes nothing."""
    await session.execute(upsert(Mail).on_conflict_do_nothing(), [row])


async def mail(session: AsyncSession, mail_id: UUID) -> Mail:
    found = await session.get(Mail, mail_id)
    if found is None:
        raise MailNotFound
    return found


async def mails(session: AsyncSession, before: UUID | None, limit: int) -> Sequence[Mail]:
    statement = select(Mail).order_by(Mail.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Mail.id < before)
    return (await session.scalars(statement)).all()


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    await session.execute(delete(Mail).where(Mail.at < moment))


async def templates(session: AsyncSession) -> dict[tuple[str, str], Template]:
    """Return what administrators changed, by kind and language."""
    return {(row.kind, row.locale): row for row in await session.scalars(select(Template))}


async def template(session: AsyncSession, kind: str, locale: str) -> Template | None:
    return await session.get(Template, (kind, locale))


async def change_template(session: AsyncSession, row: dict[str, Any]) -> None:
    statement = upsert(Template).values(row)
    changes = {name: value for name, value in row.items() if name not in {"kind", "locale"}}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["kind", "locale"], set_=changes)
    )


async def restore_template(session: AsyncSession, kind: str, locale: str) -> None:
    statement = delete(Template).where(Template.kind == kind, Template.locale == locale)
    await session.execute(statement)
