"""One SMTP connection that many mails go over, with commands sent together (RFC 5321, 2920).

`aiosmtplib` opens it: encryption, greeting, signing in. From then on mails are handed over here: a
mail's three commands are one packet and one turn of the loop where the server allows it.
"""

import asyncio
import re
from collections import deque
from typing import cast

from typing_extensions import override

ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # ASCII; nothing that ends the command or its <>
MOST_BYTES = 65536
Reply = tuple[int, str]


class Broken(Exception):
    """The line ended, or said what is no SMTP."""


class Line(asyncio.Protocol):
    """Takes over a transport after the server's answer to the last command."""

    def __init__(self, transport: asyncio.Transport, *, pipelines: bool, seconds: float) -> None:
        self.transport = transport
        self.pipelines = pipelines
        self.seconds = seconds
        self.rest = b""
        self.said: list[str] = []
        self.awaited: deque[asyncio.Future[Reply]] = deque()
        self.is_open = True
        transport.set_protocol(self)

    async def envelope(self, sender: str, to: str) -> tuple[Reply, Reply, Reply]:
        """Say from whom and to whom; return the answers to MAIL, RCPT and DATA.

        After an answer to DATA that is not 354 nothing is to be handed over.
        """
        for address in (sender, to):
            if not ADDRESS.fullmatch(address):
                raise ValueError("this address cannot be written in SMTP")
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA")
        if self.pipelines:
            mail, rcpt, data = await self._say(*commands)
            if data[0] == 354 and rcpt[0] >= 300:
                await self.hand_over(b"")  # an eager server: it takes what it has nobody for
                data = (554, data[1])
            return mail, rcpt, data
        replies = []
        for command in commands:
            replies += await self._say(command)
            if replies[-1][0] >= 400:
                break
        mail, rcpt, data = (*replies, *[replies[-1]] * (3 - len(replies)))
        return mail, rcpt, data

    async def hand_over(self, content: bytes) -> Reply:
        """Hand a mail over, lines ended by CRLF; return the answer."""
        stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
        end = b".\r\n" if not stuffed or stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        return (await self._send(stuffed + end, 1))[0]

    async def reset(self) -> bool:
        """Take the line back to its beginning; say whether it can be used again."""
        try:
            ((code, _),) = await self._say("RSET")
        except (Broken, TimeoutError):
            return False
        return self.is_open and code < 300

    def close(self) -> None:
        """End it politely, without waiting for an answer."""
        if self.is_open:
            self.transport.write(b"QUIT\r\n")
        self._end(Broken("the line was closed"))

    async def _say(self, *commands: str) -> list[Reply]:
        return await self._send("".join(f"{one}\r\n" for one in commands).encode(), len(commands))

    async def _send(self, data: bytes, count: int) -> list[Reply]:
        if not self.is_open:
            raise Broken("the line had ended")
        loop = asyncio.get_running_loop()
        replies: list[asyncio.Future[Reply]] = [loop.create_future() for _ in range(count)]
        self.awaited.extend(replies)
        self.transport.write(data)
        try:
            async with asyncio.timeout(self.seconds):
                return [await one for one in replies]
        except BaseException:  # what is answered from now on would be taken for another's answer
            self._end(Broken("it was left in the middle of something"))
            raise

    @override
    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        if len(self.rest) > MOST_BYTES or len(self.said) > 100:
            self._end(Broken("the server does not come to an end"))
        for line in lines:
            self._heard(line)

    def _heard(self, line: bytes) -> None:
        if not line[:3].isdigit():
            self._end(Broken("the server does not speak SMTP"))
            return
        self.said.append(line[4:].decode(errors="replace"))
        if line[3:4] == b"-":
            return
        text, self.said = "\n".join(self.said), []
        code = int(line[:3])
        if self.awaited:
            waiting = self.awaited.popleft()
            if not waiting.done():
                waiting.set_result((code, text))
        else:  # said by itself: the end, as a rule (421)
            self._end(Broken(f"{code} {text}"))

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self._end(Broken(f"the line ended: {error or 'closed by the server'}"))

    def _end(self, why: Broken) -> None:
        self.is_open = False
        self.transport.close()
        while self.awaited:
            waiting = self.awaited.popleft()
            if not waiting.done():
                waiting.set_exception(why)
                waiting.exception()  # whoever waited for an answer before it may have left


def over(transport: asyncio.BaseTransport, *, pipelines: bool, seconds: float) -> Line:
    """Return the line that goes on where another protocol stopped."""
    return Line(cast("asyncio.Transport", transport), pipelines=pipelines, seconds=seconds)
