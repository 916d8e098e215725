"""How long tokens live, and what they come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kit.contracts.tokens import AccessLevel, LifetimePast, TokenState
from kit.db import new_id
from tests.factories.tokens import a_mint
from tokens_service.models import TokenRow
from tokens_service.rules import terms

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROW = TokenRow(
    id=new_id(), lookup="", key_id="", sealed="", access_level=AccessLevel.vip, video_id=None,
    title="", label="", created_at=NOW, expires_at=NOW + timedelta(days=1), revoked_at=None,
    max_devices=None, batch_id=None, request="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"duration_days": 7}, NOW + timedelta(days=7)),
        ({"duration_days": None, "expires_at": NOW + timedelta(hours=1)}, NOW + timedelta(hours=1)),
        ({"duration_days": None}, NOW + timedelta(days=30)),
    ],
)
def test_a_token_ends_after_days_or_on_a_date(given: dict[str, object], expected: datetime) -> None:
    assert terms.expiry(a_mint(**given), 30, NOW) == expected


def test_a_token_cannot_end_before_it_begins() -> None:
    with pytest.raises(LifetimePast):
        terms.expiry(a_mint(duration_days=None, expires_at=NOW), 30, NOW)


@pytest.mark.parametrize(
    ("row", "at", "state"),
    [
        (ROW, NOW, TokenState.active),
        (ROW, NOW + timedelta(days=1), TokenState.expired),
        (replace(ROW, revoked_at=NOW), NOW, TokenState.revoked),
        (replace(ROW, revoked_at=NOW), NOW + timedelta(days=2), TokenState.revoked),
    ],
)
def test_a_token_is_active_until_its_end_or_revocation(
    row: TokenRow, at: datetime, state: TokenState
) -> None:
    assert terms.state(row, at) is state


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_level": "ppv"},
        {"video_id": "some-film"},
        {"expires_at": NOW},
        {"duration_days": 0},
        {"duration_days": "7"},
        {"title": "   "},
        {"max_devices": 0},
    ],
)
def test_what_makes_no_sense_cannot_be_asked_for(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        a_mint(**wrong)


def test_searching_ignores_capitals_and_accents() -> None:
    assert terms.searchable("Été à LOMÉ", "Œuvre") == "ete a lome œuvre"
