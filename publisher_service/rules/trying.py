"""How a delivery goes on after a try: its next state, and when it is tried again. Pure."""

from kit.contracts.publisher.notices import DeliveryState

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 3600.0
OPEN = frozenset({DeliveryState.queued, DeliveryState.waiting, DeliveryState.sending})
ENDED = frozenset(DeliveryState) - OPEN
# What staff may send again: what was never taken, came back, or nobody knows about.
RESENDABLE = frozenset({DeliveryState.failed, DeliveryState.unsure, DeliveryState.bounced,
                        DeliveryState.sent})  # fmt: skip
OUTCOMES = {
    "sent": DeliveryState.sent,
    "refused": DeliveryState.failed,
    "rejected": DeliveryState.failed,
    "lost": DeliveryState.unsure,
}


def wait(failures: int, chance: float) -> float:
    """Return seconds until the next try after so many failed ones: 5 s, 10 s, 20 s … an hour.

    `chance` in [0, 1) spreads the herd.
    """
    return float(min(FIRST_SECONDS * 2.0 ** min(failures - 1, 20), LONGEST_SECONDS)) * (
        0.75 + chance / 2
    )


def after(outcome: str, failures: int, tries: int) -> DeliveryState:
    """Return the state after a try that ended so; `failures` counts this one."""
    if outcome in OUTCOMES:
        return OUTCOMES[outcome]
    if outcome == "failed" and failures >= tries:
        return DeliveryState.failed
    return DeliveryState.queued
