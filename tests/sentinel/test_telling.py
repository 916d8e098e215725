"""What answers say, who may read it, and the words for it."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sentinel
from kit.contracts.sentinel import Confidence, Severity, State
from kit.i18n import Language
from sentinel.rules import words
from sentinel.rules.doors import is_private
from sentinel.rules.faults import Fault, Kind, faults, overall
from sentinel.rules.reading import findings, jobs, readiness
from sentinel.rules.seen import Jobs, Seen, Space, room
from sentinel.rules.telling import status
from sentinel.settings import Settings
from tests.sentinel.looks import NOON, SERVICES, a_look, believed

FRENCH = Language("fr")
LOCALE = Path(sentinel.__file__).parent / "locale"


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


def test_findings_about_the_books_are_read_from_metrics() -> None:
    text = """
ledger_findings{kind="trial_balance"} 1.0
ledger_findings{kind="open_item"} 2.0
"""
    assert findings(text) == 3
    assert findings('ledger_findings{kind="open_item"} 0.0\n') == 0
    assert findings("http_requests 3\n") is None
    assert findings("{{{") is None


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


def test_the_library_is_watched_unless_it_is_bunnys_own() -> None:
    ours = Settings(environment="test", bunny_api_url="http://transcoder_service:5063")
    assert ours.watched_urls["transcoder_service"] == "http://transcoder_service:5063"
    bunnys = Settings(environment="test", bunny_api_url="https://video.bunnycdn.com")
    assert "transcoder_service" not in bunnys.watched_urls


def test_chosen_targets_are_exactly_those_watched() -> None:
    chosen = Settings(environment="test", targets="gateway=http://g:1, tokens_service=http://t:2")
    assert chosen.watched_urls == {"gateway": "http://g:1", "tokens_service": "http://t:2"}
    with pytest.raises(ValueError, match="is not name=http"):
        Settings(environment="test", targets="gateway")


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


@pytest.mark.parametrize(
    ("affected", "told"), [((), "ne s’en plaint pas encore"), (("gateway",), "la passerelle")]
)
def test_an_engine_says_who_misses_it_and_when_nobody_does(
    affected: tuple[str, ...], told: str
) -> None:
    fault = Fault(
        Kind.engine, "valkey", Severity.warning, Confidence.verified, NOON, affected=affected
    )
    said = words.why(fault, None, FRENCH)
    assert told in said
    assert "?" not in said
