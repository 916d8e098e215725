"""A mail server that takes everything and keeps only Message-IDs.

It says "ready PORT"; each line it reads is answered with counts ("clear" begins anew). It answers
as many commands as came at once, with `250 PIPELINING`, as postfix and its like do.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from typing import cast

import uvloop
from typing_extensions import override

HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.IGNORECASE | re.MULTILINE)
ANSWERS = {
    b"EHLO": HELLO,
    b"MAIL": b"250 2.1.0 OK\r\n",
    b"RCPT": b"250 2.1.5 OK\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
TAKEN = b"250 2.0.0 taken\r\n"
taken: Counter[bytes] = Counter()


class Line(asyncio.Protocol):
    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)
        self.buffer = b""
        self.is_mail = False
        self.transport.write(b"220 sink ESMTP\r\n")

    @override
    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers = []
        while answer := self._next():
            answers.append(answer)
        self.transport.write(b"".join(answers))

    def _next(self) -> bytes:
        """Take the next command or mail from the buffer; return the answer, none if not whole."""
        end = b"\r\n.\r\n" if self.is_mail else b"\r\n"
        whole, found, rest = self.buffer.partition(end)
        if not found:
            return b""
        self.buffer = rest
        if self.is_mail:
            self.is_mail = False
            name = MESSAGE_ID.search(whole.partition(b"\r\n\r\n")[0])
            taken[name[1] if name else b""] += 1
            return TAKEN
        verb = whole[:4].upper()
        self.is_mail = verb == b"DATA"
        return ANSWERS.get(verb, b"250 2.0.0 OK\r\n")


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Line, "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if line.strip() == b"clear":
            taken.clear()
        print(json.dumps({"taken": taken.total(), "shown": len(taken)}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
