"""Long tokens and sealed codes: only ours, in one spelling, under a key that is still believed."""

import base64
import random
import string

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from kit.db import new_id
from tokens_service.rules.keys import SHORTEST_LONG_TOKEN, Keys

CODE = "OM43-ACDE-1234"
KEYS = Keys.of("the secret in use", "a former one, the one before")
MUTATIONS = 100_000


def test_a_long_token_is_base64_of_code_timestamp_and_signature() -> None:
    token = KEYS.current.long_token(CODE, 1_790_000_000)
    code, timestamp, signature = base64.urlsafe_b64decode(token + "==").decode().split("|")
    assert (code, timestamp) == (CODE, "1790000000")
    assert signature.startswith(f"{KEYS.current.id}.")
    assert SHORTEST_LONG_TOKEN < len(token) < 200
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


def test_a_long_token_gives_its_code_back() -> None:
    assert KEYS.code_of(KEYS.current.long_token(CODE, 1_790_000_000)) == CODE


def test_a_former_key_is_believed_until_it_is_dropped() -> None:
    token = Keys.of("a former one", "").current.long_token(CODE, 1)
    assert KEYS.code_of(token) == CODE
    assert Keys.of("the secret in use", "").code_of(token) is None


def test_a_hundred_thousand_mutations_are_refused() -> None:
    chance = random.Random(43)
    token = KEYS.current.long_token(CODE, 1_790_000_000)
    alphabet = string.ascii_letters + string.digits + "-_=+/.| "
    accepted = 0
    for _ in range(MUTATIONS):
        changed = list(token)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            match chance.randrange(4):
                case 0:
                    changed[at] = chance.choice(alphabet)
                case 1:
                    changed.insert(at, chance.choice(alphabet))
                case 2:
                    del changed[at]
                case _:
                    other = chance.randrange(len(changed))
                    changed[at], changed[other] = changed[other], changed[at]
        mutated = "".join(changed)
        accepted += mutated != token and KEYS.code_of(mutated) is not None
    assert accepted == 0


@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    assert KEYS.code_of(text) is None


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=90))
def test_parts_without_our_signature_are_refused(code: str, timestamp: str, mac: str) -> None:
    made = base64.urlsafe_b64encode(f"{code}|{timestamp}|{mac}".encode()).decode().rstrip("=")
    assert KEYS.code_of(made) is None


@pytest.mark.parametrize(
    "timestamp", ["+1790000000", "01790000000", "1_790_000_000", " 1790000000"]
)
def test_another_spelling_of_the_same_number_is_refused(timestamp: str) -> None:
    code, _, signature = (
        base64.urlsafe_b64decode(KEYS.current.long_token(CODE, 1_790_000_000) + "==")
        .decode()
        .split("|")
    )
    respelled = f"{code}|{timestamp}|{signature}".encode()
    assert KEYS.code_of(base64.urlsafe_b64encode(respelled).decode().rstrip("=")) is None


def test_a_sealed_code_opens_for_its_own_token_only() -> None:
    mine, other = new_id(), new_id()
    sealed = KEYS.current.seal(CODE, mine)
    assert KEYS.current.open(sealed, mine) == CODE
    assert "ACDE" not in sealed
    with pytest.raises(InvalidTag):
        KEYS.current.open(sealed, other)


def test_secrets_never_show() -> None:
    assert "secret" not in repr(KEYS)
