"""Random histories of the ledger on a real PostgreSQL, beside a model in a few dicts.

Each step sends journals by several connections at once: new ones, the same again, a known key with
other content, holds and their ends, reversals. Connections are killed in the middle. More of it:
LEDGER_EXAMPLES=200 LEDGER_STEPS=100 pytest tests/payments_service/test_ledger_histories.py
"""

import asyncio
import os
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid5

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from kit.db import open_database
from payments_service.models.ledger import Phase
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, journal, move, reversed_legs
from tests.conftest import DatabaseUrl
from tests.payments_service.ledger_model import Model, Told

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "4"))
STEPS = int(os.environ.get("LEDGER_STEPS", "12"))
Answer = TypeVar("Answer")
PEOPLE = [uuid5(UUID(int=0), str(n)) for n in range(2)]
WALLETS = [make(one) for one in PEOPLE for make in (accounts.bought_coins, accounts.granted_coins)]
COINS = [accounts.coins_issued(), *WALLETS]
MONEY = [accounts.bank("XOF"), accounts.coins_owed("XOF"), accounts.income("coins", "XOF")]
KINDS = ("move", "move", "move", "again", "reuse", "hold", "end", "end", "reversal")
WAYS = ("well", "well", "well", "killed before the commit", "killed at once", "answer lost")
EMPTY = "TRUNCATE account, journal, posting, held, account_check, open_item CASCADE"
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""  # those of the history before that were killed, and are not gone yet
SUMMED = """
    SELECT code, posted, held_debit, posting_count,
           coalesce((SELECT sum(amount) FROM posting WHERE account_id = account.id), 0)::bigint,
           coalesce((SELECT max(number) FROM posting WHERE account_id = account.id), 0),
           coalesce((SELECT sum(greatest(amount, 0)) FROM held WHERE account_id = account.id
               AND NOT EXISTS (SELECT FROM journal WHERE resolves_id = held.journal_id)), 0)::bigint
    FROM account
"""
BROKEN = """
    SELECT journal_id FROM posting GROUP BY journal_id, currency HAVING sum(amount) <> 0
    UNION ALL
    SELECT journal_id FROM (
        SELECT journal_id, number, balance,
               row_number() OVER onwards AS place, sum(amount) OVER onwards AS running
        FROM posting WINDOW onwards AS (PARTITION BY account_id ORDER BY number)
    ) AS one WHERE number <> place OR balance <> running
"""


Unit = list[accounts.Account]
Wish = tuple[str, int, int, Unit]
# What is wished for never depends on what there is: a history can be told again.
WISH = st.tuples(
    st.sampled_from(KINDS), st.integers(0, 99), st.integers(1, 60),
    st.sampled_from([COINS, COINS, COINS[::-1], MONEY]),
)  # fmt: skip
WAY = st.sampled_from(WAYS)


class Histories(RuleBasedStateMachine):
    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.database = open_database(self.url, 6)
        self.model = Model()
        self.ids: dict[UUID, str] = {}
        self.count = 0
        self._wait(self._empty())

    @rule(writers=st.lists(st.tuples(st.lists(WISH, min_size=1, max_size=3), WAY), min_size=1,
                           max_size=4))  # fmt: skip
    def send(self, writers: list[tuple[list[Wish], str]]) -> None:
        """Send some transactions at once, and see that one order of them explains the answers."""
        sent = [[self._one(*wish) for wish in wishes] for wishes, _ in writers]
        ways = [way for _, way in writers]
        begun = [self._written(*one) for one in zip(sent, ways, strict=True)]
        told = self._wait(self._gathered(begun))
        found = self._wait(self._rows("SELECT id, key FROM journal"))
        self.ids = {UUID(str(one)): key for one, key in found}
        after = self.model.after(sent, told, self.ids)
        assert after is not None, f"no order explains {told} for {sent}"
        self.model = after
        self._compare()

    def _one(self, kind: str, choice: int, amount: int, unit: Unit) -> NewJournal:
        """Return a journal as wished for, of what there is to choose from."""
        known = sorted(self.model.journals)
        if kind in {"again", "reuse"} and known:
            one = self.model.journals[known[choice % len(known)]]
            return one if kind == "again" else replace(one, kind="another")
        self.count += 1
        key = f"{kind} {self.count}"
        if kind == "end" and (holds := self._known(Phase.hold)):
            return self._end(key, holds[choice % len(holds)], amount)
        if kind == "reversal" and (moved := self._known(Phase.posted, Phase.post)):
            chosen = moved[choice % len(moved)]
            legs = reversed_legs(self.model.journals[self.ids[chosen]].legs)
            return journal(key, kind, legs, reverses_id=chosen)
        source, target = unit[choice % len(unit)], unit[(choice + 1) % len(unit)]
        phase = Phase.hold if kind == "hold" else Phase.posted
        return journal(key, kind, move(source, target, amount), phase=phase)

    def _known(self, *phases: Phase) -> list[UUID]:
        by_key = sorted((key, one) for one, key in self.ids.items())
        return [one for key, one in by_key if self.model.journals[key].phase in phases]

    def _end(self, key: str, hold_id: UUID, amount: int) -> NewJournal:
        """Return what posts a hold, as far as this amount, or what voids it."""
        held = self.model.journals[self.ids[hold_id]].legs
        if amount > 45:
            return journal(key, "end", (), phase=Phase.void, resolves_id=hold_id)
        legs = [(account, min(max(one, -amount), amount)) for account, one in held]
        return journal(key, "end", legs, phase=Phase.post, resolves_id=hold_id)

    async def _written(self, sent: Sequence[NewJournal], way: str) -> Told:
        async with self.database.engine.connect() as connection:
            try:
                told = await self._posted(self.database.sessions(bind=connection), sent, way)
            except DBAPIError:
                told = None
            if way.startswith("killed"):  # it may die a moment from now, in another's hands
                await connection.invalidate()
        return None if way == "answer lost" else told

    async def _posted(self, session: AsyncSession, sent: Sequence[NewJournal], way: str) -> Told:
        async with session:
            if way == "killed at once":
                await self._raced(session, sent)
            told = [one.outcome for one in await ledger.post_many(session, sent)]
            if way == "killed before the commit":
                await self._kill(session)
            await session.commit()
        return told

    async def _raced(self, session: AsyncSession, sent: Sequence[NewJournal]) -> None:
        """Write and be killed at the same moment; who is first is PostgreSQL's to say."""
        process = await session.scalar(text("SELECT pg_backend_pid()"))
        writing = asyncio.create_task(self._committed(session, sent))
        await asyncio.gather(writing, self._terminate(process), return_exceptions=True)
        raise DBAPIError("killed", None, OSError())

    async def _committed(self, session: AsyncSession, sent: Sequence[NewJournal]) -> None:
        await ledger.post_many(session, sent)
        await session.commit()

    async def _kill(self, session: AsyncSession) -> None:
        await self._terminate(await session.scalar(text("SELECT pg_backend_pid()")))

    async def _terminate(self, process: int) -> None:
        await self._rows(f"SELECT pg_terminate_backend({process})")

    def _compare(self) -> None:
        assert sorted(self.model.journals) == sorted(self.ids.values())
        for code, posted, held, count, summed, last, kept in self._wait(self._rows(SUMMED)):
            assert (posted, held, count) == (summed, kept, last), code
            assert (posted, held) == (self.model.posted[code], self.model.held[code]), code
        assert self._wait(self._rows(BROKEN)) == []

    async def _gathered(self, waiting: Sequence[Awaitable[Answer]]) -> list[Answer]:
        return await asyncio.gather(*waiting)

    async def _rows(self, statement: str) -> list[Any]:
        async with self.database.reads() as session:
            return list((await session.execute(text(statement))).all())

    async def _empty(self) -> None:
        async with self.database.sessions.begin() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(text("SET LOCAL lock_timeout = '60s'"))
            await session.execute(text(END_OTHERS))
            await session.execute(text(EMPTY))

    def _wait(self, work: Awaitable[Answer]) -> Answer:
        return self.loop.run_until_complete(work)

    @override
    def teardown(self) -> None:
        self._wait(self.database.close())
        self.loop.close()


def test_no_history_leaves_the_books_wrong(database_url: DatabaseUrl) -> None:
    Histories.url = database_url("payments_service")
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
