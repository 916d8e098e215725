"""What the books should be after a history: the same rules once more, in a few dicts."""

from collections import defaultdict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import permutations
from typing import Self
from uuid import UUID

from payments_service.models.ledger import Guard, Phase
from payments_service.rules.journals import NewJournal

Sent = Sequence[NewJournal]  # by one connection, in one transaction
Told = Sequence[str] | None  # what became of each; None: the connection died


def _counts() -> dict[str, int]:
    return defaultdict(int)


@dataclass
class Model:
    posted: dict[str, int] = field(default_factory=_counts)
    held: dict[str, int] = field(default_factory=_counts)
    journals: dict[str, NewJournal] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)

    def taken(self, one: NewJournal, ids: dict[UUID, str]) -> str:
        """Take a journal as the ledger should, and return what it comes to; `ids`: keys by id."""
        known = self.journals.get(one.key)
        if known is not None:
            return "replayed" if known.input_hash == one.input_hash else "key_reused"
        hold = ids[one.resolves_id] if one.resolves_id else ""
        if hold in self.ended:
            return "resolved"
        undone = ids[one.reverses_id] if one.reverses_id else ""
        if undone in self.undone:
            return "reversed"
        freed = self._kept_back(hold)
        if not self._is_covered(one, freed):
            return "insufficient"
        self._write(one, freed)
        self.ended |= {hold} - {""}
        self.undone |= {undone} - {""}
        return "posted"

    def after(
        self, sent: Sequence[Sent], told: Sequence[Told], ids: dict[UUID, str]
    ) -> Self | None:
        """Return the model after some transactions at once, in whatever order explains them.

        None: no order does.
        """
        written = sorted(ids.values())
        for order in permutations(range(len(sent))):
            tried = deepcopy(self)
            is_told = all(tried._explains(sent[n], told[n], ids) for n in order)
            if is_told and sorted(tried.journals) == written:
                return tried
        return None

    def _explains(self, sent: Sent, told: Told, ids: dict[UUID, str]) -> bool:
        if told is None:  # all of it or nothing
            known = set(ids.values())
            if any(one.key in known and one.key not in self.journals for one in sent):
                for one in sent:
                    self.taken(one, ids)
            return True
        return [self.taken(one, ids) for one in sent] == list(told)

    def _kept_back(self, hold: str) -> dict[str, int]:
        legs = self.journals[hold].legs if hold else ()
        return {account.code: max(amount, 0) for account, amount in legs}

    def _is_covered(self, one: NewJournal, freed: dict[str, int]) -> bool:
        return all(
            self.posted[account.code] + self.held[account.code] - freed.get(account.code, 0)
            + amount <= 0
            for account, amount in one.legs
            if account.guard is Guard.no_debit
        )  # fmt: skip

    def _write(self, one: NewJournal, freed: dict[str, int]) -> None:
        self.journals[one.key] = one
        for code, amount in freed.items():
            self.held[code] -= amount
        for account, amount in one.legs:
            if one.phase is Phase.hold:
                self.held[account.code] += max(amount, 0)
            else:
                self.posted[account.code] += amount
