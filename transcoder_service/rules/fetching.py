"""Which addresses the library may be made to fetch: never one inside its own network."""

from urllib.parse import urlsplit

from kit.addresses import is_public
from kit.errors import BadRequest

PORTS = frozenset({80, 443, 8080, 8443})
SCHEMES = {"http": 80, "https": 443}


class AddressRefused(BadRequest):
    """This address may not be fetched; use a public http or https address."""


class FetchFailed(BadRequest):
    """That address did not answer with a picture."""


def target(url: str, ports: frozenset[int] = PORTS) -> tuple[str, int]:
    """Return host and port of an address that looks harmless; its host is still to be resolved."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or SCHEMES.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressRefused from error
    if parts.scheme not in SCHEMES or not parts.hostname or port not in ports:
        raise AddressRefused
    if parts.username or parts.password or len(url) > 2000:
        raise AddressRefused
    return parts.hostname, port


def check_resolved(addresses: list[str]) -> str:
    """Return the address to connect to. All must be public, or the name is a trap."""
    if not addresses or not all(is_public(one) for one in addresses):
        raise AddressRefused
    return addresses[0]
