"""PayPal: whose certificate a webhook may be signed with."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509

from kit import clock
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.paypal_certificates import Certificates
from payments_service.providers.provider import Away, Lost, Unsigned
from tests.fakes import paypal_seals as seals
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import dropped
from tests.fakes.paypal import PLACE, PayPal
from tests.fakes.paypal_objects import Elsewhere
from tests.payments_service.providers.cases import lower
from tests.payments_service.providers.paypal.steps import taken


async def test_a_certificate_is_fetched_once_for_many_webhooks(
    rail: PayPal, provider: Provider
) -> None:
    sent = [rail.event("A.B", "x", {}) for _ in range(5)]
    await asyncio.gather(*(taken(provider, *each) for each in sent))
    assert rail.count("/v1/notifications/certs/") == 1


async def test_a_webhook_is_not_verified_before_its_certificate_was_fetched(
    rail: PayPal, provider: Provider
) -> None:
    headers, body = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        provider.verify(lower(headers), body, clock.now())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "CERT-1",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://paypal.com.evil.test/v1/notifications/certs/CERT-1",
        "https://evilpaypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.test/v1/notifications/certs/CERT-1",
        "https://evil.test/api.paypal.com/v1/notifications/certs/CERT-1",
        "https://evil.test#.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../CERT-1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
        "https://api.paypal.com/redirect/CERT-1",
        "https://127.0.0.1/v1/notifications/certs/CERT-1",
    ],
)
async def test_nothing_is_fetched_but_from_paypal(
    rail: PayPal, provider: Provider, url: str
) -> None:
    headers, _ = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        await provider.fetch_keys({**lower(headers), "paypal-cert-url": url})
    assert rail.asked == []


async def test_who_names_many_certificates_that_are_not_there_is_not_followed(
    rail: PayPal, provider: Provider
) -> None:
    for number in range(5):
        with pytest.raises(Unsigned):
            await provider.fetch_keys({"paypal-cert-url": f"{PLACE}NONE-{number}"})
    with pytest.raises(Away):
        await provider.fetch_keys({"paypal-cert-url": f"{PLACE}NONE-6"})
    assert rail.count("/v1/notifications/certs/") == 5


async def test_a_certificate_that_cannot_be_had_now_is_asked_for_again(
    rail: PayPal, provider: Provider
) -> None:
    rail.troubles = [dropped("/v1/notifications/certs/"), Fault("/v1/notifications/certs/", 503)]
    headers, body = rail.event("A.B", "x", {})
    for _ in range(2):
        with pytest.raises(Lost):
            await provider.fetch_keys(lower(headers))
    assert (await taken(provider, headers, body)).kind == "A.B"


def _expired() -> bytes:
    return seals.pem(seals.leaf(from_days=-90, to_days=-1), seals.between("Authority"))


def _not_yet() -> bytes:
    return seals.pem(seals.leaf(from_days=1, to_days=90), seals.between("Authority"))


def _other_host() -> bytes:
    return seals.pem(seals.leaf(host="paypal.com.evil.test"), seals.between("Authority"))


def _other_host_alike() -> bytes:
    return seals.pem(seals.leaf(host="certs.notpaypal.com"), seals.between("Authority"))


def _other_authority() -> bytes:
    return seals.pem(seals.leaf(root="Nobody"), seals.between("Nobody"), seals.authority("Nobody"))


def _itself() -> bytes:
    return seals.pem(seals.authority("Authority"))


def _curve() -> bytes:
    return seals.pem(seals.leaf(key=seals.curve_key()), seals.between("Authority"))


def _nothing_between() -> bytes:
    return seals.pem(seals.leaf())


def _no_certificate() -> bytes:
    return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def _far_too_long() -> bytes:
    return seals.pem(seals.leaf(), *[seals.between("Authority")] * 100)


@pytest.mark.parametrize(
    "chain",
    [
        _expired, _not_yet, _other_host, _other_host_alike, _other_authority, _itself, _curve,
        _nothing_between, _no_certificate, _far_too_long, bytes,
    ],
)  # fmt: skip
async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    rail: PayPal, provider: Provider, chain: Callable[[], bytes]
) -> None:
    rail.certificates["CERT-2"], rail.certificate = chain(), "CERT-2"
    headers, body = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        await provider.fetch_keys(lower(headers))
    with pytest.raises(Unsigned):
        provider.verify(lower(headers), body, clock.now())


async def test_a_certificate_between_can_be_given_by_hand(rail: PayPal, provider: Provider) -> None:
    rail.certificates["CERT-1"] = _nothing_between()
    await provider.certificates.close()
    rail.trusted_by(provider, more=seals.pem(seals.between("Authority")))
    assert (await taken(provider, *rail.event("A.B", "x", {}))).kind == "A.B"


async def test_a_certificate_counts_only_until_it_ends(rail: PayPal, provider: Provider) -> None:
    rail.certificates["CERT-1"] = seals.pem(seals.leaf(to_days=1), seals.between("Authority"))
    at = clock.now()
    headers, body = rail.event("A.B", "x", {})
    await provider.fetch_keys(lower(headers))
    provider.verify(lower(headers), body, at + timedelta(hours=23))
    with pytest.raises(Unsigned):
        provider.verify(lower(headers), body, at + timedelta(hours=25))


async def test_the_public_s_authorities_are_read(rail: PayPal) -> None:
    certificates = Certificates(http=Elsewhere.client(rail.port))
    with pytest.raises(Unsigned):
        await certificates.learn(f"{PLACE}CERT-1", clock.now())
    names = [each.subject.rfc4514_string() for each in certificates.authorities]
    assert any("DigiCert Global Root G2" in name for name in names)
    assert all(isinstance(each, x509.Certificate) for each in certificates.authorities)
    await certificates.close()
