"""A desk that posts: accounts connected, publications made, targets brought out by hand."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher import social as wire
from kit.contracts.publisher.social import MediaKind, MediaState, NetworkName, Target
from kit.db import Database, new_id
from publisher_service.actions.social import accounts, posting, publications
from publisher_service.actions.social.press import Press, Transaction
from publisher_service.models.social import Media
from publisher_service.models.social import Target as Row

DANA = Caller("person", "dana", "Dana", roles=frozenset({"admin"}))
TEXT = "Ce soir à 20 h : Sira & les siens <3"
LINK = "https://maison.example.org/films/sira"


@dataclass(frozen=True)
class Desk:
    database: Database
    press: Press

    @property
    def transaction(self) -> Transaction:
        return self.database.sessions.begin

    async def connect(self, network: NetworkName, credentials: Mapping[str, str]) -> UUID:
        new = wire.SocialAccountNew(
            network=network, name=f"Maison ({network})", credentials=dict(credentials)
        )
        async with self.transaction() as session:
            return (await accounts.connect(session, self.press, DANA, new)).id

    async def publish(self, *account_ids: UUID, **changes: Any) -> wire.Publication:
        values = {
            "id": new_id(),
            "title": "Sira",
            "text": TEXT,
            "url": LINK,
            "targets": [wire.TargetNew(account_id=each) for each in account_ids],
        }
        async with self.transaction() as session:
            new = wire.PublicationNew(**(values | changes))
            return await publications.publish(session, self.press, DANA, new)

    async def bring_out(self, target_id: UUID, transaction: Transaction | None = None) -> None:
        """Go on with a target until there is nothing more to do, waiting as it asks."""
        async with asyncio.timeout(30):
            while True:
                chosen = transaction or self.transaction
                seconds = await posting.advance(chosen, self.press, target_id)
                if seconds is None:
                    return
                await asyncio.sleep(min(seconds, 0.02))

    async def seen(self, publication: wire.Publication) -> Target:
        """Return the only target, as it is now."""
        async with self.transaction() as session:
            return (await publications.see(session, publication.id)).targets[0]

    async def posted(self, publication: wire.Publication) -> Target:
        await self.bring_out(publication.targets[0].id)
        return await self.seen(publication)

    async def row(self, target_id: UUID) -> Row:
        async with self.transaction() as session:
            found = await session.scalar(select(Row).where(Row.id == target_id))
            assert isinstance(found, Row)
            return found

    async def file(self, kind: MediaKind = MediaKind.clip, size: int = 9_000_000) -> UUID:
        """Keep a file of so many bytes, and return its id."""
        media_id = new_id()
        suffix, media_type = (
            ("mp4", "video/mp4") if kind is MediaKind.clip else ("jpg", "image/jpeg")
        )
        path = f"social/{media_id}.{suffix}"
        await self.press.storage.put(path, content(size))
        async with self.transaction() as session:
            session.add(
                Media(
                    id=media_id,
                    kind=kind,
                    state=MediaState.ready,
                    path=path,
                    media_type=media_type,
                    byte_count=size,
                    seconds=12.0 if kind is MediaKind.clip else None,
                    created_at=clock.now(),
                )
            )
        return media_id


def content(size: int) -> bytes:
    """Return bytes no part of which is like another."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]
