"""Which addresses may be posted to because somebody named them: public ones over https."""

import ipaddress
from urllib.parse import urlsplit

PORTS = frozenset({443, 8443})


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast and not found.is_reserved


def host_of(url: str, *, is_anything_allowed: bool = False) -> tuple[str, int] | None:
    """Return host and port of an address that looks harmless, else None; the name is still to be
    resolved. `is_anything_allowed`: http and any port, for an installation's own network.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if not parts.hostname or parts.username or parts.password or len(url) > 2000:
        return None
    if is_anything_allowed:
        return (parts.hostname, port) if parts.scheme in {"http", "https"} else None
    return (parts.hostname, port) if parts.scheme == "https" and port in PORTS else None
