"""Payouts in the dashboard: whose a number is, confirmed by who approves, or looked at first."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.accounts.identity import SignUp
from kit.contracts.payments.payouts import Payout, PayoutAccountNew, PayoutNew
from kit.contracts.payments.payouts_client import PayoutsClient
from payments_service.queries import ledger
from payments_service.rules.accounts import expense, maker
from payments_service.rules.journals import journal
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio, speak

ELSEWHERE = """
    UPDATE payout_account SET holder_check = 'differs', holder_found = 'Koffi MENSAH',
        holder_checked_with = 'mtn_momo', holder_checked_at = now(), flags = '["holder"]'
"""


async def asked(till: FastAPI, studio: Studio) -> Payout:
    """Have Awa ask for what she earned long ago."""
    awa = SignUp(email="awa@example.org", password="un bon mot de passe 9", name="Awa Kossi")
    opened = await studio.accounts.sign_up(awa)
    payouts = speak(PayoutsClient, till, "public_interface").acting(opened.access_token)
    new: dict[str, Any] = {"phone": "+2290197000000", "method": "mtn", "holder_name": "KOSSI Awa"}
    account = await payouts.set_payout_account(PayoutAccountNew(**new))
    await earned(till, account.account_id)
    return await payouts.request_payout(PayoutNew(), uuid4().hex)


async def earned(till: FastAPI, account_id: UUID) -> None:
    legs = [(expense("makers", "XOF"), 9000), (maker(account_id, "XOF"), -9000)]
    async with till.state.database.sessions.begin() as session:
        await ledger.post(session, journal("earned:long-ago", "earning", legs))


async def test_who_approves_confirms_a_name_that_no_operator_tells(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    here = f"/money/payouts/{(await asked(till, studio)).id}"
    listed = (await see(dana, "/money/payouts")).text
    assert "nom non vérifié par l’opérateur" in listed
    assert ">Awa Kossi</a>" in listed, "by the name of the account, beside the holder's"
    assert "KOSSI Awa" in listed
    page = (await see(dana, here)).text
    assert "J’ai confirmé que ce numéro est à KOSSI Awa" in page
    await send(dana, here, here, {"deed": "approve"})
    assert "Cochez que vous avez confirmé le nom" in (await see(dana, here)).text
    await send(dana, here, here, {"deed": "approve", "confirms_name": "true"})
    after = (await see(dana, here)).text
    assert "Le versement part" in after
    assert "confirmé par l’équipe" in after


async def test_another_name_at_the_operator_is_shown_to_staff_and_looked_at_first(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    payout = await asked(till, studio)
    async with till.state.database.sessions.begin() as session:
        await session.execute(text(ELSEWHERE))
        account_id = await session.scalar(text("SELECT id FROM payout_account"))
    here = f"/money/payouts/{payout.id}"
    for path in ("/money/payouts", here):
        page = (await see(dana, path)).text
        assert "autre nom chez l’opérateur" in page, path
        assert "Koffi MENSAH" in page, path
    await send(dana, here, here, {"deed": "approve", "confirms_name": "true"})
    assert "Ce numéro est à vérifier avant" in (await see(dana, here)).text
    await send(dana, "/money/payouts", f"/money/payouts/accounts/{account_id}/check", {})
    await send(dana, here, here, {"deed": "approve"})
    assert "Le versement part" in (await see(dana, here)).text


async def test_a_payout_says_in_words_why_it_waits(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    here = f"/money/payouts/{(await asked(till, studio)).id}"
    await send(dana, here, here, {"deed": "hold", "note": "Un instant"})
    assert "retenu par l’équipe" in (await see(dana, here)).text
