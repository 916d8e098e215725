"""Taking webhooks in: verified, kept, answered; those of one moment in one transaction."""

import asyncio
import hashlib
from collections.abc import Mapping

from kit.clock import now
from kit.contracts.payments.errors import WebhookUnsigned
from kit.db import Database
from kit.errors import Unavailable
from payments_service.actions.tools import Tools
from payments_service.providers.provider import Trouble, Unsigned
from payments_service.queries import inbox
from payments_service.queries.inbox import Arrived

MOST = 200  # at once
# Never kept: what lets somebody in. Signatures stay, so that a webhook can be explained later.
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
Key = tuple[str, str]


class Inbox:
    """Gathers webhooks that come while others are being written: one commit keeps them all."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: dict[Key, Arrived] = {}
        self.told: dict[Key, list[asyncio.Future[None]]] = {}
        self.writing: asyncio.Task[None] | None = None

    async def put(self, arrived: Arrived) -> None:
        """Return once it is on disk."""
        key = (arrived.provider, arrived.dedupe_key)
        if same := self.waiting.get(key):
            same.count += 1
        else:
            self.waiting[key] = arrived
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told.setdefault(key, []).append(kept)
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write())
        await kept

    async def _write(self) -> None:
        while self.waiting:
            keys = list(self.waiting)[:MOST]
            batch = [self.waiting.pop(key) for key in keys]
            told = [one for key in keys for one in self.told.pop(key)]
            error = await self._keep(batch)
            for one in told:
                if one.done():  # who waited is gone
                    continue
                if error is None:
                    one.set_result(None)
                else:
                    one.set_exception(error)

    async def _keep(self, batch: list[Arrived]) -> Exception | None:
        try:
            await inbox.put(self.database, batch, now())
        except Exception as error:  # noqa: BLE001  (handed to those who wait)
            return error
        return None


async def take(
    tools: Tools, kept: Inbox, name: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep a webhook of this provider. Raise ProviderNotFound, WebhookUnsigned, or Unavailable
    where the keys to verify it cannot be had now: then it is sent again.
    """
    provider = tools.provider(name)
    try:
        await provider.fetch_keys(headers)
        hook = provider.verify(headers, body, now())
    except Unsigned as error:
        raise WebhookUnsigned from error
    except Trouble as error:
        raise Unavailable("This cannot be verified now; send it again.") from error
    shown = {key: value for key, value in headers.items() if key not in SECRET_HEADERS}
    key = hook.dedupe_key or hashlib.sha256(body).hexdigest()
    await kept.put(
        Arrived(
            name, key, hook.kind, hook.provider_ref, hook.attempt_id, dict(hook.shows), shown, body
        )
    )
