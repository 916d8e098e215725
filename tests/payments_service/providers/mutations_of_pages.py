"""Real webhooks of Stripe, PayPal, CinetPay and PayDunya, to be forged, and how others do it."""

import base64
from dataclasses import replace
from datetime import timedelta
from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from kit import clock
from payments_service.providers.paypal_webhook import OLDEST
from payments_service.providers.provider import Provider
from tests.fakes import paypal_seals as seals
from tests.fakes.cinetpay import CinetPay
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PLACE, PayPal
from tests.fakes.rail import Rail, Sent
from tests.fakes.stripe import SECRET, Stripe
from tests.payments_service.providers.cases import a_charge, opened
from tests.payments_service.providers.mutations import Forgeable, Forger, Headers, forgers

SIGNATURE = "paypal-transmission-sig"


async def stripe() -> Forgeable:
    async with Stripe() as rail:
        real = await _paid(rail, opened(rail), name := "stripe-signature")
    bare = {name: real.headers[name].partition(",v0=")[0]}  # what v0 says, counts for nothing
    return replace(real, headers=bare, forgers=forgers(name, "v1", b".", SECRET))


async def paypal() -> Forgeable:
    async with PayPal() as rail:
        provider = opened(rail)
        rail.trusted_by(provider)
        real = await _paid(rail, provider, SIGNATURE)
        await provider.fetch_keys(real.headers)
    seconds = int(OLDEST.total_seconds())
    return replace(real, lasts=seconds, forgers=_paypal_forgers(rail))


async def cinetpay() -> Forgeable:
    async with CinetPay() as rail:
        return await _paid(rail, opened(rail))


async def paydunya() -> Forgeable:
    async with PayDunya() as rail:
        rail.writes = "json"
        real = await _paid(rail, opened(rail))
    return replace(real, body=real.body.replace(b'"data"', b'"more": 1, "data"'))


async def _paid(rail: Rail, provider: Provider, signature: str = "") -> Forgeable:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    headers, body = rail.waiting[-1]
    return Forgeable(
        provider,
        _lower((headers, body)),
        body,
        clock.now(),
        signature,
        is_bound=bool(signature),
        secrets=started.secrets,
    )


def _lower(sent: Sent) -> Headers:
    return {name.lower(): value for name, value in sent[0].items()}


def _paypal_forgers(rail: PayPal) -> tuple[Forger, ...]:
    """Return how PayPal's signature is forged: other keys, other ways, other certificates."""

    def signed(body: bytes, **more: str) -> Headers:
        return _lower((rail.signed(body, **more), body))

    def by_another_key(body: bytes, moment: str) -> Headers:
        headers = signed(body)
        message = "|".join((headers["paypal-transmission-id"], moment, "WH-ID-1", "0"))
        key = seals.rsa_key("somebody else")
        return {**headers, SIGNATURE: _text(key.sign(message.encode(), PKCS1v15(), SHA256()))}

    def over_the_body(body: bytes, moment: str) -> Headers:
        key = seals.rsa_key("paypal")
        return {**signed(body), SIGNATURE: _text(key.sign(body, PKCS1v15(), SHA256()))}

    def by_sha1(body: bytes, moment: str) -> Headers:
        key = seals.rsa_key("paypal")
        return {**signed(body), SIGNATURE: _text(key.sign(body, PKCS1v15(), SHA1()))}  # noqa: S303

    evil = ("https://api.paypal.com.evil.test/v1/notifications/certs/CERT-1", "http://127.0.0.1/")
    tomorrow = (clock.now() + timedelta(hours=1)).isoformat()
    return (
        by_another_key,
        over_the_body,
        by_sha1,
        lambda body, at: signed(body, webhook_id=""),
        lambda body, at: signed(body, webhook_id="WEBHOOK_ID"),
        lambda body, at: signed(body, sent=tomorrow),
        lambda body, at: {**signed(body), "paypal-transmission-time": at},
        lambda body, at: {**signed(body), "paypal-transmission-id": at},
        lambda body, at: {**signed(body), "paypal-auth-algo": "none"},
        lambda body, at: {**signed(body), "paypal-auth-algo": "SHA1withRSA"},
        lambda body, at: {**signed(body), "paypal-cert-url": evil[0]},
        lambda body, at: {**signed(body), "paypal-cert-url": evil[1]},
        lambda body, at: {**signed(body), "paypal-cert-url": f"{PLACE}CERT-2"},
        lambda body, at: {**signed(body), SIGNATURE: _text(sha512(body).digest())},
    )


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


PAGES = (stripe, paypal, cinetpay, paydunya)
