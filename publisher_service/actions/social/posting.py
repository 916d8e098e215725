"""Bringing one post onto one network: step by step, each written down before the next.

The call that makes a post public is sent only after it was written down that it will be
(`is_in_doubt`). Whoever finds that mark afterwards, because the answer was lost or the process
killed, looks on the network first. So nothing is lost, and nothing goes out twice.
"""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.publisher.social import MediaState, NetworkName, TargetState
from publisher_service.actions.social.outcomes import UNSURE, Held, Outcome, failed, step
from publisher_service.actions.social.press import Press, Transaction
from publisher_service.models.social import Target
from publisher_service.providers.network import Away, Expired, Lost, Phase, Slow, Work
from publisher_service.queries import social as queries
from publisher_service.rules import posting as rules
from publisher_service.rules import sharing
from publisher_service.rules.networks import composed

logger = logging.getLogger(__name__)
FILE_SECONDS = 2.0
LATE = "It could not be published for days, so it was given up."
RECONNECT = "Connect this account again: the network no longer accepts what it was given"


async def advance(transaction: Transaction, press: Press, target_id: UUID) -> float | None:
    """Take a target as far as it goes; return after how many seconds to go on, or None."""
    renewals = 1
    sure_at = 0  # the version at which this very run wrote down that it is about to post
    while True:
        held = await _take(transaction, press, target_id)
        if not isinstance(held, Held):
            return held
        if held.phase is Phase.creating and not held.is_in_doubt:
            since = held.work.since or clock.now()
            outcome = Outcome({"posting_at": since, "is_in_doubt": True, "looks": 0})
            sure_at = held.version + 1
        else:
            is_sure = held.version == sure_at
            try:
                outcome = await step(press, held, is_sure=is_sure)
            except Expired as error:
                in_doubt = {"is_in_doubt": held.is_in_doubt and not is_sure}
                outcome = await _expired(transaction, press, held, str(error), in_doubt, renewals)
                renewals -= 1
        if not await _write(transaction, held, outcome):
            return None  # somebody else went on with it, or called it off
        if outcome.wait_seconds != 0:
            return outcome.wait_seconds


async def abandon(session: AsyncSession, target_id: UUID, reason: str) -> None:
    """Note that a target failed in a way nobody foresaw; or that nobody knows whether it did."""
    target = await queries.target(session, target_id)
    if target is not None and target.state not in rules.ENDED:
        state = TargetState.unsure if target.is_in_doubt else TargetState.failed
        said = f"{UNSURE} ({reason})" if target.is_in_doubt else reason
        changes = {"state": state, "error": said[:500], "updated_at": clock.now()}
        await queries.write(session, target.id, target.version, **changes)


async def _take(transaction: Transaction, press: Press, target_id: UUID) -> Held | float | None:
    """Return the target; how many seconds until it can go on; or None when there is nothing."""
    async with transaction() as session:
        target = await queries.target(session, target_id)
        if target is None or target.state in rules.ENDED:
            return None
        due = (target.publication.publish_at - clock.now()).total_seconds()
        if due > 0 and target.state == TargetState.queued:
            return due
        media = target.publication.media
        if media is not None and media.state == MediaState.queued:
            return FILE_SECONDS
        if (trouble := _hopeless(target)) is not None:
            await queries.write(
                session,
                target.id,
                target.version,
                **failed(trouble).changes,
                updated_at=clock.now(),
            )
            return None
        return _held(press, target)


def _hopeless(target: Target) -> str | None:
    media, publication = target.publication.media, target.publication
    if media is not None and media.state == MediaState.failed:
        return media.trouble or "Its clip could not be cut."
    if target.account.disconnected_at is not None:
        return "This account was disconnected."
    if rules.is_too_late(publication.publish_at, target.begun_at, clock.now()):
        return target.error or LATE
    return None


def _held(press: Press, target: Target) -> Held:
    publication = target.publication
    work = Work(
        key=target.id,
        at=publication.publish_at,
        title=publication.title,
        text=composed(
            target.network,
            publication.text if target.text is None else target.text,
            publication.url,
            has_media=publication.media is not None,
        ),
        credentials=press.credentials(target.account),
        file=press.file(publication.media, sharing.until(publication.publish_at, target.begun_at)),
        url=publication.url,
        film_id=publication.film_id,
        marks=target.marks,
        since=target.posting_at,
    )
    return Held(
        target.id,
        target.version,
        NetworkName(target.network),
        Phase(target.phase),
        work,
        target.account_id,
        target.account.version,
        target.is_in_doubt,
        target.looks,
        target.tries,
    )


async def _expired(
    transaction: Transaction,
    press: Press,
    held: Held,
    said: str,
    in_doubt: dict[str, bool],
    renewals: int,
) -> Outcome:
    """Go on with fresh credentials, or say that the account must be connected again."""
    if renewals > 0 and await _renew(transaction, press, held):
        return Outcome(in_doubt)
    return await _disconnected(transaction, held, said, in_doubt)


async def _renew(transaction: Transaction, press: Press, held: Held) -> bool:
    """Get fresh credentials, once for all who need them; say whether there are any."""
    async with transaction() as session:
        account = await queries.account(session, held.account_id, lock=True)
        if account.version != held.account_version:
            return True
        try:
            fresh = await press.networks[held.network].refresh(press.credentials(account))
        except (Slow, Away, Lost) as trouble:
            logger.warning("credentials not renewed", extra={"why": str(trouble)})
            return False
        if fresh is None:
            return False
        account.sealed, account.version = press.seal(fresh), account.version + 1
        return True


async def _disconnected(
    transaction: Transaction, held: Held, said: str, in_doubt: dict[str, bool]
) -> Outcome:
    """Note that the account has to be connected again, unless somebody just did."""
    async with transaction() as session:
        account = await queries.account(session, held.account_id, lock=True)
        if account.version != held.account_version:
            return Outcome(in_doubt)
        account.needs_reconnection, account.trouble = True, said[:500]
    told = {"error": f"{RECONNECT} ({said}).", "needs_reconnection": True}
    return Outcome({**failed("").changes, **told, **in_doubt}, None)


async def _write(transaction: Transaction, held: Held, outcome: Outcome) -> bool:
    at = clock.now()
    next_at = at + timedelta(seconds=outcome.wait_seconds) if outcome.wait_seconds else None
    async with transaction() as session:
        return await queries.write(
            session,
            held.id,
            held.version,
            **outcome.changes,
            next_try_at=next_at,
            updated_at=at,
        )
