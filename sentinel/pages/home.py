"""A wall of calm; in trouble one sentence in large type."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kit.contracts.sentinel import Finding, Severity, State, Status, Watched
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.render import render
from sentinel.endpoints import Details, WatchDep, status_for
from sentinel.rules.faults import calm_since
from sentinel.rules.words import name

router = APIRouter()
STATES = {
    State.well: (mark("va bien"), "success"),
    State.impaired: (mark("gêné"), "warning"),
    State.silent: (mark("muet"), "danger"),
    State.unknown: (mark("pas encore vu"), "neutral"),
}
TONES = {Severity.critical: "danger", Severity.warning: "warning", Severity.notice: "info"}
SEVERITIES = {
    Severity.critical: mark("Grave"),
    Severity.warning: mark("À traiter"),
    Severity.notice: mark("À voir"),
}
NOTES = {
    "connection refused": mark("connexion refusée"),
    "no answer within": mark("pas de réponse à temps"),
}


class FindingView(Schema):
    who: str
    since: datetime | None
    lasted: str
    why: str
    todo: str
    severity: str
    tone: str
    affected: list[str]


class RowView(Schema):
    name: str
    technical: str
    state: str
    tone: str
    since: datetime | None
    latency: str
    waiting: str
    oldest: str
    failed: str
    note: str


class HomeView(Schema):
    state: str
    sentence: str
    since: datetime | None
    lasted: str
    at: datetime | None
    is_summary: bool
    is_history_kept: bool
    first: FindingView | None
    others: list[FindingView]
    rows: list[RowView]


@router.get("/")
async def home(request: Request, watch: WatchDep, details: Details) -> HTMLResponse:
    return render(request, "pages/home.html", await _view(request, watch, details=details))


@router.get("/wall")
async def wall(request: Request, watch: WatchDep, details: Details) -> HTMLResponse:
    """Send the wall alone, for the page that is open already."""
    return render(request, "fragments/wall.html", await _view(request, watch, details=details))


async def _view(request: Request, watch: WatchDep, *, details: bool) -> HomeView:
    found = await status_for(request, watch, details=details)
    words: Language = request.app.state.site.language(request)
    shown = [_finding(one, found, words) for one in found.findings]
    is_trouble = found.state == "trouble"
    since = shown[0].since if is_trouble else calm_since(watch.board)
    return HomeView(
        state=found.state,
        sentence=found.sentence,
        since=since,
        lasted=_lasted(since, found.at, words),
        at=found.at,
        is_summary=found.is_summary,
        is_history_kept=found.is_history_kept,
        first=shown[0] if is_trouble else None,
        others=shown[1:] if is_trouble else shown,
        rows=[_row(one, words) for one in found.watched],
    )


def _finding(found: Finding, status: Status, words: Language) -> FindingView:
    return FindingView(
        who=found.who,
        since=found.since,
        lasted=_lasted(found.since, status.at, words),
        why=found.why,
        todo=found.todo,
        severity=words(SEVERITIES[found.severity]),
        tone=TONES[found.severity],
        affected=[name(one, words) for one in found.affected],
    )


def _row(one: Watched, words: Language) -> RowView:
    state, tone = STATES[one.state]
    has_jobs = one.jobs_waiting is not None
    note = _note(one.detail, words)
    if one.free_bytes is not None and one.total_bytes is not None:
        free, total = words.size(one.free_bytes), words.size(one.total_bytes)
        note = words(mark("%(free)s libres sur %(total)s"), free=free, total=total)
    return RowView(
        name=name(one.name, words) if one.kind != "disk" else words(mark("disque")),
        technical=one.name,
        state=words(state),
        tone=tone,
        since=one.since,
        latency=f"{words.number(round(one.latency_ms))} ms" if one.latency_ms is not None else "",
        waiting=words.number(one.jobs_waiting or 0) if has_jobs else "",
        oldest=words.duration(one.oldest_waiting_seconds or 0) if one.jobs_waiting else "",
        failed=words.number(one.jobs_failed or 0) if one.jobs_failed else "",
        note=note,
    )


def _note(detail: str, words: Language) -> str:
    """Say in plain words what programs say often; leave the rest as it is."""
    known = next((text for start, text in NOTES.items() if detail.startswith(start)), detail)
    return words(known) if known else ""


def _lasted(since: datetime | None, at: datetime | None, words: Language) -> str:
    """Write how long that is: in days from the second day on."""
    if since is None or at is None:
        return ""
    seconds = max(0.0, (at - since).total_seconds())
    days = int(seconds // 86_400)
    if days >= 2:
        return words(mark("%(days)s jours"), days=words.number(days))
    return words.duration(seconds)
