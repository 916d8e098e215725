"""Web push (RFC 8030): encrypted for one browser (RFC 8291), signed by us (RFC 8292).

The endpoint is an address that a browser named, so it is written to through GuardedLine.
"""

import base64
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from webpush import WebPush, WebPushSubscription

from kit.contracts.publisher.notices import ChannelName
from publisher_service.providers import network
from publisher_service.providers.channel import Later, Lost, Message, Refused, Rejected, Sent
from publisher_service.providers.guarded import GuardedLine
from publisher_service.rules import push

GONE = frozenset({404, 410})
VALID_SECONDS = 12 * 3600  # at most a day
PEM = serialization.Encoding.PEM


class Push:
    """Devices fold what comes twice under one tag; push services, what waits under one Topic."""

    name = ChannelName.web_push
    folds = True
    rates: Sequence[str] = ()
    address_rates: Sequence[str] = ()

    def __init__(self, key: ec.EllipticCurvePrivateKey, subject: str, line: GuardedLine) -> None:
        """`subject`: mailto: or https:, whom a push service may write to about us."""
        secret = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.key = ECKey.import_key(secret)
        self.public = push.public_key(key)
        self.subject = subject
        self.line = line
        self.cipher = WebPush(secret, public, subscriber="nobody@invalid")

    async def send(self, message: Message) -> Sent:
        content = self._encrypted(message)
        try:
            answer = await self.line.post(message.address, content, self._headers(message))
        except network.Refused as error:
            raise Refused(str(error)) from error
        except network.Slow as error:
            raise Later(error.seconds, str(error)) from error
        except network.Lost as error:
            raise Lost(str(error)) from error
        if answer.status_code in GONE:
            raise Refused(f"the push service answered {answer.status_code}")
        if not answer.is_success:
            said = " ".join(answer.text[:200].split())
            raise Rejected(f"the push service answered {answer.status_code} {said}")
        return Sent(answer.headers.get("location", "")[:300])

    async def close(self) -> None:
        await self.line.close()

    def _encrypted(self, message: Message) -> bytes:
        content = push.payload(message.title, message.brief, message.url, str(message.key))
        keys = {name: message.details.get(name, "") for name in ("p256dh", "auth")}
        try:
            device = WebPushSubscription.model_validate({"endpoint": message.address, "keys": keys})
            # The headers it makes leave the port out of the audience; ours are below.
            return bytes(self.cipher.get(content, device).encrypted)
        except ValueError as error:
            raise Refused("this device's keys are of no use") from error

    def _headers(self, message: Message) -> dict[str, str]:
        seconds, urgency = push.manner(message.kind, is_security=message.is_security)
        return {
            "Authorization": f"vapid t={self._token(message.address)}, k={self.public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Urgency": urgency,
            "Topic": base64.urlsafe_b64encode(message.key.bytes).rstrip(b"=").decode(),
        }

    def _token(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + VALID_SECONDS,
            "sub": self.subject,
        }
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self.key)
