"""A message as a mail: its headers and its two parts (RFC 5322, 8058, 3834)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID


def sender_of(sender: str, brand: str) -> Address:
    """Return the sender: an address, or `Name <address>`; without a name, the brand's."""
    name, spec = parseaddr(sender)
    return Address(display_name=name or brand, addr_spec=spec)


def message_id(key: UUID, domain: str) -> str:
    """Return the Message-ID: the same at every try, so that mailboxes show one mail."""
    return f"<{key}@{domain or 'localhost'}>"


def letter(
    sender: Address,
    to: str,
    subject: str,
    *,
    key: UUID,
    at: datetime,
    reply_to: str = "",
    one_click_url: str | None = None,
) -> EmailMessage:
    """Return the headers of a mail; `with_parts` adds what it says."""
    found = EmailMessage(policy=SMTP)
    found["From"] = sender
    found["To"] = to
    found["Subject"] = subject
    found["Date"] = format_datetime(at)
    found["Message-ID"] = message_id(key, sender.domain)
    found["Auto-Submitted"] = "auto-generated"
    if reply_to:
        found["Reply-To"] = reply_to
    if one_click_url:
        found["List-Unsubscribe"] = f"<{one_click_url}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def with_parts(found: EmailMessage, text: str, html: str, locale: str) -> EmailMessage:
    """Add both parts, the plain one first, in an encoding that every server passes on."""
    found.set_content(text, cte="quoted-printable")
    found.add_alternative(html, subtype="html", cte="quoted-printable")
    found["Content-Language"] = locale
    return found


def headers_of(found: EmailMessage) -> dict[str, str]:
    """Return the headers as people read them."""
    return {name: str(value) for name, value in found.items()}
