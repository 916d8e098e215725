"""What is believed: each condition's state, since when, and the looks that support it. Pure.

A state is believed when two of the last three looks agree, so that one lost packet wakes nobody.
While sentinel is settling after its own start it believes good news only. When it reaches none of
several services, it is likelier that sentinel is cut off than that all of them died in the same
second: then it believes nothing about them at all.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kit.contracts.sentinel import State
from sentinel.rules.seen import WELL, Limits, Seen, conditions

UNKNOWN = str(State.unknown)
ENOUGH_TO_BE_BLIND = 3


@dataclass(frozen=True)
class Condition:
    state: str = UNKNOWN
    since: datetime | None = None
    detail: str = ""


@dataclass(frozen=True)
class Changed:
    key: str
    state: str
    at: datetime
    detail: str


@dataclass
class Board:
    limits: Limits
    conditions: dict[str, Condition] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    recent: dict[str, deque[str]] = field(default_factory=dict)
    blind_since: datetime | None = None
    at: datetime | None = None
    is_restless: bool = False
    """The last looks disagree with what is believed: look again soon."""

    def remember(self, known: Mapping[str, Condition]) -> list[Changed]:
        """Take over what was believed before this process started; return the changes that turn
        out to be none, since it was so before.
        """
        none: list[Changed] = []
        for key, before in known.items():
            now = self.conditions.get(key)
            if now is None:
                self.conditions[key] = before
            elif now.state == before.state and now.since is not None:
                none.append(Changed(key, now.state, now.since, now.detail))
                self.conditions[key] = replace(now, since=before.since)
        return none

    def forget_looks(self) -> None:
        """Let the next looks stand alone: those before are from another time."""
        self.recent.clear()

    def take(self, looks: Iterable[Seen], at: datetime, *, settling: bool = False) -> list[Changed]:
        """Believe what these looks, taken at one time, say together with the ones before."""
        looks = list(looks)
        services = [look for look in looks if look.kind == "service"]
        blind = len(services) >= ENOUGH_TO_BE_BLIND and all(
            look.state is State.silent for look in services
        )
        self.at = at
        self.is_restless = False
        self._blind(blind, at, settling=settling)
        for look in looks:
            self.seen[look.name] = look
        believable = [look for look in looks if not (blind and look.kind == "service")]
        changes = []
        for look in believable:
            for key, (state, detail) in conditions(look, self.limits).items():
                if change := self._weigh(key, state, detail, settling=settling):
                    changes.append(change)
        return changes

    def state(self, key: str) -> str:
        return self.conditions.get(key, Condition()).state

    def _weigh(self, key: str, state: str, detail: str, *, settling: bool) -> Changed | None:
        recent = self.recent.setdefault(key, deque(maxlen=3))
        recent.append(state)
        known = self.conditions.get(key, Condition())
        is_first = known.state == UNKNOWN and state == WELL
        agreed = is_first or recent.count(state) > 1
        if state == known.state:
            self.conditions[key] = replace(known, detail=detail)
            return None
        self.is_restless = True
        if not agreed or (settling and state != WELL) or self.at is None:
            return None
        self.conditions[key] = Condition(state, self.at, detail)
        return Changed(key, state, self.at, detail)

    def _blind(self, blind: bool, at: datetime, *, settling: bool) -> None:
        if not blind:
            self.blind_since = None
        elif not settling:
            self.blind_since = self.blind_since or at
