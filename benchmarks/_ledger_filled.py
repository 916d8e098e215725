"""Books with coins in them, and what asks to spend them: what the ledger is measured with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid5

from kit import clock
from kit.auth import service_token
from kit.db import Database, new_id, open_database
from payments_service.models.coins import CoinKind, CoinLot
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, journal, move

SECRET = "a secret for benchmarks, long enough"
SPENT = 5
COINS = 1_000_000
SCRIPT = """
local counter, owners = 0, {{ {owners} }}
local headers = {{ ["Authorization"] = "Suite {token}", ["Content-Type"] = "application/json" }}
function request()
  counter = counter + 1
  local nth = counter - (counter % 20 == 0 and 1 or 0)  -- one in twenty is sent a second time
  headers["Idempotency-Key"] = string.format("{run}-%012d", nth)
  local owner = owners[(nth * 7919) % #owners + 1]
  local body = string.format('{{"amount":{amount},"subject":"film:f","account_id":"%s"}}', owner)
  return wrk.format("POST", "/coins/spends", headers, body)
end
"""


def people(count: int) -> list[UUID]:
    return [uuid5(UUID(int=0), str(number)) for number in range(count)]


def bought(owner: UUID, amount: int = COINS) -> NewJournal:
    """Return the purchase of coins, as the books have it."""
    legs = move(accounts.bought_coins(owner), accounts.coins_issued(), amount)
    legs += move(accounts.coins_owed("XOF"), accounts.at_provider("sandbox", "XOF"), amount)
    return journal(f"bench:{owner}", "coins", legs, source="bench/filled")


async def fill(database: Database, owners: Sequence[UUID]) -> None:
    """Give everyone coins, in the ledger and as lots, worth a franc each."""
    for start in range(0, len(owners), 500):
        some = owners[start : start + 500]
        async with database.sessions.begin() as session:
            done = await ledger.post_many(session, [bought(one) for one in some])
            assert all(one.outcome == "posted" for one in done)
            session.add_all(
                CoinLot(
                    id=new_id(), key=f"bench:{one}", account_id=one, kind=CoinKind.bought,
                    amount=COINS, remaining=COINS, value_amount=COINS, value_currency="XOF",
                    created_at=clock.now(),
                )
                for one in some
            )  # fmt: skip


def filled(url: str, owners: Sequence[UUID]) -> None:
    async def run() -> None:
        database = open_database(url, 2)
        await fill(database, owners)
        await database.close()

    asyncio.run(run())


def script(file: Path, run: str, owners: Sequence[UUID]) -> str:
    """Write what wrk sends: spends of these accounts in turn, each under a key of its own."""
    token = service_token(SECRET, "public_interface", "payments_service")
    names = ",".join(f'"{one}"' for one in owners)
    file.write_text(SCRIPT.format(owners=names, token=token, run=run, amount=SPENT))
    return str(file)


def moved(count: int, owners: Sequence[UUID], run: str) -> list[NewJournal]:
    """Return spends as the books have them: from the wallet, and owed money becomes income."""
    made = []
    for number in range(count):
        owner = owners[number * 7919 % len(owners)]
        legs = move(accounts.coins_issued(), accounts.bought_coins(owner), SPENT)
        legs += move(accounts.income("coins", "XOF"), accounts.coins_owed("XOF"), SPENT)
        one = journal(f"{run}:{number}", "coins_spent", legs, source="film/f")
        made.append(replace(one, details={"account_id": str(owner)}))
    return made
