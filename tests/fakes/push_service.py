"""A push service on loopback, and a browser's subscription with it.

Decryption (RFC 8188, RFC 8291) and the check of VAPID (RFC 8292) are its own: what the sender's
library gets wrong is seen here.
"""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typing_extensions import override

from kit.contracts.publisher.channels import PushKeys, PushNew
from tests.fakes.network import Simulator

CURVE = ec.SECP256R1()
URGENCIES = {"very-low", "low", "normal", "high"}
DAY = 24 * 3600
VAPID = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"  # of RFC 8291, which everybody knows


@dataclass(frozen=True)
class Taken:
    """What was handed over for one device."""

    ttl: int
    urgency: str
    topic: str
    content: dict[str, Any]


@dataclass
class Device:
    """A browser that subscribed. `shown` is what its person sees: one notification for a tag."""

    name: str
    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = b"sixteen bytes ok"
    taken: list[Taken] = field(default_factory=list)
    is_gone: bool = False

    @property
    def subscription(self) -> PushNew:
        keys = PushKeys(p256dh=text(point(self.key.public_key())), auth=text(self.secret))
        return PushNew(endpoint=self.endpoint, keys=keys, label=self.name)

    @property
    def shown(self) -> dict[str, Any]:
        return {one.content["tag"]: one.content for one in self.taken}


class PushService(Simulator):
    """`vapid`: the public key that subscriptions here are bound to."""

    def __init__(self, vapid: str) -> None:
        super().__init__()
        self.vapid = vapid
        self.devices: dict[str, Device] = {}

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/push/{name}", self._take)

    def subscribe(self, name: str = "phone") -> Device:
        self.devices[name] = Device(name, f"{self.url}/push/{name}")
        return self.devices[name]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        device = self.devices.get(request.match_info["name"])
        if device is None:
            return web.Response(status=404)
        if device.is_gone:
            return web.Response(status=410, text="unsubscribed")
        if trouble := self._wrong(request):
            return web.Response(status=403, text=trouble)
        body = await request.read()
        if len(body) > 4096:
            return web.Response(status=413)
        content = json.loads(decrypted(body, device.key, device.secret))
        asked = request.headers
        device.taken.append(Taken(int(asked["TTL"]), asked["Urgency"], asked["Topic"], content))
        return web.Response(status=201, headers={"Location": f"{self.url}/message/1"})

    def _wrong(self, request: web.Request) -> str:
        """Return what is wrong with the headers of a request; nothing when all is well."""
        asked = request.headers
        if asked.get("Content-Encoding") != "aes128gcm" or not asked.get("TTL", "").isdigit():
            return "TTL and aes128gcm are needed"
        if asked.get("Urgency") not in URGENCIES or len(asked.get("Topic", "")) > 32:
            return "bad Urgency or Topic"
        scheme, _, parameters = asked.get("Authorization", "").partition(" ")
        given = dict(part.strip().split("=", 1) for part in parameters.split(","))
        if scheme != "vapid" or given.get("k") != self.vapid:
            return "another key subscribed"
        return wrong_with(given["t"], self.vapid, self.url)


def wrong_with(token: str, key: str, origin: str) -> str:
    """Return what is wrong with a VAPID token; nothing when it is good."""
    signed, _, signature = token.rpartition(".")
    head, claims = (json.loads(raw(part)) for part in signed.split("."))
    both = raw(signature)
    numbers = (int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big"))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(key)).verify(
            encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        return "not signed by that key"
    if head["alg"] != "ES256" or claims["aud"] != origin:
        return f"not for {origin}"
    if not time.time() < claims["exp"] <= time.time() + DAY:
        return "expired, or valid for too long"
    return "" if urlsplit(claims["sub"]).scheme in {"mailto", "https"} else "nobody to write to"


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """Return what a message of one record says (RFC 8188 section 2, RFC 8291 section 3)."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, record = body[21 : 21 + length], body[21 + length :]
    assert size >= len(record) > 17
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
    about = b"WebPush: info\0" + point(key.public_key()) + sender
    material = _derived(key.exchange(ec.ECDH(), theirs), secret, about, 32)
    content_key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content_key).decrypt(nonce, record, None).rstrip(b"\0")
    assert padded.endswith(b"\2"), "the last record ends with 2"
    return padded[:-1]


def _derived(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, about).derive(secret)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def raw(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


def text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()
