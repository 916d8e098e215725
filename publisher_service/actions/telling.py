"""A notice arrives: it stands in the centre at once, and is planned for the other channels."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.publisher.errors import NobodyToTell, NoticeDiffers, UnknownKind
from kit.contracts.publisher.notices import ChannelName, NoticeNew, NoticeTaken
from kit.jobs import enqueue
from publisher_service.models.notices import Notice
from publisher_service.queries import notices, people
from publisher_service.rules.kinds import KINDS, Kind, may_come
from publisher_service.rules.planning import Wishes

URGENT, USUAL = 10, 0


async def take(session: AsyncSession, new: NoticeNew) -> NoticeTaken:
    """Take a notice in; the same one again changes nothing. Raise NoticeDiffers for another."""
    kind = kind_of(new.kind)
    if new.account_id is None and new.email is None:
        raise NobodyToTell
    wishes = Wishes()
    if new.account_id is not None:
        wishes = (await people.wishes(session, [new.account_id]))[new.account_id]
    row = row_of(new, kind, wishes)
    if not await notices.add(session, [row]):
        _check_same(await notices.notice(session, new.id), new)
        return NoticeTaken(id=new.id, is_repeated=True)
    if row["is_in_app"] and new.account_id is not None:
        await notices.tell_live(session, [new.account_id])
    priority = URGENT if kind.is_fixed else USUAL
    await enqueue(session, "plan_notice", {"notice_id": str(new.id)}, priority=priority)
    return NoticeTaken(id=new.id, is_repeated=False)


def kind_of(name: str) -> Kind:
    """Return the kind of that name; raise UnknownKind."""
    if name not in KINDS:
        raise UnknownKind
    return KINDS[name]


def row_of(new: NoticeNew, kind: Kind, wishes: Wishes) -> dict[str, Any]:
    """Return the row of a notice; it stands in the centre unless its person wants none of it."""
    chosen = wishes.chosen.get((kind.name, ChannelName.in_app))
    return {
        **new.model_dump(),
        "received_at": clock.now(),
        "is_in_app": new.account_id is not None and may_come(kind, ChannelName.in_app, chosen),
    }


def _check_same(known: Notice, new: NoticeNew) -> None:
    if (known.kind, known.account_id, known.email, known.values) != (
        new.kind, new.account_id, new.email, new.values,
    ):  # fmt: skip
        raise NoticeDiffers
