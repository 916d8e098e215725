"""Effects applied ÷ effects asked, every webhook sent five times in random order, workers killed
(goal: exactly 1).

Run it as `./karangou bench webhooks_exactly_once [orders]`. Orders are paid at a simulated rail.
Each approval is told five times, to two services on one database, in random order, by senders who
try again when nobody answers, as providers do; all the while a service is killed (`kill -9`) and
started again. In the end each order has to be given once, and the books have to say what the rail
holds; not one provider is asked to charge twice.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import asyncpg
import httpx

from benchmarks._ground import a_postgres
from benchmarks._serving import ROOT, free_port
from kit.contracts.payments.orders import AttemptNew, OrderKind, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from payments_service.rules.accounts import at_provider
from suite.migrations import run as migrations
from tests.factories.selling import PHONE
from tests.fakes.plain_rail import PlainRail

COPIES, SENDERS, KILL_AFTER = 5, 8, (0.2, 2.0)
LONGEST_SECONDS = 240
STATE = """
    SELECT count(*) AS orders, count(*) FILTER (WHERE state = 'fulfilled') AS fulfilled,
           coalesce(sum((given ->> 'times')::int), 0) AS times
    FROM "order"
"""


@dataclass
class Services:
    """Two services; `kill` ends one as a power cut would, and starts it again."""

    env: dict[str, str]
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: int = 0

    def start(self, port: int) -> None:
        command = [
            sys.executable, "-m", "uvicorn", "--factory", "benchmarks._shop_serving:shop",
            "--port", str(port), "--no-access-log", "--log-level", "critical",
        ]  # fmt: skip
        self.running[port] = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.env})

    def kill(self, port: int) -> None:
        self.running[port].send_signal(signal.SIGKILL)
        self.running[port].wait()
        self.kills += 1
        self.start(port)

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def url(self) -> str:
        return f"http://127.0.0.1:{random.choice(self.ports)}"


async def ready(services: Services, ports: list[int]) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for port in ports:
            for _ in range(600):
                try:
                    await client.get(f"http://127.0.0.1:{port}/health")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)


async def ordered(services: Services, rail: PlainRail, number: int) -> None:
    """Order and pay; whoever hears nothing asks again, under the same key."""
    new = OrderNew(kind=OrderKind.film, subject="sira", country="BJ")
    how = AttemptNew(provider="plain", method="mtn", phone=PHONE)
    client = OrdersClient(httpx.AsyncClient(base_url=services.url(), trust_env=False))
    made = await client.make_order(new, f"order-number-{number:08}")
    await client.pay(made.id, how, f"payment-of-order-{number:08}", made.secret or "")
    await client.close()


async def sent(services: Services, waiting: list[tuple[dict[str, str], bytes]]) -> None:
    """Send what waits until it is taken, as long as there is something."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        while waiting:
            headers, body = waiting.pop()
            try:
                url = f"{services.url()}/webhooks/plain"
                answer = await client.post(url, content=body, headers=headers)
                is_taken = answer.status_code == 202
            except httpx.TransportError:
                is_taken = False
                await asyncio.sleep(0.05)
            if not is_taken:
                waiting.insert(random.randrange(len(waiting) + 1), (headers, body))


async def killing(services: Services) -> None:
    """Kill one that answers, a moment after it began to; and so on."""
    while True:
        port = random.choice(services.ports)
        await ready(services, [port])
        await asyncio.sleep(random.uniform(*KILL_AFTER))
        await asyncio.to_thread(services.kill, port)


async def given(url: str, orders: int) -> tuple[int, int, int]:
    """Return orders, effects and what the books hold, once every order is given."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while True:
                found = await connection.fetchrow(STATE)
                assert found is not None
                if found["fulfilled"] == orders:
                    break
                await asyncio.sleep(0.2)
        held = await connection.fetchval(
            "SELECT posted FROM account WHERE code = $1", at_provider("plain", "XOF").code
        )
        return int(found["orders"]), int(found["times"]), int(held)
    finally:
        await connection.close()


async def measured(url: str, orders: int) -> None:
    async with PlainRail() as rail:
        services = Services({"BENCH_DATABASE_URL": url, "BENCH_RAIL_URL": rail.url})
        for port in services.ports:
            services.start(port)
        try:
            await ready(services, services.ports)
            for number in range(orders):
                await ordered(services, rail, number)
            for ref in list(rail.charges):
                rail.approve(ref)
            waiting = [each for each in rail.waiting for _ in range(COPIES)]
            random.shuffle(waiting)
            asked, started = len(waiting), time.monotonic()
            killer = asyncio.create_task(killing(services))
            await asyncio.gather(*(sent(services, waiting) for _ in range(SENDERS)))
            killer.cancel()
            made, times, held = await given(url, orders)
        finally:
            services.stop()
        print(f"{asked} webhooks about {orders} orders in {time.monotonic() - started:.0f} s,"
              f" {services.kills} kills")  # fmt: skip
        print(f"orders {made}, given {times} times, charged {len(rail.charges)}")
        print(f"held by the rail {rail.held('XOF')}, in the books {held}")
        print(f"ratio: {times / orders:.3f}  (goal: exactly 1)")
        assert (made, times, held) == (orders, orders, rail.held("XOF"))


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with a_postgres() as ground:
        url = asyncio.run(ground.database())
        migrations.upgrade("payments_service", url)
        asyncio.run(measured(url, orders))


if __name__ == "__main__":
    main()
