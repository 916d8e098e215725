"""What becomes of a mail, whatever its server answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiosmtplib
import pytest

from kit.db import new_id
from publisher_service.providers.channel import Lost, Message, Refused, Rejected
from publisher_service.providers.mail import MailServer, Server, Writer
from publisher_service.rules.letters import sender_of

SENDER, AWA = "no-reply@example.org", "awa@example.org"
AGAIN = aiosmtplib.SMTPException


class Script:
    """A server that answers by verb; what came with each packet is in `packets`."""

    def __init__(self, **answers: str) -> None:
        self.answers = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "END": "250 2.0.0 ok",
                        "RSET": "250 ok", "QUIT": "221 bye"} | answers  # fmt: skip
        self.packets: list[bytes] = []
        self.mails: list[bytes] = []
        self.serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        buffer, is_mail = b"", False
        while data := await reader.read(65536):
            self.packets.append(data)
            buffer += data
            while (end := b"\r\n.\r\n" if is_mail else b"\r\n") in buffer:
                whole, _, buffer = buffer.partition(end)
                verb = "END" if is_mail else whole[:4].decode().upper()
                if is_mail:
                    self.mails.append(whole[2:])
                answer = self.answers.get(verb, "250 HELP")
                if is_mail := verb == "DATA" and answer.startswith("354"):
                    buffer = b"\r\n" + buffer  # so that an empty mail ends like any other
                if answer == "hang up":
                    writer.transport.abort()
                    return
                writer.write(f"{answer}\r\n".encode())
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[int]:
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*filter(None, script.serving))


@asynccontextmanager
async def a_channel(script: Script) -> AsyncIterator[MailServer]:
    async with serving(script) as port:
        server = Server("127.0.0.1", port, "", "", "none", 1)
        channel = MailServer(server, Writer(sender_of(SENDER, "Karangou"), ""))
        try:
            yield channel
        finally:
            await channel.close()


def a_message(address: str = AWA, text: str = "Bonjour") -> Message:
    return Message(new_id(), address, "film.published", "fr", "Sira", "Sira", text, "<p>Sira</p>")


async def test_mails_share_a_connection():
    async with a_channel(script := Script()) as channel:
        for _ in range(3):
            await channel.send(a_message())
    assert len([one for one in script.packets if one.startswith(b"EHLO")]) == 1
    assert len(script.mails) == 3


async def test_lines_that_begin_with_a_dot_arrive():
    async with a_channel(script := Script()) as channel:
        await channel.send(a_message(text=".\n.. two\nlast"))
    assert b"\r\n.. two" in script.mails[0].replace(b"\r\n..", b"\r\n.")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"MAIL": "451 4.3.0 later", "RCPT": "503 no", "DATA": "503 no"}, AGAIN),
        ({"MAIL": "550 5.7.1 not you", "RCPT": "503 no", "DATA": "503 no"}, AGAIN),
        ({"RCPT": "451 4.3.0 later", "DATA": "503 no one"}, AGAIN),
        ({"RCPT": "550 5.1.1 nobody", "DATA": "503 no one"}, Refused),
        ({"RCPT": "552 5.2.2 full", "DATA": "503 no one"}, Rejected),
        ({"DATA": "452 later"}, AGAIN),
        ({"END": "451 later"}, AGAIN),
        ({"END": "554 spam"}, Rejected),
        ({"END": "hang up"}, Lost),
        ({"RCPT": "hang up"}, aiosmtplib.SMTPServerDisconnected),
    ],
)
async def test_every_answer_says_what_becomes_of_a_mail(answers, error):
    async with a_channel(script := Script(**answers)) as channel:
        with pytest.raises(error):
            await channel.send(a_message())
        assert all(not mail for mail in script.mails) or "END" in answers
        script.answers |= Script().answers
        await channel.send(a_message())  # on the same connection, or on a new one
    assert b"\r\nFrom: " in script.mails[-1]


@pytest.mark.parametrize("address", ["awa@example.org>\r\nRCPT TO:<x@y.z", "a b@c.d", "é@é.org"])
async def test_an_address_cannot_say_more_than_itself(address):
    async with a_channel(script := Script()) as channel:
        with pytest.raises((Rejected, ValueError)):
            await channel.send(a_message(address))
    assert not script.mails
