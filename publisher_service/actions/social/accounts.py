"""Accounts on networks: connected, connected again, disconnected."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher import social as wire
from kit.contracts.publisher.social_errors import (
    CredentialsMissing,
    CredentialsRefused,
    NetworkAway,
    SocialAccountKnown,
    SocialAccountUnchosen,
)
from kit.events import audit
from publisher_service.actions.social.press import Press
from publisher_service.models.social import SocialAccount
from publisher_service.providers.network import (
    Away,
    Expired,
    Identity,
    Lost,
    Refused,
    Slow,
    SocialNetwork,
    Unchosen,
)
from publisher_service.queries import social as queries
from publisher_service.rules.connecting import FIELDS
from publisher_service.rules.networks import RULES, missing_credentials, shown

UNREADABLE = "Its credentials can no longer be read: the suite's secret was changed."


def known_networks(press: Press) -> wire.Networks:
    served = [name for name in RULES if name in press.networks]
    return wire.Networks(items=[shown(name, is_reachable=press.is_reachable) for name in served])


async def listed(session: AsyncSession) -> wire.SocialAccounts:
    found = await queries.accounts(session)
    return wire.SocialAccounts(items=[wire.SocialAccount.model_validate(each) for each in found])


async def connect(
    session: AsyncSession, press: Press, caller: Caller, new: wire.SocialAccountNew
) -> wire.SocialAccount:
    """Keep an account whose network has said whose it is."""
    credentials, identity = await _identified(press, new.network, new.credentials)
    account = await queries.account_by_handle(session, new.network, identity.handle)
    if account is not None and account.disconnected_at is None:
        raise SocialAccountKnown
    if account is None:
        account = SocialAccount(network=new.network, handle=identity.handle)
        session.add(account)
    account.name, account.url, account.sealed = new.name, identity.url, press.seal(credentials)
    account.version = (account.version or 0) + 1
    account.connected_at, account.connected_by = clock.now(), caller.name or caller.id
    account.disconnected_at, account.needs_reconnection, account.trouble = None, False, None
    await session.flush()
    whole = f"social_account/{account.id}"
    await audit(session, caller, "social_account.connected", whole, {"network": new.network})
    return wire.SocialAccount.model_validate(account)


async def change(
    session: AsyncSession,
    press: Press,
    caller: Caller,
    account_id: UUID,
    asked: wire.SocialAccountChange,
) -> wire.SocialAccount:
    """Rename it; with credentials, connect it again: they must be of the same account."""
    account = await queries.account(session, account_id, lock=True)
    if asked.name:
        account.name = asked.name
    if asked.credentials:
        network = wire.NetworkName(account.network)
        credentials, identity = await _identified(press, network, asked.credentials, account.handle)
        if identity.handle != account.handle:
            raise CredentialsRefused(reason="They belong to another account.")
        account.sealed, account.version = press.seal(credentials), account.version + 1
        account.needs_reconnection, account.trouble = False, None
    await audit(session, caller, "social_account.changed", f"social_account/{account.id}")
    await session.flush()
    return wire.SocialAccount.model_validate(account)


async def check(session: AsyncSession, press: Press, account_id: UUID) -> wire.SocialAccount:
    """Ask its network whether it still takes what the account was connected with, and note it."""
    account = await queries.account(session, account_id, lock=True)
    name = wire.NetworkName(account.network)
    try:
        kept = press.credentials(account)
        fresh = await _accepted(press, name, kept)
    except ValueError:
        account.needs_reconnection, account.trouble = True, UNREADABLE
    except (Expired, Refused) as refused:
        account.needs_reconnection, account.trouble = True, str(refused)[:500]
    else:
        if fresh != kept:
            account.sealed, account.version = press.seal(fresh), account.version + 1
        account.needs_reconnection, account.trouble = False, None
    await session.flush()
    return wire.SocialAccount.model_validate(account)


async def disconnect(session: AsyncSession, caller: Caller, account_id: UUID) -> None:
    """Forget its credentials. What waits for it fails, and says so."""
    account = await queries.account(session, account_id, lock=True)
    account.disconnected_at, account.sealed = clock.now(), ""
    await audit(session, caller, "social_account.disconnected", f"social_account/{account.id}")


async def _accepted(press: Press, name: wire.NetworkName, kept: dict[str, str]) -> dict[str, str]:
    """Return credentials that count. Renewed ones are asked nothing more: they must be kept now."""
    network = press.networks[name]
    try:
        try:
            await network.identify(kept)
        except Expired:
            fresh = await network.refresh(kept)
            if fresh is None:
                raise
            return fresh
    except (Away, Lost, Slow) as trouble:
        raise NetworkAway(f"{RULES[name].title} did not answer; try again.") from trouble
    return kept


async def _identified(
    press: Press, name: wire.NetworkName, given: dict[str, str], handle: str = ""
) -> tuple[dict[str, str], Identity]:
    """Return credentials that work, and whose they are; of several accounts, that of `handle`."""
    if name not in press.networks:
        raise CredentialsRefused(reason="This network is not served here.")
    known = {each.name for each in FIELDS[name]}
    credentials = {key: value for key, value in given.items() if key in known and value}
    if missing := missing_credentials(name, credentials):
        raise CredentialsMissing(missing=missing)
    try:
        credentials, identity = await _answered(press.networks[name], credentials)
    except Unchosen as several:
        for each in several.choices:
            if each.value == handle:
                return await _identified(press, name, {**given, each.field: handle})
        choices = [wire.SocialChoice.model_validate(each).model_dump() for each in several.choices]
        raise SocialAccountUnchosen(choices=choices) from several
    except (Expired, Refused) as refused:
        raise CredentialsRefused(reason=str(refused)) from refused
    except (Away, Lost, Slow) as trouble:
        raise NetworkAway(f"{RULES[name].title} did not answer; try again.") from trouble
    return {**credentials, **identity.more}, identity


async def _answered(
    network: SocialNetwork, credentials: dict[str, str]
) -> tuple[dict[str, str], Identity]:
    """Ask whose they are; where they ended, those that they can be renewed to."""
    try:
        return credentials, await network.identify(credentials)
    except Expired:
        fresh = await network.refresh(credentials)
        if fresh is None:
            raise
        return fresh, await network.identify(fresh)
