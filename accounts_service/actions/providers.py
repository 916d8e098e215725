"""Signing in with a provider, linking one to one's account, and taking it away.

An account is found by the provider's own name for the person, never by an e-mail: whoever gets an
address later, or says that it is theirs, does not get the account.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import ceremonies, log, proofs, telling
from accounts_service.actions.passkeys import check_way_in
from accounts_service.actions.sessions import open_session
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.factors import ProviderLink
from accounts_service.models.people import Account
from accounts_service.providers.oidc import Asked, Person
from accounts_service.queries import factors as queries
from accounts_service.queries import people
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import AccountState, SessionEnded, SignedIn
from kit.contracts.accounts.factors import (
    CeremonyExpired,
    FactorNotFound,
    Provider,
    ProviderAnswer,
    ProviderBegin,
    ProviderEmailTaken,
    ProviderEmailUnverified,
    ProviderLinkedElsewhere,
    ProviderList,
    ProviderRefused,
    ProviderStart,
)
from kit.contracts.accounts.people import Email
from kit.db import Sessions

SIGNING_IN, LINKING = "provider to sign in", "provider to link"
BY_PROVIDER = "provider"
EMAIL: TypeAdapter[str] = TypeAdapter(Email)
AT_THE_PROVIDER = timedelta(minutes=15)  # people may have to sign in there first


def offered(tools: Tools) -> ProviderList:
    return ProviderList(
        items=tuple(
            Provider(
                name=name,
                label=one.settings.label_shown,
                shape=one.settings.kind,
                answers_by_form=one.settings.answers_by_form,
            )
            for name, one in tools.providers.known.items()
        )
    )


async def begin_sign_in(tools: Tools, name: str, begin: ProviderBegin) -> ProviderStart:
    return await _begin(tools, SIGNING_IN, name, begin, None)


async def begin_link(
    sessions: Sessions, tools: Tools, caller: Caller, name: str, begin: ProviderBegin
) -> ProviderStart:
    async with sessions() as session:  # closed before the provider is asked, who may be slow
        account, _ = await proofs.sure(session, caller)
    return await _begin(tools, LINKING, name, begin, account.id)


async def sign_in(
    sessions: Sessions, tools: Tools, name: str, answer: ProviderAnswer, origin: Origin
) -> SignedIn:
    """Open a session for whoever the provider says it is; who is new gets an account."""
    said, person = await _answered(tools, SIGNING_IN, name, answer)
    async with sessions.begin() as session:
        await ceremonies.spend(session, said)
        link = await queries.provider_link(session, name, person.subject)
        if link is None:
            link = await _new_person(session, name, person)
        account = await people.account_for_update(session, link.account_id)
        if account.state != AccountState.active:
            raise SessionEnded
        link.last_used_at, link.email = clock.now(), person.email
        return await open_session(session, tools, account, origin, (BY_PROVIDER,))


async def link(
    sessions: Sessions, tools: Tools, caller: Caller, name: str, answer: ProviderAnswer
) -> None:
    """Let a provider's account open this one, beside the ways there are."""
    said, person = await _answered(tools, LINKING, name, answer)
    async with sessions.begin() as session:
        account, _ = await proofs.sure(session, caller)
        if said["account"] != str(account.id):
            raise ProviderRefused
        await ceremonies.spend(session, said)
        known = await queries.provider_link(session, name, person.subject)
        if known is not None and known.account_id != account.id:
            raise ProviderLinkedElsewhere
        if known is None:
            await queries.forget_provider(session, account.id, name)
            session.add(_link(account, name, person))
        about = {"factor": "provider", "provider": name}
        await log.note(session, caller, "factor.added", str(account.id), about)
        await telling.tell(session, account, "provider_added")


async def unlink(session: AsyncSession, caller: Caller, name: str) -> None:
    account, _ = await proofs.sure(session, caller)
    if not await queries.forget_provider(session, account.id, name):
        raise FactorNotFound
    await check_way_in(session, account)
    about = {"factor": "provider", "provider": name}
    await log.note(session, caller, "factor.removed", str(account.id), about)
    await telling.tell(session, account, "provider_removed")


async def _begin(
    tools: Tools, kind: str, name: str, begin: ProviderBegin, account_id: UUID | None
) -> ProviderStart:
    provider = tools.providers.find(name)
    asked = Asked(
        redirect_uri=f"{tools.front_ends[begin.front_end]}/sign-in/{name}/back",
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
    )
    url = await provider.address(tools.providers.http, asked)
    sealed = ceremonies.begin(
        tools,
        kind,
        AT_THE_PROVIDER,
        provider=name,
        account=str(account_id) if account_id else None,
        asked=vars(asked),
    )
    seconds = int(AT_THE_PROVIDER.total_seconds())
    return ProviderStart(url=url, ceremony=sealed, expires_in=seconds)


async def _answered(
    tools: Tools, kind: str, name: str, answer: ProviderAnswer
) -> tuple[dict[str, Any], Person]:
    """Return what was begun in this browser, and who the provider says came back."""
    said = ceremonies.look(tools, kind, answer.ceremony)
    asked = Asked(**said["asked"])
    if said["provider"] != name:
        raise CeremonyExpired
    if not hmac.compare_digest(asked.state.encode(), answer.state.encode()):
        raise ProviderRefused
    if answer.error or not answer.code:
        raise ProviderRefused("You did not allow it, or the provider did not. Begin again.")
    provider = tools.providers.find(name)
    person = await provider.person(tools.providers.http, asked, answer.code, answer.iss)
    if not person.subject:
        raise ProviderRefused
    return said, _named(person, answer.user)


def _named(person: Person, user: str) -> Person:
    """Add the name that Apple gives beside its token, at the very first time only."""
    if person.name or not user:
        return person
    try:
        name = orjson.loads(user)["name"]
        said = f"{name.get('firstName') or ''} {name.get('lastName') or ''}".strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return person
    return Person(person.subject, person.email, person.is_verified, said[:200])


async def _new_person(session: AsyncSession, name: str, person: Person) -> ProviderLink:
    """Make an account, if the provider vouches for the e-mail and nobody has it here."""
    if person.email is None or not person.is_verified:
        raise ProviderEmailUnverified
    try:
        email = EMAIL.validate_python(person.email)
    except ValueError as error:
        raise ProviderEmailUnverified from error
    await people.lock_address(session, email)
    if made := await queries.provider_link(session, name, person.subject):  # at the same moment
        return made
    known_as = person.name.strip()[:200] or email.partition("@")[0]
    account = await people.new_account(session, email, known_as, clock.now())
    if account is None:
        raise ProviderEmailTaken
    caller = Caller("person", id=str(account.id), name=account.name)
    await log.note(session, caller, "account.signed_up", str(account.id), {"provider": name})
    made = _link(account, name, person)
    session.add(made)
    await session.flush()
    return made


def _link(account: Account, name: str, person: Person) -> ProviderLink:
    return ProviderLink(
        account_id=account.id,
        provider=name,
        subject=person.subject,
        email=person.email,
        linked_at=clock.now(),
    )
