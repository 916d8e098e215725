"""A message as a mail: its headers and its two parts (RFC 5322, 2045, 8058, 3834).

Put together here and not by `email.message`, which takes two milliseconds for each mail: thirty
times as long. What needs thought, headers that are long or not ASCII, is still the library's.
"""

import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from uuid import UUID

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
NEWLINE = re.compile(r"\r\n|\r|\n")
SHORT = 78
# Tokens that have no place to fold, and none of them is longer than a line may be (998).
WHOLE = frozenset({"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"})


@dataclass(frozen=True)
class Letter:
    """`headers` as people read them; `key` is in none of the parts, so it may divide them."""

    key: UUID
    headers: Mapping[str, str]
    text: str
    html: str

    def as_bytes(self) -> bytes:
        """Return the mail as it goes over the line, in an encoding that every server passes on."""
        head = "".join(_line(name, value) for name, value in self.headers.items())
        edge = f"=_{self.key.hex}"  # a `=` of quoted-printable is never followed by `_`
        parts = b"".join(
            f"--{edge}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
            + _quoted(said)
            for kind, said in (("plain", self.text), ("html", self.html))
        )
        kind = f'Content-Type: multipart/alternative;\r\n boundary="{edge}"\r\n'
        top = f"{head}MIME-Version: 1.0\r\n{kind}\r\n".encode("ascii")
        return top + parts + f"--{edge}--\r\n".encode()


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


def _line(name: str, value: str) -> str:
    if value.isascii() and (name in WHOLE or len(name) + len(value) + 2 <= SHORT):
        return f"{name}: {value}\r\n"
    return _folded(name, value)


@lru_cache(maxsize=1024)
def _folded(name: str, value: str) -> str:
    """Return a header in lines that are short and ASCII; subjects and senders come again."""
    return str(SMTP.header_factory(name, value).fold(policy=SMTP))


def _quoted(said: str) -> bytes:
    lines = NEWLINE.sub("\r\n", said) + "\r\n"  # the first tells how to end those that are cut
    return b2a_qp(lines.encode(errors="replace"), istext=True)
