"""The line of a payout: why it waits or came back, and nothing where all is well."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kit.contracts.payments.payouts import HolderCheck, Payout, PayoutState
from kit.i18n import Language
from public_interface.pages.money.payout_line import payout_line


@pytest.mark.parametrize(
    ("state", "reason", "note", "says"),
    [
        ("held", "flags", "", "Nous vérifions le compte avant de verser."),
        ("held", "flags", "Envoyez une capture.", "Envoyez une capture."),
        ("in_transit", "flags", "Envoyez une capture.", ""),
        ("succeeded", "flags", "", ""),
        ("failed", "wrong_number", "", "Ce numéro n’a pas de compte"),
        ("failed", "limit_reached", "", "Le versement n’a pas abouti."),
        ("failed", "withdrawn", "", "Vous l’avez repris."),
    ],
)
def test_a_payout_says_why_it_waits_or_came_back(
    state: str, reason: str, note: str, says: str
) -> None:
    line = payout_line(a_payout(state, reason, note), Language("fr"))
    assert line.why.startswith(says) if says else line.why == ""


def a_payout(state: str, reason: str, note: str) -> Payout:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return Payout(
        id=uuid4(), account_id=uuid4(), amount=5000, currency="XOF", state=PayoutState(state),
        reason=reason, note=note, provider="sandbox", phone="+22890123456", method="mixx",
        holder_name="KOSSI Awa", flags=[], holder_check=HolderCheck.unknown,
        holder_checked_at=None, is_confirmed=True, approved_by=None, requested_at=now,
        approved_at=None, settled_at=None,
    )  # fmt: skip
