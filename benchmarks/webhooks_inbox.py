"""Webhooks accepted: p99 ÷ that of one durable insert (goal ≤ 5), and accepted/s ÷ a bare
Starlette endpoint that inserts one row with asyncpg (goal ≥ 0.5).

Run it as `./karangou bench webhooks_inbox`. The webhooks are FedaPay's, each another one, signed;
ours verifies them, keeps each once, and asks for the job that will handle it, all before it
answers. Both servers have the same PostgreSQL, durable, and one core. The p99 are of one sender
after another, in turns so that both meet the same weather: five times 1 000 webhooks by a bare
socket and 1 000 inserts by asyncpg on a connection of its own.
"""

import asyncio
import hashlib
import hmac
import json
import socket
import tempfile
import time
from itertools import chain
from pathlib import Path

import asyncpg

from benchmarks._ground import Ground, a_postgres
from benchmarks._inbox_serving import INSERT, TABLE
from benchmarks._serving import in_turns, served
from suite.migrations import run as migrations

SECRET = b"wh_sandbox_benchmark"
PATH = "/webhooks/fedapay"
MANY, STEP, ALONE, ROUNDS = 80_000, 10_000, 1_000, 5
GOALS = 5.0, 0.5
SCRIPT = """
local bodies, signatures = {}, {}
for line in io.lines("%(lines)s") do
  local signature, body = line:match("^(%%S+) (.*)$")
  bodies[#bodies + 1], signatures[#signatures + 1] = body, signature
end
local kept = io.open("%(lines)s.turn", "r")
local turn = kept and tonumber(kept:read("*a")) or 0
local mark = io.open("%(lines)s.turn", "w")
mark:write(turn + %(step)d)  -- the next run sends others
mark:close()
request = function()
  turn = turn %% #bodies + 1
  return wrk.format("POST", nil, {["X-FEDAPAY-SIGNATURE"] = signatures[turn]}, bodies[turn])
end
"""


def webhook(number: int) -> tuple[str, bytes]:
    """Return the signature and the body of one webhook, like no other."""
    entity = {"id": number, "amount": 5000, "status": "approved", "updated_at": str(number)}
    event = {"name": "transaction.approved", "object": "transaction", "entity": entity}
    body = json.dumps(event).encode()
    moment = str(int(time.time()))
    digest = hmac.digest(SECRET, moment.encode() + b"." + body, hashlib.sha256).hex()
    return f"t={moment},s={digest}", body


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


async def inserts(url: str) -> list[float]:
    connection = await asyncpg.connect(url)
    found = []
    for number in range(ALONE):
        _, body = webhook(number)
        started = time.perf_counter()
        await connection.execute(INSERT, body)
        found.append(time.perf_counter() - started)
    await connection.close()
    return found


def accepted(url: str, turn: int) -> list[float]:
    """Send by a bare socket: the time of an HTTP client of ours is not the inbox's."""
    port = int(url.rpartition(":")[2])
    found = []
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(ALONE):
            signature, body = webhook(10_000_000 + turn * ALONE + number)
            head = (
                f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
                f"X-FEDAPAY-SIGNATURE: {signature}\r\n\r\n"
            )
            started = time.perf_counter()
            line.sendall(head.encode() + body)
            answer = line.recv(65536)
            found.append(time.perf_counter() - started)
            assert answer.startswith(b"HTTP/1.1 202"), answer
    return found


async def prepared(ground: Ground) -> str:
    url = await ground.database()
    await asyncio.to_thread(migrations.upgrade, "payments_service", url)
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    await connection.close()
    return url


async def kept(url: str) -> tuple[int, int]:
    connection = await asyncpg.connect(url)
    webhooks = await connection.fetchval("SELECT count(*) FROM webhook")
    jobs = await connection.fetchval(
        "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'handle_webhook'"
    )
    await connection.close()
    return int(webhooks), int(jobs)


def main() -> None:
    with a_postgres() as ground, tempfile.TemporaryDirectory() as name:
        url = asyncio.run(prepared(ground))
        lines, script = Path(name) / "webhooks", Path(name) / "webhooks.lua"
        lines.write_bytes(
            b"\n".join(b"%s %s" % (a.encode(), b) for a, b in map(webhook, range(MANY)))
        )
        script.write_text(SCRIPT % {"lines": lines, "step": STEP})
        env = {"BENCH_DATABASE_URL": url}
        factories = "benchmarks._inbox_serving:inbox", "benchmarks._inbox_serving:bare"
        with served(factories[0], env) as ours, served(factories[1], env) as bare:
            asyncio.run(ground.settle())
            rows, sent = [], []
            for turn in range(ROUNDS):
                rows.append(asyncio.run(inserts(url)))
                sent.append(accepted(ours.url, turn))
            ours.script = bare.script = str(script)
            in_turns((bare, PATH), (ours, PATH))
        webhooks, jobs = asyncio.run(kept(url))
    one, another = p99(list(chain(*rows))), p99(list(chain(*sent)))
    print(f"p99 of one durable insert {one * 1e3:.2f} ms, of a webhook {another * 1e3:.2f} ms")
    print(f"rounds: {[round(p99(b) / p99(a), 2) for a, b in zip(rows, sent, strict=True)]}")
    print(f"ratio: {another / one:.2f}  (goal ≤ {GOALS[0]:g})")
    print(bare.line("bare insert"))
    print(ours.line("inbox"))
    print(f"ratio: {ours.per_second / bare.per_second:.2f}  (goal ≥ {GOALS[1]:g})")
    print(f"kept: {webhooks} webhooks, each once, with {jobs} jobs to handle them")
    assert webhooks == jobs


if __name__ == "__main__":
    main()
