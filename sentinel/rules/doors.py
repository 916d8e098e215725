"""Who sees details. Pure."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

# Written out, since Python's `is_private` also takes addresses of manuals and of carriers.
PRIVATE: Final = tuple(
    ip_network(one)
    for one in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


def is_private(peer: str, forwarded: Iterable[str]) -> bool:
    """Say whether the reader, and everybody in between, is on a private network.

    A proxy puts the reader's address into `X-Forwarded-For`; whoever reaches us directly from
    outside shows a public address, whatever the header claims.
    """
    return all(_is_private(one) for one in (peer, *forwarded))


def _is_private(text: str) -> bool:
    try:
        found = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in PRIVATE)
