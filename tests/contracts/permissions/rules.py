"""What a rule in the tables says to each visitor: pass, or which refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from kit.auth import ALL_PERMISSIONS, Permission, Role, permissions_of

PASS, SIGN_IN, FORBIDDEN, HIDDEN = "pass", "401", "403", "404"
# Bob makes films in a studio of his own: what is here is of another one.
ROLES: Mapping[str, tuple[Role, ...]] = {
    "stranger": (),
    "wrong studio": (Role.producer,),
    "moderator": (Role.moderator,),
    "admin": (Role.admin,),
    "owner": (Role.owner,),
}
UNKNOWN = ("anonymous", "expired", "revoked")
# "program" holds every scope but the one that is asked for, "scoped program" that one alone.
VISITORS = (*UNKNOWN, *ROLES, "program", "scoped program", "service", "acting")


@dataclass(frozen=True)
class Rule:
    """What has to be sent to get as far as the check, where that needs something.

    `also` are other permissions that open the same door.
    """

    body: Mapping[str, Any] | None = field(default=None, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    query: str = field(default="", kw_only=True)
    also: frozenset[Permission] = field(default=frozenset(), kw_only=True)

    def scopes(self, visitor: str) -> list[str]:
        """Return what a program is given before it knocks at this door."""
        wanted = {getattr(self, "permission", "")}
        if visitor == "scoped program":
            return sorted(ALL_PERMISSIONS & wanted)
        return sorted(ALL_PERMISSIONS - wanted - self.also)

    def answers(self, visitor: str, method: str) -> set[str]:
        raise NotImplementedError


@dataclass(frozen=True)
class Open(Rule):
    """Everybody passes; a token that is shown may be looked at, and must be good then."""

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        if visitor in {"expired", "revoked"}:
            return {PASS, SIGN_IN}
        if visitor == "acting" and method != "GET":
            return {PASS, FORBIDDEN}
        return {PASS}


@dataclass(frozen=True)
class Needs(Rule):
    """Whoever holds the permission, by role, by scope, or as a service of the suite."""

    permission: Permission

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        if visitor in UNKNOWN:
            return {SIGN_IN}
        return {PASS} if holds(visitor, self.permission) else {FORBIDDEN}


@dataclass(frozen=True)
class Person(Rule):
    """Whoever is signed in, about themselves; who acts as them may look, but not everywhere."""

    while_acting: bool = field(default=True, kw_only=True)

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        if visitor in UNKNOWN:
            return {SIGN_IN}
        if visitor == "acting":
            return {PASS} if method == "GET" and self.while_acting else {FORBIDDEN}
        return {PASS} if visitor in ROLES else {FORBIDDEN}


@dataclass(frozen=True)
class Holder(Rule):
    """A person who is signed in and holds the permission; no program, and no service."""

    permission: Permission

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        if visitor in UNKNOWN:
            return {SIGN_IN}
        is_one = visitor in ROLES and holds(visitor, self.permission)
        return {PASS} if is_one else {FORBIDDEN}


@dataclass(frozen=True)
class Service(Rule):
    """Services of the suite alone."""

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        return {PASS} if visitor == "service" else {SIGN_IN, FORBIDDEN}


@dataclass(frozen=True)
class Theirs(Rule):
    """What belongs to others: staff passes; for everybody else it does not exist."""

    permission: Permission

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        if visitor in UNKNOWN:
            return {SIGN_IN}
        if visitor == "acting" and method != "GET":
            return {FORBIDDEN}
        return {PASS} if holds(visitor, self.permission) else {HIDDEN}


@dataclass(frozen=True)
class Closed(Rule):
    """Nobody, without a key or signature that no visitor has."""

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        return {SIGN_IN, FORBIDDEN}


def holds(visitor: str, permission: Permission) -> bool:
    return visitor in {"service", "scoped program"} or permission in permissions_of(
        ROLES.get(visitor, ())
    )


Table = Mapping[str, Rule]
OPEN, PERSON, SERVICE, CLOSED = Open(), Person(), Service(), Closed()
