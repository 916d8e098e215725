"""How long to wait before the next try. Pure."""

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
CRASHES = 10  # a job that takes its worker down so often is held: it would take down the next


def delay(attempt: int, chance: float) -> float:
    """Return seconds after the failed `attempt` (from 1); `chance` in [0, 1) spreads the herd."""
    whole = min(FIRST_SECONDS * 2.0 ** min(attempt - 1, 20), LONGEST_SECONDS)
    return whole * (0.5 + chance)
