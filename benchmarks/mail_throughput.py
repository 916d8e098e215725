"""10 000 mails through the outbox ÷ a bare aiosmtplib loop (goal ≥ 0.7); killed, none is lost.

The loop goes over one connection, to the same local SMTP server. With a publisher killed (SIGKILL)
three times in the middle, none may be lost and none shown twice.

Every mail of the outbox is a planned delivery in PostgreSQL, durable as the suite runs it: it is
claimed, loaded, put into words, sent, and written down with its attempt. The bare loop has none of
that: it writes each mail with the standard library's email.message, as a script would, and sends
it; a second one is given the finished mails as bytes and only sends. The sides alternate on the
same core; the best round of each counts. The server is a process of its own, the same for all.
A mailbox shows one mail for each Message-ID; how many were handed over twice is printed as well.

    ./karangou bench mail_throughput [MAILS] [ROUNDS]
"""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from functools import partial
from typing import Any

import aiosmtplib
import asyncpg
import psutil
import uvloop

from benchmarks._ground import Ground, a_postgres
from benchmarks._serving import CLIENT_CORE, SERVER_CORE
from kit import clock
from kit.contracts.publisher.notices import ChannelName, DeliveryState, NoticeNew
from kit.db import new_id, open_database, plain_url
from kit.jobs import enqueue_many
from publisher_service.actions.tools import Target, Tools
from publisher_service.actions.wording import Envelope, words_of, written
from publisher_service.providers.channel import Message
from publisher_service.providers.mail import Writer
from publisher_service.queries import deliveries, notices
from publisher_service.rules.kinds import KINDS
from publisher_service.rules.letters import sender_of
from publisher_service.settings import Settings
from suite.migrations import run as migrations
from tests.kit.queueing import until

KIND, GOAL, KILLS = "film.published", 0.7, 3
VALUES = {"title": "Sira", "by": "Studio Lagune", "url": "https://example.org/films/sira"}


@dataclass
class Side:
    """Rounds of one side: mails per second, and milliseconds of its process's CPU for each."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def note(self, count: int, seconds: float, cpu: float) -> None:
        self.rates.append(count / seconds)
        self.cpu.append(cpu / count * 1000)

    def line(self, name: str) -> str:
        return f"{name:30} {max(self.rates):6.0f} mails/s   {min(self.cpu):5.2f} ms CPU each"


async def main(count: int, rounds: int) -> None:
    stdlib, ready, ours = Side(), Side(), Side()
    with a_postgres() as ground:
        sink, port = await a_sink()
        for _ in range(rounds):
            stdlib.note(*await alone(port, "stdlib", min(count, 3000)))
            ready.note(*await alone(port, "bytes", min(count, 3000)))
            ours.note(*await outbox(ground, sink, port, count))
        print(stdlib.line("bare loop, one connection"))
        print(ready.line("  the same, mails ready before"))
        print(ours.line("outbox"))
        print(f"ratio: {ratio(ours, stdlib)}  (goal ≥ {GOAL})")
        print(f"       {ratio(ours, ready)} to the loop whose mails were ready")
        await killed_in_the_middle(ground, sink, port, count)
        await end(sink)


def ratio(ours: Side, bare: Side) -> str:
    cpu = min(bare.cpu) / min(ours.cpu)
    return f"{max(ours.rates) / max(bare.rates):.2f} by mails/s, {cpu:.2f} by the process's CPU"


async def outbox(ground: Ground, sink: Process, port: int, count: int) -> tuple[int, float, float]:
    """Return how long a worker that is ready takes until the last delivery is written down."""
    url = await filled(await ground.database(), count)
    await ground.settle()
    await ask(sink, "clear")
    worker = await a_worker(url, port)
    process = psutil.Process(worker.pid)
    used, started = cpu_seconds(process), time.perf_counter()
    begun = (await ask(sink, "count"))["taken"]
    await drained(url, sink, count)
    seconds, used = time.perf_counter() - started, cpu_seconds(process) - used
    found = await ask(sink, "count")
    await end(worker)
    if found != {"taken": count, "shown": count}:
        raise SystemExit(f"mails were lost or doubled: {found}")
    return count - begun, seconds, used


def cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


async def killed_in_the_middle(ground: Ground, sink: Process, port: int, count: int) -> None:
    url = await filled(await ground.database(), count)
    await ask(sink, "clear")
    for number in range(1, KILLS + 1):
        worker = await a_worker(url, port)
        enough = count * number // (KILLS + 1)
        await until(partial(shows, sink, enough), seconds=900)
        await end(worker)
    worker = await a_worker(url, port)
    await drained(url, sink, count)
    found = await ask(sink, "count")
    await end(worker)
    lost, again = count - found["shown"], found["taken"] - found["shown"]
    print(
        f"killed {KILLS} times: {lost} lost, 0 shown twice (one mail for each Message-ID); "
        f"{again} were handed over again"
    )
    if lost:
        raise SystemExit("mails were lost")


async def alone(port: int, side: str, count: int) -> tuple[int, float, float]:
    """Run a bare loop on the core where the outbox runs too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.mail_throughput", side, str(port), str(count), stdout=PIPE
    )
    said, _ = await process.communicate()
    seconds, used = map(float, said.split())
    return count, seconds, used


async def bare_loop(side: str, port: int, count: int) -> None:
    os.sched_setaffinity(0, {int(SERVER_CORE)})
    tools = Tools(Settings())
    said = [a_message(tools, number) for number in range(count)]
    writer = Writer(sender_of(tools.sender, tools.brand), "")
    ready = [writer.write(one).as_bytes() for one in said]
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        started, used = time.perf_counter(), time.process_time()
        for message, mail in zip(said, ready, strict=True):
            if side == "bytes":
                await client.sendmail(tools.sender, [message.address], mail)
            else:
                await client.send_message(by_the_library(tools, message))
        print(time.perf_counter() - started, time.process_time() - used)


def by_the_library(tools: Tools, message: Message) -> EmailMessage:
    """Write a mail as a script would."""
    found = EmailMessage(policy=SMTP)
    found["From"] = f"{tools.brand} <{tools.sender}>"
    found["To"] = message.address
    found["Subject"] = message.title
    found["Date"] = localtime()
    found["Message-ID"] = f"<{message.key}@example.org>"
    found["List-Unsubscribe"] = f"<{message.one_click_url}>"
    found.set_content(message.text)
    found.add_alternative(message.html, subtype="html")
    return found


def a_message(tools: Tools, number: int) -> Message:
    email, account = f"fan{number}@example.org", new_id()
    url = tools.unsubscribe_url(Target(KIND, email, account))
    to = Envelope(key=new_id(), locale="fr", address=email, one_click_url=url)
    return written(tools, words_of({}, KIND, "fr"), KINDS[KIND], {**VALUES, "name": "Fan"}, to)


async def filled(url: str, count: int) -> str:
    """Put so many planned deliveries into a new database."""
    await asyncio.to_thread(migrations.upgrade, "publisher_service", url)
    database, at = open_database(url, 2), clock.now()
    for start in range(0, count, 1000):
        told = [
            NoticeNew(id=new_id(), at=at, kind=KIND, account_id=new_id(),
                      values={**VALUES, "name": "Fan"})
            for _ in range(start, min(start + 1000, count))
        ]  # fmt: skip
        rows: list[dict[str, Any]] = [
            {"id": new_id(), "notice_id": one.id, "kind": KIND, "account_id": one.account_id,
             "channel": ChannelName.email, "address": f"fan{start + number}@example.org",
             "locale": "fr", "state": DeliveryState.queued, "created_at": at, "updated_at": at}
            for number, one in enumerate(told)
        ]  # fmt: skip
        async with database.sessions.begin() as session:
            new = [{**one.model_dump(), "received_at": at, "is_in_app": True} for one in told]
            await notices.add(session, new)
            await deliveries.add(session, rows)
            asked = [{"delivery_id": str(row["id"])} for row in rows]
            await enqueue_many(session, "send_email", asked)
    await database.close()
    return url


async def drained(url: str, sink: Process, count: int) -> None:
    """Wait until all mails are shown and written down."""
    await until(partial(shows, sink, count), seconds=900)
    connection = await asyncpg.connect(plain_url(url))

    async def is_drained() -> bool:
        left = "SELECT EXISTS (SELECT FROM delivery WHERE state <> 'sent')"
        return not await connection.fetchval(left)

    await until(is_drained, seconds=60)
    await connection.close()


async def shows(sink: Process, enough: int) -> bool:
    return (await ask(sink, "count"))["shown"] >= enough


async def a_sink() -> tuple[Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks._mail_sink", stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    return process, int((await process.stdout.readline()).split()[1])


async def a_worker(url: str, port: int) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks._mail_worker", url, str(port), stdout=PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def end(process: Process) -> None:
    process.kill()
    await process.wait()


async def ask(sink: Process, word: str) -> dict[str, int]:
    assert sink.stdin is not None
    assert sink.stdout is not None
    sink.stdin.write(f"{word}\n".encode())
    found: dict[str, int] = json.loads(await sink.stdout.readline())
    return found


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].isdigit():
        uvloop.run(bare_loop(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    else:
        os.sched_setaffinity(0, {int(CLIENT_CORE)})
        given = [int(one) for one in sys.argv[1:3]]
        uvloop.run(main(*(given + [10_000, 2][len(given) :])[:2]))
