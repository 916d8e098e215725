"""Whose key a PayPal webhook is signed with: a certificate it names, fetched once and checked.

Named by whoever sends the webhook, so nothing is fetched but from https://*.paypal.com, nothing is
kept unless its chain leads to a public authority and it is PayPal's, and who names many that do
not exist is not followed any more.
"""

import asyncio
import re
import ssl
import warnings
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from payments_service.providers.calls import call, line, trusted
from payments_service.providers.provider import Away, Trouble, Unsigned

PLACE = re.compile(r"https://([a-z0-9-]+\.)+paypal\.com/v1/notifications/certs/[A-Za-z0-9-]{1,100}")
OURS = ".paypal.com"
LARGEST = 64 * 1024
MOST = 8  # kept; there is one, and two while it is changed
FAILURES = 5  # unknown certificates in a minute
MINUTE = timedelta(minutes=1)
PATIENCE = httpx.Timeout(3, connect=2)  # PayPal waits for us meanwhile


@dataclass(frozen=True, slots=True)
class Sealed:
    key: RSAPublicKey
    since: datetime
    until: datetime


class Certificates:
    """`more`: certificates (PEM) between PayPal's own and the authorities', where it sends none.
    `http` and `authorities`: others than the network and those that the public trusts.
    """

    def __init__(
        self,
        more: bytes = b"",
        http: httpx.AsyncClient | None = None,
        authorities: Sequence[x509.Certificate] = (),
    ) -> None:
        self.http = http or line("", timeout=PATIENCE)
        self.authorities = list(authorities)
        self.between = x509.load_pem_x509_certificates(more) if more else []
        self.kept: dict[str, Sealed] = {}
        self.failures: deque[datetime] = deque(maxlen=FAILURES)
        self.lock = asyncio.Lock()

    async def learn(self, url: str, at: datetime) -> None:
        """Fetch and check a certificate that is not known yet. Raise Away, Lost or Unsigned."""
        if not PLACE.fullmatch(url):
            raise Unsigned("this is no certificate of PayPal's")
        async with self.lock:
            if url in self.kept and at <= self.kept[url].until:
                return
            if len(self.failures) == FAILURES and at - self.failures[0] < MINUTE:
                raise Away("too many unknown certificates were named within a minute")
            try:
                found = self._checked(await self._fetched(url), at)
            except (Trouble, Unsigned):
                self.failures.append(at)
                raise
            while len(self.kept) >= MOST:
                self.kept.pop(next(iter(self.kept)))
            self.kept[url] = found

    def key(self, url: str, at: datetime) -> RSAPublicKey:
        """Return the key of a certificate that was learned and counts at this time."""
        known = self.kept.get(url)
        if known is None or not known.since <= at <= known.until:
            raise Unsigned("its certificate is unknown, or has ended")
        return known.key

    async def close(self) -> None:
        await self.http.aclose()

    async def _fetched(self, url: str) -> bytes:
        answer = await call(self.http, "GET", url)
        if answer.status_code != 200:
            raise Unsigned(f"PayPal answered {answer.status_code} for its certificate")
        return answer.content

    def _checked(self, pem: bytes, at: datetime) -> Sealed:
        try:
            if len(pem) > LARGEST:
                raise Unsigned("this certificate is too long")
            leaf, *sent = x509.load_pem_x509_certificates(pem)
            chain = self._chain(leaf, [*sent, *self.between], at)
        except (ValueError, VerificationError) as error:
            raise Unsigned("this certificate is not PayPal's, or no authority vouches") from error
        key = leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise Unsigned("this certificate has another kind of key")
        return Sealed(
            key,
            max(each.not_valid_before_utc for each in chain),
            min(each.not_valid_after_utc for each in chain),
        )

    def _chain(
        self, leaf: x509.Certificate, between: list[x509.Certificate], at: datetime
    ) -> Sequence[x509.Certificate]:
        name = _name_of(leaf)
        if not self.authorities:
            self.authorities = _public()
        policy = PolicyBuilder().store(Store(self.authorities)).time(at)
        return policy.build_server_verifier(x509.DNSName(name)).verify(leaf, between)


def _name_of(leaf: x509.Certificate) -> str:
    """Return the name under paypal.com that a certificate is for; raise ValueError without one."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise ValueError("it names no host") from error
    for name in names.get_values_for_type(x509.DNSName):
        if name.endswith(OURS) and "*" not in name:
            return name
    raise ValueError("it is somebody else's")


def _public() -> list[x509.Certificate]:
    """Return the authorities that TLS trusts."""
    known: ssl.SSLContext = trusted()
    with warnings.catch_warnings():  # some old ones are numbered zero
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return [x509.load_der_x509_certificate(one) for one in known.get_ca_certs(binary_form=True)]
