"""Every door of every service, knocked at by everybody: who passes is one table, said aloud.

A route that is not in the table of its service (`tests/contracts/permissions/<service>.py`) fails
here: write down who may pass it, then see that it is so.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import DatabaseUrl, Start
from tests.contracts.permissions import (
    accounts,
    catalog,
    gateway,
    payments,
    publisher,
    sentinel,
    tokens,
    transcoder,
)
from tests.contracts.permissions.asking import doors, knock
from tests.contracts.permissions.rules import HIDDEN, PASS, VISITORS, Rule, Table, Theirs
from tests.contracts.permissions.suite import SERVICES, House, new_app, open_house

TABLES: Mapping[str, Table] = {
    "accounts_service": accounts.TABLE,
    "catalog_service": catalog.TABLE,
    "gateway": gateway.TABLE,
    "payments_service": payments.TABLE,
    "publisher_service": publisher.TABLE,
    "sentinel": sentinel.TABLE,
    "tokens_service": tokens.TABLE,
    "transcoder_service": transcoder.TABLE,
}


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_says_who_may_pass_each_door(service: str, tmp_path: Path) -> None:
    database = f"file:{tmp_path}/t" if service == "tokens_service" else "postgresql://nobody@x/x"
    found = doors(new_app(service, tmp_path, database_url=database))
    assert found == sorted(TABLES[service]), "add it to tests/contracts/permissions"


@pytest.mark.parametrize("service", SERVICES)
async def test_everybody_passes_the_doors_they_may_and_no_other(
    service: str, database_url: DatabaseUrl, valkey_url: str, tmp_path: Path, start: Start
) -> None:
    house = await open_house(service, database_url, valkey_url, tmp_path, start)
    surprises = []
    for door, rule in TABLES[service].items():
        surprises += [told async for told in _surprises(house, door, rule)]
    assert not surprises, "\n".join(surprises)


async def _surprises(house: House, door: str, rule: Rule) -> AsyncIterator[str]:
    """Yield which visitors were answered otherwise than the table says."""
    method = door.partition(" ")[0]
    things = await house.things() if "{" in door or rule.body else {}
    for visitor in VISITORS:
        may_change = method != "GET" and PASS in rule.answers(visitor, method)
        shown = await house.show(visitor, rule, may_change)
        answer = await knock(house.app, door, rule, shown, things)
        if answer == HIDDEN and not isinstance(rule, Theirs):
            answer = PASS  # there is no such thing: the visitor was let in to learn it
        if answer not in rule.answers(visitor, method):
            yield f"{door}: {visitor} got {answer}, not {rule.answers(visitor, method)}"
        if method == "DELETE" and answer == PASS:
            things = await house.things()
