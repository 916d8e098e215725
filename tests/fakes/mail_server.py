"""A mail server on loopback that can misbehave: it refuses, hangs up, and keeps what it took."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """`rcpt` and `data` say what it answers, by address; `hang_up` ends the line instead of saying
    yes to a mail that it took.
    """

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.rcpt: Callable[[str], str] = lambda address: "250 OK"
        self.data: Callable[[str], str] = lambda address: "250 2.0.0 taken"
        self.hang_up = 0
        self.came = asyncio.Event()
        self.connections = 0

    @property
    def mailbox(self) -> dict[str, EmailMessage]:
        """Return what a mailbox shows: one mail for each Message-ID."""
        return {str(mail["Message-ID"]): mail for mail in self.taken}

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        answer = self.data(address)
        if answer.startswith("250"):
            content = envelope.original_content or b""
            self.taken.append(message_from_bytes(content, policy=default))
            self.to.append(address)
            self.came.set()
        if self.hang_up:
            self.hang_up -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    def line(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=True, loop=asyncio.get_running_loop())


@asynccontextmanager
async def a_mail_server(port: int = 0) -> AsyncIterator[MailServer]:
    found = MailServer()
    listening = await asyncio.get_running_loop().create_server(found.line, "127.0.0.1", port)
    found.port = listening.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        listening.close()
        if hasattr(listening, "abort_clients"):
            listening.abort_clients()
