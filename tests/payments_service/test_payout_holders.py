"""Whose a payout number is: asked of MTN when it is given and when it is paid, judged by people."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.clock import now
from kit.contracts.payments.errors import PayoutHeld
from kit.contracts.payments.payouts import HolderCheck, Payout, PayoutAccountNew, PayoutNew
from kit.contracts.payments.payouts_client import PayoutsClient
from payments_service.app import create_app
from payments_service.queries import ledger
from payments_service.queries.privacy import everything
from payments_service.rules.accounts import expense, maker
from payments_service.rules.journals import journal
from payments_service.rules.names import Holder, are_one_person, checked, names_in
from tests.cast import ALICE, DANA
from tests.conftest import Start
from tests.factories.catalog import access_token
from tests.factories.payments import as_person
from tests.factories.selling import a_key
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import Trouble
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import until
from tests.payments_service.paying import strangers_to_all
from tests.wiring import http

NUMBER, DIGITS = "+2290197000000", "2290197000000"
THERE = PayoutAccountNew(phone=NUMBER, country="BJ", method="mtn", holder_name="Awa Kossi")


@pytest.fixture
async def rail() -> AsyncIterator[MtnMomo]:
    async with MtnMomo() as found:
        found.holders[DIGITS] = ("Awa Afi", "KOSSI")
        yield found


@pytest.fixture
async def app(settings: MakeSettings, start: Start, rail: MtnMomo) -> FastAPI:
    """Run payments_service with MTN for real, and nobody else."""
    made = settings(payout_minimum=100, sandbox=False, **rail.settings())
    return await start(create_app(made, *strangers_to_all()))


def awa(app: FastAPI) -> PayoutsClient:
    token = access_token(app, sub=str(ALICE), roles=["filmmaker"], name="Awa Kossi")
    return PayoutsClient(http(app)).acting(token)


def staff(app: FastAPI) -> PayoutsClient:
    return as_person(app, PayoutsClient, DANA, "admin")


async def asked(app: FastAPI) -> Payout:
    """Return a payout of 500 F that Awa asked for, who earned it long ago."""
    legs = [(expense("makers", "XOF"), 500), (maker(ALICE, "XOF"), -500)]
    async with app.state.database.sessions.begin() as session:
        await ledger.post(session, journal(f"earned:{uuid4()}", "earning", legs))
    return await awa(app).request_payout(PayoutNew(amount=500), a_key())


async def sent(app: FastAPI, rail: MtnMomo, payout_id: UUID) -> None:
    """Wait until MTN has been told to pay."""

    async def is_there() -> bool:
        return bool(rail.givings)

    await until(is_there, bool)
    assert (await staff(app).payout(payout_id)).state == "in_transit"


async def test_a_name_that_the_operator_confirms_is_paid_with_one_approval(
    app: FastAPI, rail: MtnMomo
) -> None:
    before = now()
    account = await awa(app).set_payout_account(THERE)
    assert (account.holder_check, account.flags) == (HolderCheck.match, [])
    assert account.holder_checked_at is not None
    assert account.holder_checked_at >= before - timedelta(seconds=1)
    payout = await asked(app)
    assert payout.state == "pending"
    await staff(app).approve_payout(payout.id)
    await sent(app, rail, payout.id)
    told = await staff(app).payout(payout.id)
    assert (told.holder_found, told.holder_checked_with) == ("Awa Afi KOSSI", "mtn_momo")
    assert told.holder_checked_at is not None
    assert told.holder_checked_at > account.holder_checked_at, "asked again before it was sent"


async def test_another_name_holds_the_payout_until_a_person_decides(
    app: FastAPI, rail: MtnMomo
) -> None:
    rail.holders[DIGITS] = ("Koffi", "MENSAH")
    account = await awa(app).set_payout_account(THERE)
    assert (account.holder_check, account.flags) == (HolderCheck.differs, ["holder"])
    assert "MENSAH" not in account.model_dump_json(), "whose it is, is not told to who guessed"
    payout = await asked(app)
    assert (payout.state, payout.reason) == ("held", "flags")
    with pytest.raises(PayoutHeld) as caught:
        await staff(app).approve_payout(payout.id, confirms_name=True)
    assert caught.value.extra["why"] == "flags"
    (flagged,) = (await staff(app).payout_accounts(flagged=True)).items
    assert flagged.holder_found == "Koffi MENSAH"
    await staff(app).check_payout_account(account.id)
    await staff(app).approve_payout(payout.id)
    await sent(app, rail, payout.id)


async def test_a_number_whose_holder_changed_is_held_when_it_is_to_be_paid(
    app: FastAPI, rail: MtnMomo
) -> None:
    account = await awa(app).set_payout_account(THERE)
    await staff(app).check_payout_account(account.id)
    payout = await asked(app)
    rail.holders[DIGITS] = ("Koffi", "MENSAH")
    for _ in range(2):
        with pytest.raises(PayoutHeld):
            await staff(app).approve_payout(payout.id)
    held = await staff(app).payout(payout.id)
    assert (held.state, held.reason, held.holder_check) == ("held", "flags", "differs")
    assert rail.givings == {}
    del rail.holders[DIGITS]
    with pytest.raises(PayoutHeld):
        await staff(app).approve_payout(payout.id)
    assert (await staff(app).payout(payout.id)).holder_check == HolderCheck.inactive
    rail.holders[DIGITS] = ("Awa", "KOSSI")
    await staff(app).approve_payout(payout.id)
    await sent(app, rail, payout.id)


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_where_no_rail_tells_who_approves_confirms_the_name(
    app: FastAPI, rail: MtnMomo, status: int
) -> None:
    away = Trouble("/basicuserinfo", status, {"message": "no"})
    rail.troubles = [away]
    account = await awa(app).set_payout_account(THERE)
    assert (account.holder_check, account.holder_checked_at) == (HolderCheck.unknown, None)
    payout = await asked(app)
    assert payout.state == "pending"
    rail.troubles = [away, away]
    with pytest.raises(PayoutHeld) as caught:
        await staff(app).approve_payout(payout.id)
    assert caught.value.extra["why"] == "unconfirmed"
    assert rail.givings == {}
    await staff(app).approve_payout(payout.id, confirms_name=True)
    await sent(app, rail, payout.id)
    told = await staff(app).payout(payout.id)
    assert (told.holder_check, told.is_confirmed) == (HolderCheck.unknown, True)


async def test_what_an_operator_said_stands_while_it_is_away(app: FastAPI, rail: MtnMomo) -> None:
    account = await awa(app).set_payout_account(THERE)
    payout = await asked(app)
    rail.troubles = [Trouble("/accountholder/", 503)]
    await staff(app).approve_payout(payout.id)
    told = await staff(app).payout(payout.id)
    assert (told.holder_check, told.holder_checked_at) == ("match", account.holder_checked_at)


async def test_the_name_that_was_found_is_not_handed_out_with_ones_own_records(
    app: FastAPI, rail: MtnMomo
) -> None:
    rail.holders[DIGITS] = ("Koffi", "MENSAH")
    await awa(app).set_payout_account(THERE)
    async with app.state.database.reads() as session:
        (mine,) = (await everything(session, ALICE))["payout_account"]
        kept = await session.scalar(text("SELECT holder_found FROM payout_account"))
    assert kept == "Koffi MENSAH"
    assert "holder_found" not in mine


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("KOSSI Awa Afi", "Awa Kossi", True),
        ("Adjovi Hélène", "helene adjovi", True),
        ("Mme Adjovi Hélène", "ADJOVI HELENE", True),
        ("Awa N’Guessan", "N GUESSAN AWA", True),
        ("Awa N'Guessan", "NGUESSAN Awa Marie", True),
        ("Jean-Baptiste Kossi", "KOSSI JEANBAPTISTE", True),
        ("Jean Kossi", "KOSSI Jean-Baptiste", True),
        ("Cœur Awa", "COEUR AWA", True),
        ("Charlie", "charlie", True),
        ("Charlie", "Charlie Kossi", False),
        ("Mensah Bob", "Awa Kossi", False),
        ("Kossi Jean", "Awa Kossi", False),
        ("Awa Awa", "Awa Kossi", False),
        ("Awa Kossie", "Awa Kossi", False),
        ("", "Awa Kossi", False),
        ("Mr", "Mr", False),
        ("A", "Awa Kossi", False),
        ("A Kossi", "Awa Kossi", False),
    ],
)
def test_two_names_are_one_person_s_by_one_rule(one: str, other: str, are_one: bool) -> None:
    assert are_one_person(one, other) is are_one is are_one_person(other, one)


def test_names_are_read_without_what_does_not_count() -> None:
    assert names_in("  N’Guessan-Kéïta, Mme AWA ") == ["nguessan", "keita", "awa"]


@pytest.mark.parametrize(
    ("holder", "check"),
    [
        (Holder("Awa Kossi"), HolderCheck.match),
        (Holder("Bob Mensah"), HolderCheck.differs),
        (Holder(" ."), HolderCheck.unknown),
        (Holder("Awa Kossi", is_active=False), HolderCheck.inactive),
    ],
)
def test_what_a_rail_says_is_put_beside_the_name_that_was_given(
    holder: Holder, check: HolderCheck
) -> None:
    assert checked("Awa Kossi", holder) is check
