"""The line to a mail server: commands sent together, and every way in which it can end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiosmtplib
import pytest

from kit.db import new_id
from publisher_service.providers.channel import Lost, Message, Refused, Rejected
from publisher_service.providers.mail import Busy, MailServer, Server, Writer
from publisher_service.providers.smtp import Broken, Line, over
from publisher_service.rules.letters import sender_of

SENDER, AWA = "no-reply@example.org", "awa@example.org"


class Script:
    """A server that answers by verb; what came with each packet is in `packets`."""

    def __init__(self, pipelining: bool = True, **answers: str) -> None:
        self.extensions = "250-PIPELINING\r\n" if pipelining else ""
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
                answer = self.answers.get(verb, f"250-script\r\n{self.extensions}250 HELP")
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


@asynccontextmanager
async def a_line(script: Script, seconds: float = 5) -> AsyncIterator[Line]:
    async with serving(script) as port:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        assert client.transport is not None
        line = over(client.transport, pipelines=True, seconds=seconds)
        yield line
        line.close()
        client.close()


def a_message(address: str = AWA, text: str = "Bonjour") -> Message:
    return Message(new_id(), address, "film.published", "fr", "Sira", "Sira", text, "<p>Sira</p>")


async def test_the_commands_of_a_mail_are_one_packet_and_mails_share_a_connection():
    async with a_channel(script := Script()) as channel:
        for _ in range(3):
            await channel.send(a_message())
    envelope = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{AWA}>\r\nDATA\r\n".encode()
    assert script.packets.count(envelope) == 3
    assert len([one for one in script.packets if one.startswith(b"EHLO")]) == 1
    assert len(script.mails) == 3


async def test_a_server_that_does_not_say_so_gets_one_command_at_a_time():
    async with a_channel(script := Script(pipelining=False)) as channel:
        await channel.send(a_message())
    assert b"DATA\r\n" in script.packets
    assert len(script.mails) == 1


async def test_lines_that_begin_with_a_dot_arrive():
    async with a_channel(script := Script()) as channel:
        await channel.send(a_message(text=".\n.. two\nlast"))
    assert b"\r\n.. two" in script.mails[0].replace(b"\r\n..", b"\r\n.")


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"MAIL": "451 4.3.0 later", "RCPT": "503 no", "DATA": "503 no"}, Busy),
        ({"MAIL": "550 5.7.1 not you", "RCPT": "503 no", "DATA": "503 no"}, Busy),
        ({"RCPT": "451 4.3.0 later", "DATA": "503 no one"}, Busy),
        ({"RCPT": "550 5.1.1 nobody", "DATA": "503 no one"}, Refused),
        ({"RCPT": "550 5.1.1 nobody", "DATA": "354 go on all the same"}, Refused),
        ({"RCPT": "552 5.2.2 full", "DATA": "503 no one"}, Rejected),
        ({"DATA": "452 later"}, Busy),
        ({"END": "451 later"}, Busy),
        ({"END": "554 spam"}, Rejected),
        ({"END": "hang up"}, Lost),
        ({"RCPT": "hang up"}, Broken),
    ],
)
async def test_every_answer_says_what_becomes_of_a_mail(pipelining, answers, error):
    async with a_channel(script := Script(pipelining, **answers)) as channel:
        with pytest.raises(error):
            await channel.send(a_message())
        assert all(not mail for mail in script.mails) or "END" in answers
        script.answers |= Script().answers
        await channel.send(a_message())  # on the same line, or on a new one
    assert script.mails[-1].startswith(b"From: ")


@pytest.mark.parametrize("address", ["awa@example.org>\r\nRCPT TO:<x@y.z", "a b@c.d", "é@é.org"])
async def test_an_address_cannot_say_more_than_itself(address):
    async with a_channel(script := Script()) as channel:
        with pytest.raises((Rejected, ValueError)):
            await channel.send(a_message(address))
    assert not script.mails


async def test_a_server_that_says_goodbye_meanwhile_is_called_again():
    async with a_line(Script()) as line:
        line.data_received(b"421 4.4.2 too long\r\n")
        assert not line.is_open
        with pytest.raises(Broken):
            await line.envelope(SENDER, AWA)


async def test_an_answer_that_does_not_come_ends_the_line():
    async with a_line(Script(DATA="354-go\r\n354-on"), seconds=0.05) as line:
        with pytest.raises(TimeoutError):
            await line.envelope(SENDER, AWA)
        assert not line.is_open
