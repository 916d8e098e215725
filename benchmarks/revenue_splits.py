"""Residual minor units over random revenue splits; replay of all events ÷ stored statements.

First a million random splits among one to eight makers, each on terms of their own half the time:
what is given and what is carried has to be what was due, to the last billionth, and what came in
has to be what makers and the house have (goal: residual 0). Then four months of films (views of
each day, sales, sales taken back) are earned from, stated and reckoned again on a real PostgreSQL
(goal: exactly 1).

    ./karangou bench revenue_splits [SPLITS] [FILMS]
"""

import asyncio
import random
import sys
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from uuid import UUID

from sqlalchemy import text

from benchmarks._ground import Ground, a_postgres
from kit.db import Database, new_id, open_database
from payments_service.actions.earnings import accruing, stating
from payments_service.actions.tools import Tools
from payments_service.models.earnings import MakerShare
from payments_service.rules import earnings as rules
from payments_service.rules.earnings import Event
from payments_service.rules.shares import UNIT, Part, sale_due, split
from payments_service.settings import Settings
from suite.migrations import run as migrations

SPLITS, FILMS, DAYS = 1_000_000, 12, 122
MONTHS = [date(2026, month, 1) for month in (3, 4, 5, 6)]
CHANCE = random.Random(4)  # the same splits each time
WATCHED = text("""
    INSERT INTO view (day, film_id, viewer)
    SELECT CAST(:first AS date) + day, :film, 'v' || viewer
    FROM generate_series(0, :days - 1) AS day,
         LATERAL generate_series(1, 1 + (day * 7919 % 11)) AS viewer
""")


def shares(count: int) -> list[int]:
    cuts = sorted(CHANCE.randint(0, 1000) for _ in range(count - 1))
    return [end - begin for begin, end in zip([0, *cuts], [*cuts, 1000], strict=True)]


def a_film() -> list[Part]:
    same = CHANCE.random() < 0.5
    first = CHANCE.randint(0, 1000)
    return [
        Part(UUID(int=place + 1), share, 0, first if same else CHANCE.randint(0, 1000))
        for place, share in enumerate(shares(CHANCE.randint(1, 8)))
    ]


def residual(count: int) -> int:
    """Split so many random amounts, ten of each film; return the minor units nobody has."""
    lost = done = 0
    start = perf_counter()
    while done < count:
        parts, carry = a_film(), {}
        came = house = made = due_in_all = 0
        for _ in range(10):
            amount = CHANCE.choice((CHANCE.randint(0, 50), CHANCE.randint(0, 10**7)))
            due = sale_due(parts, amount)
            given = split(due, carry)
            total = sum(one.amount for one in given.values())
            carry = {one: each.carry for one, each in given.items()}
            came, made, house = came + amount, made + total, house + amount - total
            due_in_all += sum(due.values())
            done += 1
        lost += abs(came - made - house)
        lost += abs(due_in_all - made * UNIT - sum(carry.values()))
    rate = done / (perf_counter() - start)
    print(f"random splits              {done:10}   {rate:,.0f}/s")
    print(f"residual minor units       {lost:10}   goal 0")
    return lost


class Then:
    """The moment the service believes it is: four months go by in one run."""

    moment = datetime.now(UTC)

    @classmethod
    def now(cls) -> datetime:
        return cls.moment


async def filled(database: Database, films: int) -> list[UUID]:
    """Let films have makers, and days on which they were watched by some."""
    made = [new_id() for _ in range(films)]
    first = MONTHS[0]
    async with database.sessions.begin() as session:
        for film_id in made:
            makers = [new_id() for _ in range(CHANCE.randint(1, 4))]
            session.add_all(
                MakerShare(film_id=film_id, account_id=maker, per_mille=share, given_by="bench",
                           given_at=datetime.now(UTC), carry={}, film_title="")
                for maker, share in zip(makers, shares(len(makers)), strict=True)
            )  # fmt: skip
            await session.execute(WATCHED, {"film": film_id, "first": first, "days": DAYS})
    return made


async def a_month(tools: Tools, films: list[UUID], month: date) -> tuple[int, int]:
    """Let a month's views and sales be earned from, then stated; return events, statements."""
    Then.moment = rules.stated_at(month) - timedelta(hours=1)
    count = await accruing.accrue(tools)
    for film_id in films:
        for turn in range(3):
            amount = CHANCE.choice((1, 99, 500, 1500, 2501))
            day = month + timedelta(days=CHANCE.randint(0, 27))
            for sign in (1, -1) if turn == 0 else (1,):  # every third sale is given back
                key = f"sale:{month}:{turn}:{sign}:{film_id}"
                event = Event(key, "sale", film_id, day, sign, sign * amount, "XOF")
                async with tools.database.sessions.begin() as session:
                    count += await accruing.earn(session, tools, event)
    Then.moment = rules.stated_at(month) + timedelta(hours=2)
    async with tools.database.sessions.begin() as session:
        return count, await stating.state_months(session, tools)


async def replayed(ground: Ground, films: int) -> bool:
    url = await ground.database()
    await asyncio.to_thread(migrations.upgrade, "payments_service", url)
    database = open_database(url, 10)
    tools = Tools(Settings(environment="test", database_url=url), database)
    accruing.now = stating.now = Then.now
    made = await filled(database, films)
    start = perf_counter()
    months = [await a_month(tools, made, month) for month in MONTHS]
    events, stated = sum(one for one, _ in months), sum(one for _, one in months)
    print(f"events earned from         {events:10}   {events / (perf_counter() - start):,.0f}/s")
    start = perf_counter()
    async with database.reads() as session:
        found = await stating.replay(session)
    seconds = perf_counter() - start
    wrong = len(found.differences)
    stored = found.earnings + found.statements
    print(f"earnings and statements    {stored:10}   {stated} statements")
    print(f"reckoned otherwise         {wrong:10}   in {seconds:.1f} s")
    print(f"replay ÷ stored            {(stored - wrong) / stored:10.6f}   goal exactly 1")
    await database.close()
    return not wrong and (found.events, found.statements) == (events, stated)


def main() -> None:
    given = [int(one) for one in sys.argv[1:3]]
    count, films = given + [SPLITS, FILMS][len(given) :]
    lost = residual(count)
    with a_postgres() as ground:
        is_same = asyncio.run(replayed(ground, films))
    sys.exit(0 if is_same and not lost else 1)


if __name__ == "__main__":
    main()
