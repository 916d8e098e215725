"""From looks to beliefs, from symptoms to causes, from causes to sentences."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sentinel
from kit.contracts.sentinel import Check, Severity, State
from kit.i18n import Language
from sentinel.rules import words
from sentinel.rules.board import Board
from sentinel.rules.doors import is_private
from sentinel.rules.faults import Fault, Kind, faults, overall
from sentinel.rules.reading import jobs, readiness
from sentinel.rules.seen import Jobs, Limits, Seen, Space, room
from sentinel.rules.telling import status

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FRENCH = Language("fr")
LOCALE = Path(sentinel.__file__).parent / "locale"
SERVICES = ("catalog_service", "accounts_service", "gateway", "public_interface")


def a_look(name: str = "gateway", state: State = State.well, *missing: str, **more: object) -> Seen:
    """`missing`: what it says it misses; an impaired service names at least one thing."""
    checks = tuple(
        Check(name=one, ok=False, required=True, latency_ms=1, detail="refused") for one in missing
    )
    kind = "engine" if name in {"postgresql", "valkey"} else "service"
    values = {"kind": kind, "state": state, "checks": checks, "latency_ms": 5.0}
    return Seen(name, **(values | more))  # type: ignore[arg-type]


def a_board(*rounds: Iterable[Seen], **more: object) -> Board:
    board = Board(Limits(late_seconds=300, slow_ms=1500))
    for number, looks in enumerate(rounds):
        board.take(looks, NOON + timedelta(seconds=10 * number), **more)  # type: ignore[arg-type]
    return board


def believed(*looks: Seen) -> Board:
    """Return a board that has seen this often enough to believe it."""
    return a_board(looks, looks)


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


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [
        (100, 500, "well"), (30, 500, "well"), (19, 500, "low"), (1.5, 500, "full"),
        (8, 20, "well"), (1.9, 20, "low"), (0.4, 20, "full"), (25, 4000, "well"), (4, 4000, "full"),
    ],
)  # fmt: skip
def test_how_much_room_a_disk_has(free: float, total: float, expected: str) -> None:
    assert room(Space(int(free * 1e9), int(total * 1e9))) == expected


def test_what_is_no_readiness_counts_as_silence() -> None:
    assert readiness("gateway", b"<html>", 502, 3.0).state is State.silent
    checks = {
        "postgresql": {"ok": False, "required": True, "latency_ms": 2, "detail": "refused"},
        "tokens_service": {"ok": False, "required": False, "latency_ms": 2},
    }
    body = orjson.dumps({"status": "down", "service": "x", "checks": checks})
    seen = readiness("gateway", body, 503, 3.0)
    assert (seen.state, seen.detail) == (State.impaired, "postgresql: refused")


def test_jobs_are_read_from_metrics() -> None:
    text = """
jobs{service="x",task="a",state="queued"} 4
jobs{service="x",task="b",state="queued"} 1
jobs{service="x",task="a",state="failed"} 2
jobs_oldest_waiting_seconds{service="x"} 12.5
"""
    assert jobs(text) == Jobs(waiting=5, failed=2, oldest_seconds=12.5)
    assert jobs("http_requests 3\n") is None
    assert jobs("{{{") is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("127.0.0.1", [], True),
        ("192.168.1.9", [], True),
        ("::1", [], True),
        ("fd00::3", [], True),
        ("203.0.113.5", [], False),
        ("203.0.113.5", ["127.0.0.1"], False),
        ("127.0.0.1", ["8.8.8.8"], False),
        ("127.0.0.1", ["10.0.0.4"], True),
        ("10.0.0.2", ["10.0.0.4", "8.8.8.8"], False),
        ("::ffff:10.0.0.9", [], True),
        ("::ffff:8.8.8.8", [], False),
        ("", [], False),
        ("127.0.0.1", ["unknown"], False),
    ],
)
def test_details_are_for_who_comes_from_a_private_network(
    peer: str, forwarded: list[str], expected: bool
) -> None:
    assert is_private(peer, forwarded) is expected


NAMES = (*SERVICES, "tokens_service", "postgresql", "valkey")


@st.composite
def looks(draw: st.DrawFn) -> list[Seen]:
    found = []
    for name in NAMES:
        state = draw(st.sampled_from([State.well, State.impaired, State.silent]))
        missing = draw(st.sets(st.sampled_from([*NAMES, "storage"]), max_size=3)) - {name}
        if name in {"postgresql", "valkey"}:
            state = State.silent if state is State.impaired else state
            missing = set()
        if state is not State.impaired:
            missing = set()
        work = draw(st.sampled_from([None, Jobs(0, 0, 0), Jobs(9, 0, 999), Jobs(1, 5, 1)]))
        found.append(a_look(name, state, *sorted(missing), jobs=work))
    return found


@given(looks())
def test_every_trouble_is_told_once_and_all_surfaces_agree(seen: list[Seen]) -> None:
    board = believed(*seen)
    found = faults(board)
    assert len({one.key for one in found}) == len(found)
    told = {name for one in found for name in (one.root, *one.affected)}
    if board.blind_since is None:
        wrong = {one.name for one in seen if one.kind == "service" and one.state != State.well}
        assert wrong <= told
    detailed = status(board, FRENCH, details=True, is_history_kept=True)
    summary = status(board, FRENCH, details=False, is_history_kept=True)
    assert detailed.sentence == summary.sentence
    assert detailed.state == summary.state == overall(board, found)
    assert [one.who for one in detailed.findings] == [one.who for one in summary.findings]
    assert (detailed.state == "trouble") == any(
        one.severity is not Severity.notice for one in detailed.findings
    )
    assert summary.watched == []
    assert not any(one.root or one.why or one.todo or one.affected for one in summary.findings)


@pytest.mark.parametrize("code", ["fr", "en"])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("root", ["catalog_service", "postgresql", "something_new"])
def test_every_fault_has_words_in_both_languages(kind: Kind, root: str, code: str) -> None:
    language = Language(code, [LOCALE])
    fault = Fault(kind, root, Severity.warning, "strong", NOON, ("gateway",), "why")  # type: ignore[arg-type]
    seen = a_look("gateway", jobs=Jobs(1, 2, 3.0), space=Space(10**9, 10**10))
    for text in (
        words.who(fault, language), words.why(fault, seen, language), words.todo(fault, language),
    ):  # fmt: skip
        assert text.strip()
        assert "%(" not in text
        if code == "en":
            assert not any(letter in text for letter in "éèàêçù’")
