"""How somebody wants to be told: looked at, changed, and ended by the link in a mail."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.errors import CannotSwitchOff, UnknownKind
from kit.contracts.publisher.notices import ChannelName, KindOfNotice, Kinds, Locale
from kit.contracts.publisher.wishes import (
    Choice,
    KindChoices,
    Preferences,
    PreferencesChange,
    Unsubscribed,
)
from kit.errors import Forbidden, Unavailable
from publisher_service.actions.planning import contacts
from publisher_service.actions.reading import account_of
from publisher_service.actions.telling import kind_of
from publisher_service.actions.tools import Tools
from publisher_service.queries import people
from publisher_service.rules.kinds import KINDS, Kind, locked, may_come
from publisher_service.rules.planning import Wishes, shortened
from publisher_service.rules.values import words_of

HABITS = ("quiet_from", "quiet_until", "zone", "digest")


def kinds(locale: Locale) -> Kinds:
    """Return every kind that people are told of, with the values its templates may name."""
    return Kinds(
        items=[
            KindOfNotice(
                kind=kind.name,
                group=kind.group,
                title=words_of(kind.name, locale).title,
                is_security=kind.is_security,
                values=[*kind.values, "brand"],
                channels=list(kind.channels),
            )
            for kind in KINDS.values()
        ]
    )


async def preferences(
    session: AsyncSession, tools: Tools, accounts: AccountsClient, caller: Caller, locale: Locale
) -> Preferences:
    account = account_of(caller)
    wishes = (await people.wishes(session, [account]))[account]
    other = (await people.places(session, [account]))[account]
    reached = {place.channel for place in other} & set(tools.channels)
    if await _has_mail(accounts, account):
        reached.add(ChannelName.email)
    return Preferences(
        kinds=[_choices(kind, wishes, locale) for kind in KINDS.values() if kind.is_shown],
        available=[ChannelName.in_app, *(name for name in ChannelName if name in reached)],
        quiet_from=wishes.quiet_from,
        quiet_until=wishes.quiet_until,
        zone=wishes.zone,
        digest=wishes.digest,
    )


async def change(session: AsyncSession, caller: Caller, change: PreferencesChange) -> None:
    """Write down what somebody chose; raise CannotSwitchOff for what always comes."""
    account = account_of(caller)
    if caller.max_age is not None:
        raise Forbidden("In a child's profile nothing is changed; leave it with the PIN first.")
    await people.choose(session, [_row(account, choice) for choice in change.choices])
    given = change.model_dump(include=set(HABITS) & change.model_fields_set)
    habits = {
        name: value
        for name, value in given.items()
        if value is not None or name.startswith("quiet")
    }
    if habits:
        await people.change_habits(session, account, habits)


def look_at_link(tools: Tools, token: str, locale: Locale) -> Unsubscribed:
    """Return what an unsubscribe link is about."""
    target = tools.target_of(token)
    title = words_of(target.kind, locale).title
    return Unsubscribed(kind=target.kind, title=title, email=shortened(target.email))


async def unsubscribe(
    session: AsyncSession, tools: Tools, token: str, locale: Locale
) -> Unsubscribed:
    """End a kind of notice by e-mail, for the account or for the address; again, nothing more."""
    target = tools.target_of(token)
    if kind_of(target.kind).is_fixed:
        raise CannotSwitchOff
    if target.account_id is None:
        await people.unsubscribe(session, target.email, target.kind, clock.now())
    else:
        off = {
            "account_id": target.account_id,
            "kind": target.kind,
            "channel": ChannelName.email,
            "is_on": False,
        }
        # A digest is the gathering of all film news: its link ends all of them by e-mail.
        names = [target.kind] if target.kind != "digest.news" else _gathered()
        await people.choose(session, [off | {"kind": name} for name in names])
    return look_at_link(tools, token, locale)


async def _has_mail(accounts: AccountsClient, account: UUID) -> bool:
    """Say whether mails reach an account; while nobody can tell, it is believed."""
    try:
        known = await contacts(accounts, [account])
    except Unavailable:
        return True
    return account in known and known[account].email is not None


def _gathered() -> list[str]:
    return [kind.name for kind in KINDS.values() if kind.group == "films" and kind.is_shown]


def _row(account: UUID, choice: Choice) -> dict[str, object]:
    kind = KINDS.get(choice.kind)
    if kind is None or choice.channel not in kind.channels:
        raise UnknownKind
    if choice.channel in locked(kind) and not choice.is_on:
        raise CannotSwitchOff
    return {"account_id": account, **choice.model_dump()}


def _choices(kind: Kind, wishes: Wishes, locale: Locale) -> KindChoices:
    return KindChoices(
        kind=kind.name,
        group=kind.group,
        title=words_of(kind.name, locale).title,
        is_fixed=kind.is_fixed,
        channels={
            channel: may_come(kind, channel, wishes.chosen.get((kind.name, channel)))
            for channel in kind.channels
        },
    )
