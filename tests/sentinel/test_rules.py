"""From looks to beliefs, from symptoms to causes."""

from datetime import timedelta

import pytest

from kit.contracts.sentinel import Check, Severity, State
from sentinel.rules.faults import Kind, faults
from sentinel.rules.seen import Jobs
from tests.sentinel.looks import NOON, SERVICES, a_board, a_look, believed


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("w", "well"),
        ("s", "unknown"),
        ("ss", "silent"),
        ("ws", "well"),
        ("wsw", "well"),
        ("wsws", "silent"),
        ("wss", "silent"),
        ("wssw", "silent"),
        ("wssww", "well"),
        ("wsi", "well"),
        ("wsii", "impaired"),
    ],
)
def test_a_state_is_believed_when_two_of_three_looks_agree(states: str, expected: str) -> None:
    kinds = {"w": State.well, "s": State.silent, "i": State.impaired}
    board = a_board(*([a_look(state=kinds[letter])] for letter in states))
    assert board.state("gateway") == expected


def test_since_when_is_the_moment_it_was_believed() -> None:
    well, silent = [a_look()], [a_look(state=State.silent)]
    board = a_board(well, well, silent, silent, silent)
    assert board.conditions["gateway"].since == NOON + timedelta(seconds=30)


def test_no_failure_is_believed_while_settling() -> None:
    silent = [a_look(state=State.silent)]
    assert a_board(silent, silent, silent, settling=True).state("gateway") == "unknown"
    assert faults(a_board(silent, silent, silent, settling=True)) == []


def test_something_new_makes_sentinel_look_again_soon() -> None:
    assert a_board([a_look()], [a_look(state=State.silent)]).is_restless
    assert not a_board([a_look()], [a_look()]).is_restless


def test_what_was_so_before_a_restart_is_so_since_then() -> None:
    board = a_board([a_look()])
    before = a_board([a_look()]).conditions
    earlier = {"gateway": before["gateway"].__class__("well", NOON - timedelta(days=3))}
    none = board.remember(earlier)
    assert [change.key for change in none] == ["gateway"]
    assert board.conditions["gateway"].since == NOON - timedelta(days=3)


def test_six_services_without_postgresql_are_one_finding() -> None:
    looks = [a_look(name, State.impaired, "postgresql") for name in SERVICES]
    (found,) = faults(believed(*looks, a_look("postgresql", State.silent)))
    assert (found.root, found.kind, found.severity) == (
        "postgresql", Kind.engine, Severity.critical,
    )  # fmt: skip
    assert found.affected == tuple(sorted(SERVICES))
    assert found.confidence == "verified"


def test_an_engine_that_several_miss_is_the_cause_though_sentinel_reaches_it() -> None:
    looks = [a_look(name, State.impaired, "postgresql") for name in SERVICES[:2]]
    (found,) = faults(believed(*looks, a_look("postgresql")))
    assert (found.root, found.confidence) == ("postgresql", "strong")


def test_one_service_that_misses_its_database_is_itself_the_cause() -> None:
    lonely = a_look(
        "catalog_service", State.impaired, "postgresql", detail="postgresql: no such db"
    )
    (found,) = faults(believed(lonely, a_look(), a_look("postgresql")))
    assert (found.root, found.kind, found.detail) == (
        "catalog_service", Kind.impaired, "postgresql: no such db",
    )  # fmt: skip


def test_causes_are_followed_to_the_end() -> None:
    looks = [
        a_look("public_interface", State.impaired, "catalog_service"),
        a_look("catalog_service", State.impaired, "postgresql"),
        a_look("gateway", State.impaired, "postgresql"),
        a_look("postgresql", State.silent),
    ]
    (found,) = faults(believed(*looks))
    assert found.root == "postgresql"
    assert found.affected == ("catalog_service", "gateway", "public_interface")


def test_services_that_blame_each_other_are_still_told() -> None:
    board = believed(
        a_look("catalog_service", State.impaired, "gateway"),
        a_look("gateway", State.impaired, "catalog_service"),
    )
    told = {name for found in faults(board) for name in (found.root, *found.affected)}
    assert told == {"catalog_service", "gateway"}


def test_who_misses_a_silent_service_is_folded_into_it() -> None:
    optional = Check(name="tokens_service", ok=False, required=False, latency_ms=1, detail="")
    board = believed(
        a_look("catalog_service", checks=(optional,)),
        a_look("gateway"),
        a_look("tokens_service", State.silent, detail="refused"),
    )
    (found,) = faults(board)
    assert (found.root, found.affected) == ("tokens_service", ("catalog_service",))


def test_sentinels_own_lost_database_is_no_finding() -> None:
    needed = Check(name="postgresql", ok=True, required=True, latency_ms=1, detail="")
    looks = [a_look(name, checks=(needed,)) for name in SERVICES]
    assert faults(believed(*looks, a_look("postgresql", State.silent))) == []


def test_when_nobody_can_be_reached_sentinel_doubts_itself() -> None:
    well = [a_look(name) for name in SERVICES]
    gone = [a_look(name, State.silent) for name in SERVICES]
    board = a_board(well, well, gone, gone)
    (found,) = faults(board)
    assert found.kind == Kind.blind
    assert {board.state(name) for name in SERVICES} == {"well"}
    back = a_board(well, well, gone, gone, well)
    assert faults(back) == []
    assert back.conditions["gateway"].since == NOON


@pytest.mark.parametrize(
    ("changes", "kind", "severity"),
    [
        ({"jobs": Jobs(3, 0, 301)}, Kind.late, Severity.warning),
        ({"jobs": Jobs(0, 2, 0)}, Kind.failed, Severity.notice),
        ({"findings": 1}, Kind.books, Severity.warning),
        ({"latency_ms": 1600.0}, Kind.slow, Severity.notice),
    ],
)
def test_work_that_waits_fails_or_drags_is_told(
    changes: dict[str, object], kind: Kind, severity: Severity
) -> None:
    seen = a_look("transcoder_service", State.well, **changes)
    (found,) = faults(believed(seen))
    assert (found.kind, found.severity) == (kind, severity)


def test_late_work_of_a_service_that_is_down_is_no_news() -> None:
    late = a_look("gateway", State.impaired, "storage", jobs=Jobs(3, 0, 301))
    board = believed(late)
    assert [found.kind for found in faults(board)] == [Kind.impaired]
