"""What the answers of `/ready` and `/metrics` say. Pure."""

from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from kit.contracts.sentinel import Check, State
from kit.health import Readiness
from sentinel.rules.seen import Jobs, Seen

WAITING = frozenset({"queued"})
LONGEST = 300


def readiness(name: str, body: bytes, status: int, latency_ms: float) -> Seen:
    """Read an answer of `/ready`; what is no such answer counts as silence."""
    try:
        found = Readiness.model_validate_json(body)
    except ValidationError:
        detail = f"/ready answered {status}, and not in the way of this suite"
        return Seen(name, "service", State.silent, latency_ms, detail)
    checks = tuple(
        Check(name=key, **check.model_dump()) for key, check in sorted(found.checks.items())
    )
    failing = [f"{one.name}: {one.detail}" for one in checks if one.required and not one.ok]
    state = State.impaired if failing or found.status != "ok" else State.well
    return Seen(name, "service", state, latency_ms, "; ".join(failing)[:LONGEST], checks)


def findings(body: str) -> int | None:
    """Read how many findings about the books are open; None where no books are kept."""
    try:
        families = list(text_string_to_metric_families(body))
        values = [
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == "ledger_findings"
        ]
        return int(sum(values)) if values else None
    except (ValueError, OverflowError):
        return None


def jobs(body: str) -> Jobs | None:
    """Read the jobs out of `/metrics`; None when there are none, or they cannot be read."""
    waiting = failed = 0
    oldest: float | None = None
    try:
        for family in text_string_to_metric_families(body):
            for sample in family.samples:
                if sample.name == "jobs_oldest_waiting_seconds":
                    oldest = max(oldest or 0.0, sample.value)
                elif sample.name == "jobs":
                    waiting += int(sample.value) * (sample.labels.get("state") in WAITING)
                    failed += int(sample.value) * (sample.labels.get("state") == "failed")
    except (ValueError, OverflowError):
        return None
    return None if oldest is None else Jobs(waiting, failed, oldest)
