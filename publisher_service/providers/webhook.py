"""Whoever wants to hear of publications: Standard Webhooks (signed, with an id that never changes).

The receiver folds what comes twice under one id, so a lost answer is simply sent again.
"""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson
from standardwebhooks.webhooks import Webhook as Signature
from typing_extensions import override

from kit import clock
from kit.contracts.publisher.social import NetworkName
from publisher_service.providers.guarded import GuardedLine
from publisher_service.providers.network import (
    Expired,
    Identity,
    Lost,
    Phase,
    Refused,
    SocialNetwork,
    Step,
    Work,
)


class Webhook(SocialNetwork):
    name = NetworkName.webhook

    def __init__(self, guarded: GuardedLine) -> None:
        self.guarded = guarded

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        await self.guarded.check(credentials["url"])
        try:
            _key(credentials["secret"])
        except binascii.Error as error:
            raise Refused("The secret is `whsec_` and Base64, at least 24 bytes of it.") from error
        return Identity(credentials["url"], f"https://{urlsplit(credentials['url']).hostname}")

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        return None

    @override
    async def prepare(self, work: Work) -> Step:
        at = clock.now()
        content = _message(work)
        name = str(work.key)
        signed = Signature(work.credentials["secret"]).sign(name, at, content.decode())
        answer = await self.guarded.post(
            work.credentials["url"],
            content,
            {
                "Content-Type": "application/json",
                "Webhook-Id": name,
                "Webhook-Timestamp": str(int(at.timestamp())),
                "Webhook-Signature": signed,
            },
        )
        if answer.is_success:
            return Step(Phase.done, work.marks, 100, 0, name)
        if answer.status_code == 410:
            raise Expired("The receiver answered 410: it wants no more webhooks.")
        raise Lost(f"the receiver answered {answer.status_code}")

    @override
    async def create(self, work: Work) -> Step:
        return await self.prepare(work)

    @override
    async def find(self, work: Work) -> Step | None:
        return None

    @override
    async def confirm(self, work: Work) -> Step:
        return await self.prepare(work)

    @override
    async def close(self) -> None:
        await self.guarded.close()


def _message(work: Work) -> bytes:
    """Return the bytes that are signed and sent: the same at every try."""
    return orjson.dumps(
        {
            "type": "publication.published",
            "timestamp": work.at,
            "data": {
                "id": work.key,
                "title": work.title,
                "text": work.text,
                "url": work.url,
                "film_id": work.film_id,
                "media_url": work.file.public_url if work.file else None,
            },
        },
        default=str,
    )


def _key(secret: str) -> bytes:
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if len(key) < 24:
        raise binascii.Error("too short")
    return key
