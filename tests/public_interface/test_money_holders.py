"""What a film-maker is told of whose their payout number is: in words, and without other names."""

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from tests.admin_interface.browsing import see, send

HERE = "/account/earnings"
PLACE = {"phone": "90 12 34 56", "country": "TG", "method": "mixx", "holder_name": "Charlie"}
SAID = """
    UPDATE payout_account SET holder_check = :check, holder_found = 'Koffi MENSAH',
        flags = CAST(:flags AS jsonb), checked_by = :checked_by
"""


async def test_a_film_maker_reads_what_the_operator_says_of_the_name(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    assert (await send(charlie, HERE, f"{HERE}/account", PLACE)).status_code == 303
    assert "ne dit pas à qui est ce numéro" in (await see(charlie, HERE)).text
    for check, flags, checked_by, words in (
        ("match", "[]", "", "confirme que ce numéro est à ce nom"),
        ("differs", '["holder"]', "", "ne connaît pas ce numéro à ce nom"),
        ("inactive", '["holder"]', "", "ne connaît pas ce numéro à ce nom"),
        ("unknown", "[]", "dana", "Le nom du titulaire est vérifié"),
    ):
        async with payments_app.state.database.sessions.begin() as session:
            given = {"check": check, "flags": flags, "checked_by": checked_by}
            await session.execute(text(SAID), given)
        page = (await see(charlie, HERE)).text
        assert words in page, check
        assert "MENSAH" not in page
