"""What is allowed, case by case."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_service.models.people import Account, Attempt, UserSession
from accounts_service.models.programs import SigningKey
from accounts_service.rules import attempts, keys, refreshing
from accounts_service.rules.passwords import check_password
from accounts_service.rules.refreshing import Verdict
from accounts_service.rules.roles import check_change, check_scopes
from kit.auth import Caller
from kit.contracts.accounts import (
    AccountChange,
    AccountState,
    LastOwner,
    OwnersOnly,
    Role,
    UnknownScope,
    WeakPassword,
)
from kit.errors import AppError, Forbidden

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GRACE = timedelta(seconds=10)
KEY = b"k" * 32
OWNER = Caller("person", roles=frozenset({"owner"}))
ADMIN = Caller("person", roles=frozenset({"admin"}))


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "123456789",
        "1234567890",
        "MotDePasse123",
        "azertyuiop",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "dana@example.org",
        "Agbeko2026!!",
        "karangou 2026",
        "Passw0rd!!!!",
        "lkjhgfdsap",
        "Password2023!",
        "P@ssw0rd-2024",
        "liverpool-fc1",
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password, "dana@example.org", "Dana Agbeko")


@pytest.mark.parametrize(
    "password", ["sept lampes sur la lagune", "vK8#qd0zPw", "日本語のながいあいことば"]
)
def test_a_long_uncommon_password_is_taken(password: str) -> None:
    check_password(password, "dana@example.org", "Dana Agbeko")


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (9, 16), (14, 512), (15, 900), (99, 900)],
)
def test_the_wait_doubles_after_five_attempts(failures: int, seconds: int) -> None:
    attempt = Attempt(failures=failures, last_at=NOON)
    assert attempts.wait_seconds(attempt, attempts.PAIR, NOON) == seconds
    assert attempts.wait_seconds(attempt, attempts.PAIR, NOON + timedelta(hours=1)) == 0


def test_who_comes_a_moment_before_the_last_count_does_not_wait_for_it() -> None:
    counted_meanwhile = Attempt(failures=1, last_at=NOON + timedelta(milliseconds=30))
    assert attempts.wait_seconds(counted_meanwhile, attempts.PAIR, NOON) == 0


def test_a_stranger_makes_an_owner_wait_half_a_minute_at_most() -> None:
    attempt = Attempt(failures=10_000, last_at=NOON)
    assert attempts.wait_seconds(attempt, attempts.ACCOUNT, NOON) == 30


def test_counting_starts_anew_after_a_quiet_hour() -> None:
    attempt = Attempt(failures=40, last_at=NOON)
    assert attempts.count(attempt, NOON + timedelta(minutes=59)) == 41
    assert attempts.count(attempt, NOON + timedelta(minutes=61)) == 1


def test_signing_in_does_not_clear_what_an_address_did_to_other_accounts() -> None:
    keyed = attempts.keys("dana@example.org", "192.0.2.1")
    kept = set(keyed) - set(attempts.cleared_by_success("dana@example.org", "192.0.2.1"))
    assert [keyed[key] for key in kept] == [attempts.ADDRESS]


def a_session(**changes: object) -> UserSession:
    values = {
        "id": UUID(int=7),
        "seed": b"s" * 32,
        "generation": 3,
        "rotated_at": NOON,
        "expires_at": NOON + timedelta(days=30),
        "ended_at": None,
    }
    return UserSession(**(values | changes))


@pytest.mark.parametrize(
    ("generation", "after_seconds", "expected"),
    [
        (3, 5, Verdict.rotate),
        (3, 86_400, Verdict.rotate),
        (2, 10, Verdict.repeat),
        (2, 11, Verdict.reused),
        (1, 1, Verdict.reused),
        (4, 1, Verdict.reused),
        (3, 30 * 86_400, Verdict.ended),
    ],
)
def test_only_the_last_refresh_token_works_and_a_lost_answer_may_be_asked_again(
    generation: int, after_seconds: int, expected: Verdict
) -> None:
    shown = refreshing.Presented(UUID(int=7), generation, b"")
    at = NOON + timedelta(seconds=after_seconds)
    assert refreshing.verdict(shown, a_session(), at, GRACE) == expected


def test_a_refresh_token_of_an_ended_session_is_worth_nothing() -> None:
    shown = refreshing.Presented(UUID(int=7), 3, b"")
    assert refreshing.verdict(shown, a_session(ended_at=NOON), NOON, GRACE) == Verdict.ended


@given(st.integers(0, 2**31), st.binary(min_size=32, max_size=32))
def test_a_refresh_token_is_genuine_only_with_its_seed_and_key(
    generation: int, seed: bytes
) -> None:
    session = a_session(generation=generation, seed=seed)
    shown = refreshing.presented(refreshing.token(session, KEY))
    assert shown is not None
    assert (shown.session_id, shown.generation) == (session.id, generation)
    assert refreshing.is_genuine(shown, session, KEY)
    assert not refreshing.is_genuine(shown, session, b"x" * 32)
    assert not refreshing.is_genuine(shown, a_session(seed=seed[::-1] + b"."), KEY)


@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 30)), max_size=40))
def test_however_tokens_are_repeated_their_line_never_forks(
    events: list[tuple[int, float]],
) -> None:
    """Each event presents the token of some generation, so many seconds after the one before."""
    session, at = a_session(generation=0), NOON
    answers: dict[int, str] = {}
    for generation, pause in events:
        at += timedelta(seconds=pause)
        shown = refreshing.Presented(session.id, generation, b"")
        before = session.generation
        found = refreshing.verdict(shown, session, at, GRACE)
        if found is Verdict.rotate:
            session.generation, session.rotated_at = before + 1, at
        if found in {Verdict.rotate, Verdict.repeat}:
            successor = refreshing.token(session, KEY)
            assert answers.setdefault(generation, successor) == successor
            assert generation == session.generation - 1
        if found is Verdict.reused:
            assert generation != before
            session.ended_at = at
        if session.ended_at is not None:
            again = refreshing.Presented(session.id, session.generation, b"")
            assert refreshing.verdict(again, session, at, GRACE) is Verdict.ended


@given(st.text(max_size=120))
def test_no_text_upsets_the_reading_of_a_refresh_token(text: str) -> None:
    found = refreshing.presented(text)
    assert found is None or len(found.mac) == 32


def an_account(*roles: Role, state: AccountState = AccountState.active) -> Account:
    return Account(roles=list(roles), state=state, email_verified_at=NOON)


@pytest.mark.parametrize(
    ("caller", "account", "change", "others", "refusal"),
    [
        (ADMIN, an_account(), AccountChange(roles=(Role.admin,)), 1, None),
        (ADMIN, an_account(), AccountChange(roles=(Role.owner,)), 1, OwnersOnly),
        (ADMIN, an_account(Role.owner), AccountChange(roles=()), 1, OwnersOnly),
        (ADMIN, an_account(Role.owner), AccountChange(state=AccountState.suspended), 1, OwnersOnly),
        (ADMIN, an_account(Role.owner), AccountChange(name="Dana"), 1, None),
        (OWNER, an_account(), AccountChange(roles=(Role.owner,)), 1, None),
        (OWNER, an_account(Role.owner), AccountChange(roles=(Role.admin,)), 1, None),
        (OWNER, an_account(Role.owner), AccountChange(roles=(Role.admin,)), 0, LastOwner),
        (OWNER, an_account(Role.owner), AccountChange(state=AccountState.suspended), 0, LastOwner),
        (Caller("client", scopes=frozenset({"people:write"})), an_account(),
         AccountChange(roles=(Role.owner,)), 1, OwnersOnly),
    ],
)  # fmt: skip
def test_owners_are_made_and_unmade_by_owners_and_one_remains(
    caller: Caller,
    account: Account,
    change: AccountChange,
    others: int,
    refusal: type[AppError] | None,
) -> None:
    if refusal is None:
        check_change(caller, account, change, others)
        return
    with pytest.raises(refusal):
        check_change(caller, account, change, others)


def test_a_program_gets_no_scope_its_maker_lacks() -> None:
    check_scopes(OWNER, ["films:read", "tokens:mint"])
    with pytest.raises(UnknownScope):
        check_scopes(OWNER, ["films:eat"])
    with pytest.raises(Forbidden, match="do not hold"):
        check_scopes(Caller("client", scopes=frozenset({"clients:write"})), ["films:write"])


def a_key(signs_in_minutes: float, withdrawn: datetime | None = None) -> SigningKey:
    return SigningKey(signs_from=NOON + timedelta(minutes=signs_in_minutes), withdrawn_at=withdrawn)


def test_a_new_key_is_published_before_it_signs_and_an_old_one_after() -> None:
    old, new = a_key(-1000), a_key(60)
    assert keys.signing([old, new], NOON) is old
    assert keys.published([old, new], NOON) == [old, new]
    later = NOON + timedelta(minutes=61)
    assert keys.signing([old, new], later) is new
    assert keys.published([old, new], later) == [old, new]
    assert keys.published([old, new], NOON + timedelta(minutes=77)) == [new]


def test_a_withdrawn_key_neither_signs_nor_is_published() -> None:
    leaked, new = a_key(-5, withdrawn=NOON), a_key(0)
    assert keys.signing([leaked, new], NOON) is new
    assert keys.published([leaked, new], NOON) == [new]


def test_the_next_key_is_made_an_hour_before_the_present_one_is_old() -> None:
    life = timedelta(days=30)
    assert keys.is_due([], NOON, life)
    assert not keys.is_due([a_key(0)], NOON + timedelta(days=29, hours=22), life)
    assert keys.is_due([a_key(0)], NOON + timedelta(days=29, hours=23), life)
    assert not keys.is_due([a_key(-99_999), a_key(60)], NOON, life)
