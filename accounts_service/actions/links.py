"""Links in mails, as they are made: always by a job, so no answer's time tells who is known."""

import secrets
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions.tools import Tools
from accounts_service.models.identity import MailLink
from accounts_service.models.people import Account
from accounts_service.queries import identity as queries
from accounts_service.queries import people
from accounts_service.rules.links import HOUR, MAILS, MOST_PER_HOUR, token_hash
from kit import clock
from kit.auth import seal
from kit.contracts.accounts import AccountState
from kit.contracts.accounts.identity import LinkKind, LinkNew
from kit.events import NOTICE, notify
from kit.jobs import enqueue

TOKEN_BYTES = 32


async def ask_link(session: AsyncSession, new: LinkNew) -> None:
    """Have a link mailed to whoever has this address; the same work for nobody."""
    await enqueue(session, "mail_asked_link", {"wish": new.model_dump(mode="json")})


async def ask_proof(
    session: AsyncSession, account: Account, kind: LinkKind, email: str | None = None
) -> None:
    """Have a link mailed that shows that this account reads its address, or a new one."""
    wish = {"account_id": str(account.id), "kind": kind, "email": email or account.email}
    await enqueue(session, "mail_proof_link", wish)


async def mail_asked(session: AsyncSession, tools: Tools, new: LinkNew) -> None:
    """Mail a sign-in or reset link to the owner of an address, or its last claimant."""
    account = await people.account_by_email(session, new.email)
    account = account or await people.newest_claim(session, new.email)
    if account is None or account.state != AccountState.active:
        return
    if await _is_enough(session, new.email):
        return
    await _mail(session, tools, account, new.kind, new.email, new.locale)


async def mail_proof(
    session: AsyncSession, tools: Tools, account_id: UUID, kind: LinkKind, email: str
) -> None:
    """Mail the link that proves an address; who owns it already is told so instead."""
    account = await people.account(session, account_id)
    if account.state != AccountState.active or await _is_enough(session, email):
        return
    owner = await people.account_by_email(session, email)
    if owner is None:
        await _mail(session, tools, account, kind, email)
        return
    if owner.id == account.id:
        return
    _add(session, secrets.token_urlsafe(TOKEN_BYTES), kind, None, email)
    said = {"name": owner.name, "link": f"{tools.portal_url}/sign-in"}
    await notify(session, "account.exists", owner.id, said, locale=owner.locale)


async def _is_enough(session: AsyncSession, email: str) -> bool:
    await people.lock_address(session, email)
    return await queries.mails_since(session, email, clock.now() - HOUR) >= MOST_PER_HOUR


async def _mail(
    session: AsyncSession,
    tools: Tools,
    account: Account,
    kind: LinkKind,
    email: str,
    locale: str | None = None,
) -> None:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _add(session, token, kind, account, email)
    mail = MAILS[kind]
    sealed = seal(tools.secret, NOTICE, {"link": f"{tools.portal_url}/l/{token}"})
    said = {"name": account.name, **mail.said()}
    await notify(session, mail.notice, email, said, locale=locale or account.locale, sealed=sealed)


def _add(
    session: AsyncSession, token: str, kind: LinkKind, account: Account | None, email: str
) -> None:
    at = clock.now()
    session.add(
        MailLink(
            token_hash=token_hash(token),
            kind=kind,
            account_id=account.id if account is not None else None,
            email=email,
            created_at=at,
            expires_at=at + MAILS[kind].life,
        )
    )
