"""Short codes: what people type is what was meant."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens_service.rules import codes

BODIES = st.text(codes.ALPHABET, min_size=codes.LENGTH, max_size=codes.LENGTH)
CONFUSED = {"0": "OoQ", "1": "IiLl", "2": "Zz", "5": "Ss", "8": "Bb", "V": "Uu"}


def test_a_code_is_written_as_on_the_ticket() -> None:
    assert codes.written("OM43", "ACDE1234") == "OM43-ACDE-1234"


@given(BODIES, st.randoms(use_true_random=False))
def test_any_spelling_of_a_code_is_that_code(body: str, chance: random.Random) -> None:
    """Capitals, dashes, spaces, and every look-alike."""
    spelled = ""
    for letter in codes.written("OM43", body):
        letter = chance.choice([letter, *CONFUSED.get(letter, letter)])
        letter = "" if letter == "-" and chance.random() < 0.5 else letter
        spelled += chance.choice([letter.lower(), letter]) + chance.choice(["", "", " ", "-", "–"])
    assert codes.typed(spelled) == ("0M43", body)


@given(BODIES)
def test_the_prefix_may_be_left_out(body: str) -> None:
    assert codes.typed(body) == ("", body)
    assert codes.is_prefix("", "OM43-ACDE-1234")


@pytest.mark.parametrize(
    "text", ["", "OM43", "ACDE123", "ACDEFGHJK-ACDE-1234", "OM43-ACDÉ-1234", "🎬" * 8]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.typed(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_none(text: str) -> None:
    found = codes.typed(text)
    if found is not None:
        assert set(found[1]) <= set(codes.ALPHABET)
        assert codes.typed(codes.written(found[0], found[1])) == found


def test_another_brands_prefix_is_not_ours() -> None:
    assert codes.is_prefix("0M43", "OM43-ACDE-1234")
    assert not codes.is_prefix("XX99", "OM43-ACDE-1234")


def test_no_two_characters_of_the_alphabet_look_alike() -> None:
    assert len(set(codes.ALPHABET)) == 28
    assert not set(codes.ALPHABET) & set("OQILZSBU")
    assert codes.folded(codes.ALPHABET) == codes.ALPHABET


def test_random_codes_use_the_whole_alphabet_evenly() -> None:
    drawn = "".join(codes.random_body() for _ in range(7000))
    expected = len(drawn) / len(codes.ALPHABET)
    assert all(0.85 < drawn.count(letter) / expected < 1.15 for letter in codes.ALPHABET)
