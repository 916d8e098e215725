"""Mail: a server spoken to by SMTP over a few connections kept open, or the outbox without one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any, Literal

import aiosmtplib

from kit import clock
from kit.contracts.publisher.notices import ChannelName
from publisher_service.providers.channel import Lost, Message, Refused, Rejected, Sent
from publisher_service.rules import letters
from publisher_service.rules.letters import Letter

TIMEOUT_SECONDS = 20.0
# RFC 3463: 5.1.x is about the address; 5.2.x (a full mailbox) and 5.7.x (a policy) are not.
DEAD_CODES = frozenset({550, 551, 553})
ALIVE = ("5.2.", "5.7.", "5.3.", "5.4.")


@dataclass(frozen=True)
class Server:
    """Where mails go, and in whose name."""

    host: str
    port: int
    user: str
    password: str
    security: Literal["starttls", "tls", "none"]
    connections: int


@dataclass(frozen=True)
class Writer:
    """Writes mails in the name of the sender."""

    sender: Address
    reply_to: str

    def write(self, message: Message) -> Letter:
        found = letters.headers(
            self.sender,
            message.address,
            message.title,
            key=message.key,
            at=clock.now(),
            locale=message.locale,
            reply_to=self.reply_to,
            one_click_url=message.one_click_url,
        )
        return Letter(message.key, found, message.text, message.html)


class MailServer:
    """Sends mails by SMTP. Receivers fold what comes twice under one Message-ID."""

    name = ChannelName.email
    folds = True
    address_rates: Sequence[str] = ()

    def __init__(self, server: Server, writer: Writer, rate: str = "") -> None:
        self.server = server
        self.writer = writer
        self.rates: Sequence[str] = [rate] if rate else []
        self.free: asyncio.LifoQueue[aiosmtplib.SMTP | None] = asyncio.LifoQueue()
        for _ in range(server.connections):
            self.free.put_nowait(None)

    async def send(self, message: Message) -> Sent:
        mail = self.writer.write(message)
        content = mail.as_bytes()
        async with self._connection() as connection:
            await _envelope(connection, self.writer.sender.addr_spec, message.address)
            answer = await _hand_over(connection, content)
        return Sent(f"{mail.headers['Message-ID']} {answer}"[:300])

    async def close(self) -> None:
        while not self.free.empty():
            connection = self.free.get_nowait()
            if connection is not None:
                connection.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Give one of the connections, opened when it is not; a failed one is not used again."""
        connection = await self.free.get()
        try:
            if connection is None or not connection.is_connected:
                connection = None
                connection = await self._open()
            yield connection
        except Exception:
            if connection is not None and not await _is_fresh(connection):
                connection = None
            raise
        except BaseException:
            if connection is not None:  # it was left in the middle of something
                connection.close()
            connection = None
            raise
        finally:
            self.free.put_nowait(connection)

    async def _open(self) -> aiosmtplib.SMTP:
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=TIMEOUT_SECONDS,
        )
        await client.connect()
        return client


class KeptMail:
    """Keeps mails in the outbox: what a new installation does until it has a mail server."""

    name = ChannelName.email
    folds = True
    rates: Sequence[str] = ()
    address_rates: Sequence[str] = ()

    def __init__(self, writer: Writer, keep: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.writer = writer
        self.keep = keep

    async def send(self, message: Message) -> Sent:
        mail = self.writer.write(message)
        await self.keep({
            "id": message.key, "to": message.address, "subject": message.title,
            "kind": message.kind, "at": clock.now(), "headers": dict(mail.headers),
            "text": message.text, "html": message.html,
        })  # fmt: skip
        return Sent(mail.headers["Message-ID"])

    async def close(self) -> None:
        """Nothing is open."""


async def _envelope(connection: aiosmtplib.SMTP, sender: str, to: str) -> None:
    await connection.mail(sender)
    try:
        await connection.rcpt(to)
    except aiosmtplib.SMTPRecipientRefused as error:
        said = f"{error.code} {error.message}"
        if error.code in DEAD_CODES and not error.message.startswith(ALIVE):
            raise Refused(said) from error
        if error.code >= 500:
            raise Rejected(said) from error
        raise


async def _hand_over(connection: aiosmtplib.SMTP, content: bytes) -> str:
    """Hand the mail over; when the line breaks from here on, nobody knows whether it was taken."""
    try:
        return (await connection.data(content)).message
    except aiosmtplib.SMTPDataError as error:
        if error.code >= 500:
            raise Rejected(f"{error.code} {error.message}") from error
        raise
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
        raise Lost(str(error)) from error


async def _is_fresh(connection: aiosmtplib.SMTP) -> bool:
    """Take a connection back to its beginning; say whether it can be used again."""
    try:
        await connection.rset()
    except (aiosmtplib.SMTPException, OSError):
        connection.close()
        return False
    return connection.is_connected
