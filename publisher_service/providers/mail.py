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
from publisher_service.providers.smtp import Broken, Line, over
from publisher_service.rules import letters
from publisher_service.rules.letters import Letter

TIMEOUT_SECONDS = 20.0
# RFC 3463: 5.1.x is about the address; 5.2.x (a full mailbox) and 5.7.x (a policy) are not.
DEAD_CODES = frozenset({550, 551, 553})
ALIVE = ("5.2.", "5.7.", "5.3.", "5.4.")


class Busy(Exception):
    """The mail server asks to be tried again."""


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
        self.free: asyncio.LifoQueue[Line | None] = asyncio.LifoQueue()
        for _ in range(server.connections):
            self.free.put_nowait(None)

    async def send(self, message: Message) -> Sent:
        mail = self.writer.write(message)
        content = mail.as_bytes()
        async with self._connection() as line:
            await _envelope(line, self.writer.sender.addr_spec, message.address)
            answer = await _hand_over(line, content)
        return Sent(f"{mail.headers['Message-ID']} {answer}"[:300])

    async def close(self) -> None:
        while not self.free.empty():
            line = self.free.get_nowait()
            if line is not None:
                line.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Line]:
        """Give one of the connections, opened when it is not; a failed one is not used again."""
        line = await self.free.get()
        try:
            if line is None or not line.is_open:
                line = None
                line = await self._open()
            yield line
        except Exception:
            if line is not None and not (line.is_open and await line.reset()):
                line.close()
                line = None
            raise
        except BaseException:
            if line is not None:  # it was left in the middle of something
                line.close()
            line = None
            raise
        finally:
            self.free.put_nowait(line)

    async def _open(self) -> Line:
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
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if client.transport is None:
            raise Broken("the line ended at once")
        pipelines = client.supports_extension("pipelining")
        return over(client.transport, pipelines=pipelines, seconds=TIMEOUT_SECONDS)


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


async def _envelope(line: Line, sender: str, to: str) -> None:
    try:
        mail, rcpt, data = await line.envelope(sender, to)
    except ValueError as error:
        raise Rejected(str(error)) from error
    if mail[0] >= 300:  # it is not about this mail, but about who sends
        raise Busy(f"{mail[0]} {mail[1]}")
    code, said = rcpt if rcpt[0] >= 300 else data
    if rcpt[0] in DEAD_CODES and not said.startswith(ALIVE):
        raise Refused(f"{code} {said}")
    if code >= 500:
        raise Rejected(f"{code} {said}")
    if code != 354:
        raise Busy(f"{code} {said}")


async def _hand_over(line: Line, content: bytes) -> str:
    """Hand the mail over; when the line breaks from here on, nobody knows whether it was taken."""
    try:
        code, said = await line.hand_over(content)
    except (Broken, TimeoutError) as error:
        raise Lost(str(error) or "the mail server did not answer") from error
    if code >= 500:
        raise Rejected(f"{code} {said}")
    if code >= 300:
        raise Busy(f"{code} {said}")
    return said
