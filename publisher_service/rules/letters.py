"""A message as a mail: its headers and its two parts (RFC 5322, 2045, 8058, 3834)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from uuid import UUID

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
ADDRESSES = frozenset({"From", "To", "Reply-To"})
READABLE = Charset("utf-8")  # as its own lines where it is ASCII, and so for every server
READABLE.body_encoding = QP
# `email.message` would write a long address of List-Unsubscribe as encoded words.
WIRE = compat32.clone(linesep="\r\n")


@dataclass(frozen=True)
class Letter:
    """`headers` as people read them; `key` is in none of the parts, so it may divide them."""

    key: UUID
    headers: Mapping[str, str]
    text: str
    html: str

    def as_bytes(self) -> bytes:
        """Return the mail as it goes over the line, in an encoding that every server passes on."""
        edge = f"=_{self.key.hex}"  # a `=` of quoted-printable is never followed by `_`
        found = MIMEMultipart("alternative", edge, policy=WIRE)
        for name, value in self.headers.items():
            found[name] = _written(name, value)  # type: ignore[assignment]  # it takes a Header
        for kind, said in (("plain", self.text), ("html", self.html)):
            found.attach(MIMEText(said, kind, READABLE, policy=WIRE))  # type: ignore[arg-type]
        return found.as_bytes()


def sender_of(sender: str, brand: str) -> Address:
    """Return the sender: an address, or `Name <address>`; without a name, the brand's."""
    name, spec = parseaddr(sender)
    return Address(display_name=name or brand, addr_spec=spec)


def message_id(key: UUID, domain: str) -> str:
    """Return the Message-ID: the same at every try, so that mailboxes show one mail."""
    return f"<{key}@{domain or 'localhost'}>"


def headers(
    sender: Address,
    to: str,
    subject: str,
    *,
    key: UUID,
    at: datetime,
    locale: str,
    reply_to: str = "",
    one_click_url: str | None = None,
) -> dict[str, str]:
    """Return the headers of a mail, the plain one first; raise ValueError for one of two lines."""
    found = {
        "From": str(sender),
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": message_id(key, sender.domain),
        "Auto-Submitted": "auto-generated",
        "Content-Language": locale,
    }
    if reply_to:
        found["Reply-To"] = reply_to
    if one_click_url:
        found["List-Unsubscribe"] = f"<{one_click_url}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in found.items():
        if CONTROLS.search(value):
            raise ValueError(f"{name} must be one line without control characters")
    return found


def _written(name: str, value: str) -> str | Header:
    if name in ADDRESSES:
        return formataddr(parseaddr(value))
    return value if value.isascii() else Header(value, "utf-8", header_name=name)
