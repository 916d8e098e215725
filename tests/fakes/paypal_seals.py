"""Certificates as PayPal signs webhooks with: a public authority's, one between, PayPal's own; and
all the ones that must not be believed.
"""

from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kit import clock

HOST = "messageverificationcerts.paypal.com"
YEAR = timedelta(days=365)
Key = RSAPrivateKey | EllipticCurvePrivateKey


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """Return a key of this name; making one takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def authority(name: str) -> x509.Certificate:
    """Return an authority that vouches for itself."""
    own = _name(name)
    return _signed(_begun(own, rsa_key(name), authority_of=1), own, rsa_key(name))


@cache
def between(name: str) -> x509.Certificate:
    """Return an authority that the authority of this name vouches for."""
    key = rsa_key(f"between {name}")
    begun = _begun(_name(f"Between {name}"), key, authority_of=0)
    return _signed(begun, _name(name), rsa_key(name))


@cache
def leaf(
    *,
    host: str = HOST,
    root: str = "Authority",
    key: Key | None = None,
    from_days: int = -30,
    to_days: int = 300,
) -> x509.Certificate:
    """Return a certificate of that host, by the one between, valid from and to so many days."""
    own = key or rsa_key("paypal")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    at = clock.now()
    begun = (
        _begun(subject, own)
        .not_valid_before(at + timedelta(days=from_days))
        .not_valid_after(at + timedelta(days=to_days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    issuer = rsa_key(f"between {root}")
    return _signed(begun, _name(f"Between {root}"), issuer)


def pem(*chain: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


@cache
def curve_key() -> EllipticCurvePrivateKey:
    return generate_curve(SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(
    subject: x509.Name, key: Key, authority_of: int | None = None
) -> x509.CertificateBuilder:
    is_authority = authority_of is not None
    begun = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(is_authority, authority_of), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if is_authority:
        at = clock.now()
        begun = begun.not_valid_before(at - YEAR).not_valid_after(at + 9 * YEAR)
    return begun


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    begun: x509.CertificateBuilder, issuer: x509.Name, key: RSAPrivateKey
) -> x509.Certificate:
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return begun.issuer_name(issuer).add_extension(known, critical=False).sign(key, SHA256())
