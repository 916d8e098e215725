"""How long links in mails work, and how many are sent. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from accounts_service.models.identity import MailLink
from kit.contracts.accounts.identity import LinkKind, LinkSpent

# More mails to one address within an hour are not sent; those sent before go on working.
MOST_PER_HOUR: Final = 5
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class LinkMail:
    """The notice that carries a link, and how long the link works, as the notice says it."""

    notice: str
    life: timedelta
    unit: str

    def said(self) -> dict[str, int]:
        seconds = {"hours": 3600, "minutes": 60}[self.unit]
        return {self.unit: int(self.life.total_seconds()) // seconds}


MAILS: Final = {
    LinkKind.verify_email: LinkMail("account.verify_email", timedelta(hours=48), "hours"),
    LinkKind.sign_in: LinkMail("account.sign_in_link", timedelta(minutes=15), "minutes"),
    LinkKind.password_reset: LinkMail("account.password_reset", timedelta(minutes=30), "minutes"),
    LinkKind.email_change: LinkMail("account.email_change", timedelta(hours=24), "hours"),
}


def token_hash(token: str) -> str:
    """Return what is kept of a token of 256 random bits; nobody guesses it, so no slow hash."""
    return sha256(token.encode()).hexdigest()


def check_link(link: MailLink | None, at: datetime) -> MailLink:
    if link is None or link.account_id is None or link.used_at is not None or link.expires_at <= at:
        raise LinkSpent
    return link
