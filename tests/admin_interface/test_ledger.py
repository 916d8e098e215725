"""The books in the dashboard: read, searched, taken away, corrected with a reason."""

import re

import httpx
import pytest
from fastapi import FastAPI

import payments_service.app
from kit.contracts.accounts.identity import SignUp
from kit.contracts.payments.ledger import JournalQuery
from kit.contracts.payments.ledger_client import LedgerClient
from kit.db import Database
from payments_service.actions.ledger import checking
from payments_service.rules import accounts
from payments_service.rules.journals import journal, move
from payments_service.settings import Settings
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio, speak
from tests.cast import ALICE
from tests.conftest import DatabaseUrl, Start
from tests.factories.payments import a_sale, coins_bought
from tests.payments_service.books import posted

HERE = "/money/ledger"


@pytest.fixture
async def books(
    studio: Studio, database_url: DatabaseUrl, valkey_url: str, start: Start
) -> FastAPI:
    """Run payments_service beside the dashboard, with some movements in its books."""
    url = database_url("payments_service")
    settings = Settings(environment="test", database_url=url, valkey_url=valkey_url)
    app = await start(payments_service.app.create_app(settings))
    app.state.keys.fetch = studio.app.state.keys.fetch
    studio.app.state.clients[LedgerClient] = speak(LedgerClient, app, "admin_interface")
    payout = move(accounts.payouts("XOF"), accounts.expense("makers", "XOF"), 250)
    await posted(
        app.state.database,
        coins_bought("coins", ALICE, 120),
        a_sale("sale", 1500),
        a_sale("dear", 1234, "EUR"),
        journal("payout", "payout", payout, source="payout/1", description="Paie de novembre"),
    )
    return app


async def test_the_books_are_read_from_balance_to_movement(
    dana: httpx.AsyncClient, books: FastAPI
) -> None:
    trial = (await see(dana, HERE)).text
    assert "liability:wallet:*:bought:COIN" in trial
    assert "120\N{NO-BREAK SPACE}pièces" in trial
    assert "12,34" in trial
    assert "120\N{NO-BREAK SPACE}pièces" not in (await see(dana, f"{HERE}?day=2020-01-01")).text
    found = (await see(dana, f"{HERE}/accounts?q=films&kind=income")).text
    assert "income:films:XOF" in found
    assert "provider" not in found.split("<main", 1)[1].split("<table", 1)[1]
    statement = (await see(dana, f"{HERE}/accounts/income:films:XOF")).text
    (path,) = set(re.findall(rf'href="({HERE}/journals/[0-9a-f-]+)"', statement))
    one = (await see(dana, path)).text
    assert "asset:provider:sandbox:XOF" in one
    assert "order/sale" in one
    assert (await dana.get(f"{HERE}/accounts/asset:none:XOF")).status_code == 404


async def test_accounts_of_people_say_whose_they_are(
    dana: httpx.AsyncClient, studio: Studio, books: FastAPI
) -> None:
    new = SignUp(email="awa@example.org", password="un bon mot de passe 9", name="Awa Kossi")
    opened = await studio.accounts.sign_up(new)
    awa = (await studio.accounts.acting(opened.access_token).me()).id
    earned = move(accounts.maker(awa, "XOF"), accounts.expense("makers", "XOF"), 700)
    hers = journal("hers", "earning", earned)
    await posted(books.state.database, coins_bought("bought", awa, 40), hers)
    listed = (await see(dana, f"{HERE}/accounts?q=liability:")).text
    assert listed.count(">Awa Kossi</small>") == 2, "her wallet and what she earned"
    assert f"wallet:{ALICE}:bought" in listed, "nobody knows her here: by her id"
    statement = (await see(dana, f"{HERE}/accounts/liability:wallet:{awa}:bought:COIN")).text
    assert f'<a href="/people/{awa}">Awa Kossi</a>' in statement
    (found,) = (await speak(LedgerClient, books, "tests").journals(JournalQuery(key="hers"))).items
    assert ">Awa Kossi</small>" in (await see(dana, f"{HERE}/journals/{found.id}")).text


async def test_movements_are_found_and_taken_away(dana: httpx.AsyncClient, books: FastAPI) -> None:
    found = (await see(dana, f"{HERE}/journals?source=payout/*&since=2020-01-01")).text
    assert "Paie de novembre" in found
    assert "order/sale" not in found
    assert "Aucun mouvement ici" in (await see(dana, f"{HERE}/journals?until=2020-01-01")).text
    for path, start in (
        ("journals.csv?since=2020-01-01", b"\xef\xbb\xbfat,"),
        ("journals.xlsx", b"PK"),
        ("journals.beancount", b"option"),
        ("trial-balance.csv?day=2020-01-01", b"\xef\xbb\xbfcurrency,"),
        ("statement.csv?code=income:films:XOF", b"\xef\xbb\xbfat,"),
    ):
        answer = await dana.get(f"{HERE}/exports/{path}")
        assert answer.content.startswith(start)
        assert "attachment" in answer.headers["content-disposition"]


async def test_a_movement_is_undone_with_a_reason(dana: httpx.AsyncClient, books: FastAPI) -> None:
    ledger = speak(LedgerClient, books, "tests")
    (sale,) = (await ledger.journals(JournalQuery(key="sale"))).items
    here = f"{HERE}/journals/{sale.id}"
    wrong = await send(dana, here, f"{here}/reversal", {"reason": "non"})
    assert wrong.status_code == 422
    assert "Dites pourquoi" in wrong.text
    done = await send(dana, here, f"{here}/reversal", {"reason": "vendu deux fois"})
    assert "vendu deux fois" in (await see(dana, done.headers["location"])).text
    assert (await ledger.journal(sale.id)).reversed_by_id is not None
    assert "/reversal" not in (await see(dana, here)).text
    (coins,) = (await ledger.journals(JournalQuery(key="coins"))).items
    there = f"{HERE}/journals/{coins.id}"
    refused = await send(dana, there, f"{there}/reversal", {"reason": "pas par ici"})
    assert "se défait là où" in (await see(dana, refused.headers["location"])).text


async def test_checks_say_what_is_wrong_and_what_providers_hold(
    dana: httpx.AsyncClient, books: FastAPI
) -> None:
    database: Database = books.state.database
    async with database.sessions.begin() as session:
        await checking.check_new(session)
    page = (await see(dana, f"{HERE}/checks")).text
    assert "Tout tombe juste." in page
    assert "payout/1" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    typed = {"key": key[1], "kind": "fees", "provider": "sandbox", "amount": "25",
             "currency": "XOF", "reason": "relevé de novembre"}  # fmt: skip
    wrong = await send(
        dana, f"{HERE}/checks", f"{HERE}/adjustments", typed | {"amount": "beaucoup"}
    )
    assert wrong.status_code == 422
    assert 'value="beaucoup"' in wrong.text
    for _ in range(2):  # a form sent twice books once
        await send(dana, f"{HERE}/checks", f"{HERE}/adjustments", typed)
    ledger = speak(LedgerClient, books, "tests")
    assert (await ledger.ledger_account("expense:fees:sandbox:XOF")).posted == 25
