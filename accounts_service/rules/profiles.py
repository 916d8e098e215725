"""What a profile may say, and who may see it. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import count
from typing import Final
from uuid import UUID

from accounts_service.models.people import Account
from accounts_service.models.profiles import Profile
from kit.contracts.accounts.profiles import Avatar, NotAMaker
from kit.contracts.accounts.profiles import Profile as Wire

MAKERS: Final = frozenset({"filmmaker", "producer", "crew", "admin", "owner"})
LONGEST_SLUG: Final = 50
SHORTEST_SLUG: Final = 3


def may_be_public(roles: Iterable[str]) -> bool:
    return not MAKERS.isdisjoint(roles)


def check_public(account: Account, *, is_public: bool | None) -> None:
    if is_public and not may_be_public(account.roles):
        raise NotAMaker


def slug(name: str) -> str:
    """Return a name as an address: ascii letters, digits, single dashes."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(each for each in parts if not unicodedata.combining(each))
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    return found if len(found) >= SHORTEST_SLUG else f"page-{found}".strip("-")


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, or `wanted-2`, `wanted-3`… when it is taken."""
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in count(2) if f"{wanted}-{n}" not in taken)


def avatar(avatar_id: UUID | None) -> Avatar | None:
    return Avatar(path=f"/avatars/{avatar_id}") if avatar_id else None


def shown(account: Account, profile: Profile | None) -> Wire:
    """Return one's own profile; an empty one where nothing was ever said."""
    known = profile or Profile(bio="", links=[], is_public=False)
    return Wire.model_validate({
        "account_id": account.id,
        "name": account.name,
        "avatar": avatar(known.avatar_id),
        "language": known.language,
        "country": known.country,
        "bio": known.bio,
        "links": known.links,
        "slug": known.slug,
        "is_public": known.is_public,
        "may_be_public": may_be_public(account.roles),
    })  # fmt: skip
