"""Publications: taken in, planned, changed, called off, tried again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher import social as wire
from kit.contracts.publisher.social import TargetState
from kit.contracts.publisher.social_errors import (
    PublicationBegun,
    PublicationDiffers,
    TargetSettled,
    TargetUnderWay,
)
from kit.events import audit
from kit.jobs import cancel_by_key, enqueue
from kit.pages import decode_cursor, encode_cursor
from publisher_service.actions.social import fitting
from publisher_service.actions.social.press import Press
from publisher_service.models.social import Publication, SocialAccount, Target
from publisher_service.queries import social as queries
from publisher_service.rules import networks
from publisher_service.rules import posting as rules

TASK = "advance_target"


async def publish(
    session: AsyncSession, press: Press, caller: Caller, new: wire.PublicationNew
) -> wire.Publication:
    """Take a publication in; it goes out at its time. The same one twice is taken once."""
    known = await queries.publication_or_none(session, new.id)
    if known is not None:
        if not _is_same(known, new):
            raise PublicationDiffers
        return shown(known)
    media = await fitting.media_of(session, new.media_id)
    accounts = [await queries.account(session, each.account_id) for each in new.targets]
    fitting.check(new, accounts, fitting.attachment(press, media))
    at = clock.now()
    publication = Publication(
        id=new.id,
        title=new.title,
        text=new.text,
        url=new.url,
        film_id=new.film_id,
        media_id=new.media_id,
        publish_at=new.publish_at or at,
        created_at=at,
        created_by=caller.name or caller.id,
    )
    session.add(publication)
    targets = _targets(new, accounts, at)
    session.add_all(targets)
    await session.flush()
    for target in targets:
        await ask(session, target.id, publication.publish_at)
    await audit(session, caller, "publication.made", f"publication/{new.id}", {"title": new.title})
    return shown(await queries.publication(session, new.id))


async def listed(
    session: AsyncSession, filters: wire.PublicationQuery, cursor: str | None, limit: int
) -> wire.Publications:
    after = None
    if cursor:
        at, last = decode_cursor(cursor, 2)
        after = (datetime.fromisoformat(str(at)), UUID(str(last)))
    found = await queries.publications(session, filters, after, limit + 1)
    items, more = found[:limit], len(found) > limit
    following = encode_cursor(items[-1].publish_at.isoformat(), str(items[-1].id)) if more else None
    return wire.Publications(items=[shown(each) for each in items], next_cursor=following)


async def see(session: AsyncSession, publication_id: UUID) -> wire.Publication:
    return shown(await queries.publication(session, publication_id))


async def change(
    session: AsyncSession,
    press: Press,
    caller: Caller,
    publication_id: UUID,
    asked: wire.PublicationChange,
) -> wire.Publication:
    """Change what has not begun."""
    targets = await queries.targets_for_update(session, publication_id)
    publication = await queries.publication(session, publication_id)
    if any(each.state != TargetState.queued or each.phase != "preparing" for each in targets):
        raise PublicationBegun
    changes = asked.model_dump(exclude_unset=True, exclude_none=True)
    new = _as_new(publication).model_copy(update=changes)
    attachment = fitting.attachment(press, publication.media)
    fitting.check(new, [each.account for each in publication.targets], attachment)
    for name, value in changes.items():
        setattr(publication, name, value)
    for target in targets:
        target.version += 1
        await ask(session, target.id, publication.publish_at)
    await audit(session, caller, "publication.changed", f"publication/{publication_id}")
    await session.flush()
    return await see(session, publication_id)


async def cancel(session: AsyncSession, caller: Caller, publication_id: UUID) -> wire.Publication:
    """Call off whatever has not begun, and what failed."""
    targets = await queries.targets_for_update(session, publication_id)
    publication = await queries.publication(session, publication_id)
    waiting = [each for each in targets if each.state == TargetState.queued]
    if targets and not waiting:
        raise PublicationBegun
    for target in waiting:
        target.state, target.version = TargetState.cancelled, target.version + 1
        target.updated_at, target.next_try_at = clock.now(), None
        await cancel_by_key(session, TASK, str(target.id))
    await audit(session, caller, "publication.cancelled", f"publication/{publication.id}")
    await session.flush()
    return await see(session, publication_id)


async def retry(session: AsyncSession, caller: Caller, target_id: UUID) -> wire.Publication:
    """Try a target that failed again: from where it was, or from the start where that is safe."""
    target = await queries.target_for_update(session, target_id)
    if target.state not in rules.RETRYABLE:
        raise TargetUnderWay
    if not target.is_in_doubt and target.phase != "confirming":
        target.phase = "preparing"
        if not networks.RULES[wire.NetworkName(target.network)].resumes_always:
            target.marks = {}
    await _again(session, target)
    await audit(session, caller, "publication.retried", f"publication/{target.publication_id}")
    return await see(session, target.publication_id)


async def settle(
    session: AsyncSession, caller: Caller, target_id: UUID, seen: wire.Settlement
) -> wire.Publication:
    """Note what somebody saw on a network that did not say."""
    target = await queries.target_for_update(session, target_id)
    if target.state != TargetState.unsure:
        raise TargetSettled
    target.is_in_doubt, at = False, clock.now()
    if seen.is_published:
        target.state, target.phase, target.percent = TargetState.published, "done", 100
        target.remote_url, target.published_at, target.error = seen.remote_url, at, None
        target.version, target.updated_at = target.version + 1, at
        await session.flush()
    else:
        await _again(session, target)
    details = {"is_published": seen.is_published}
    whole = f"publication/{target.publication_id}"
    await audit(session, caller, "publication.settled", whole, details)
    return await see(session, target.publication_id)


async def ask(session: AsyncSession, target_id: UUID, publish_at: datetime) -> None:
    """Have a target brought out at that time, and not at another one asked for before."""
    await cancel_by_key(session, TASK, str(target_id))
    delay = max(0.0, (publish_at - clock.now()).total_seconds())
    arguments = {"target_id": str(target_id)}
    await enqueue(session, TASK, arguments, key=str(target_id), delay_seconds=delay)


def _targets(
    new: wire.PublicationNew, accounts: Sequence[SocialAccount], at: datetime
) -> list[Target]:
    """Return one target for each account."""
    texts = {each.account_id: each.text for each in new.targets}
    return [
        Target(
            publication_id=new.id,
            account_id=account.id,
            network=account.network,
            text=texts[account.id],
            begun_at=at,
            updated_at=at,
        )
        for account in {account.id: account for account in accounts}.values()
    ]


def shown(publication: Publication) -> wire.Publication:
    is_due = publication.publish_at <= clock.now()
    states = [TargetState(each.state) for each in publication.targets]
    return wire.Publication(
        id=publication.id,
        title=publication.title,
        text=publication.text,
        url=publication.url,
        film_id=publication.film_id,
        media=wire.Media.model_validate(publication.media) if publication.media else None,
        state=rules.publication_state(states, is_due=is_due),
        publish_at=publication.publish_at,
        created_at=publication.created_at,
        created_by=publication.created_by,
        targets=[_target(publication, each) for each in publication.targets],
    )


def _target(publication: Publication, target: Target) -> wire.Target:
    given = publication.text if target.text is None else target.text
    network, has_media = wire.NetworkName(target.network), publication.media is not None
    text = networks.composed(network, given, publication.url, has_media=has_media)
    return wire.Target.model_validate(
        {
            **{name: getattr(target, name) for name in _SHOWN},
            "text": text,
            "account_name": target.account.name,
        }
    )


_SHOWN = wire.Target.model_fields.keys() - {"text", "account_name"}


async def _again(session: AsyncSession, target: Target) -> None:
    at = clock.now()
    target.state, target.percent, target.tries, target.looks = TargetState.queued, 0, 0, 0
    target.error, target.needs_reconnection, target.next_try_at = None, False, None
    target.begun_at = target.updated_at = at
    target.version += 1
    await session.flush()
    await ask(session, target.id, at)


def _as_new(publication: Publication) -> wire.PublicationNew:
    targets = [
        wire.TargetNew(account_id=each.account_id, text=each.text) for each in publication.targets
    ]
    return wire.PublicationNew(
        id=publication.id,
        title=publication.title,
        text=publication.text,
        url=publication.url,
        film_id=publication.film_id,
        media_id=publication.media_id,
        targets=targets,
    )


def _is_same(known: Publication, new: wire.PublicationNew) -> bool:
    before = _as_new(known)
    order = {each.account_id: each.text for each in new.targets}
    mine = {each.account_id: each.text for each in before.targets}
    return order == mine and before.model_copy(update={"targets": []}) == new.model_copy(
        update={"targets": [], "publish_at": None}
    )
