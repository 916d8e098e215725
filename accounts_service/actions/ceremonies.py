"""What takes two steps: a challenge goes out sealed, and comes back once, soon.

Nothing is written before the answer comes, so strangers who ask for challenges fill no table.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions.tools import Tools
from accounts_service.queries import factors as queries
from accounts_service.rules.factors import CEREMONY_LIFE
from kit import clock
from kit.auth import seal, unseal
from kit.contracts.accounts.factors import CeremonyExpired
from kit.db import new_id

LIFE_SECONDS = int(CEREMONY_LIFE.total_seconds())


def begin(tools: Tools, kind: str, life: timedelta = CEREMONY_LIFE, **said: Any) -> str:  # noqa: ANN401  (JSON)
    """Return a sealed ceremony of that kind; its words are said in JSON."""
    frame = {"id": str(new_id()), "until": (clock.now() + life).isoformat()}
    return seal(tools.secret, _purpose(kind), {**said, **frame})


def look(tools: Tools, kind: str, sealed: str) -> dict[str, Any]:
    """Return what a ceremony says; raise CeremonyExpired when it is too old, or not ours."""
    try:
        said: dict[str, Any] = unseal(tools.secret, _purpose(kind), sealed)
    except ValueError as error:
        raise CeremonyExpired from error
    if datetime.fromisoformat(said["until"]) <= clock.now():
        raise CeremonyExpired
    return said


async def spend(session: AsyncSession, said: dict[str, Any]) -> None:
    """Let a ceremony be the last time it is answered; of two at once, one wins."""
    if not await queries.spend(session, UUID(said["id"]), datetime.fromisoformat(said["until"])):
        raise CeremonyExpired


def _purpose(kind: str) -> str:
    return f"accounts {kind}"
