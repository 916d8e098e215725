"""Which addresses may be posted to because somebody named them: public ones over https."""

from urllib.parse import urlsplit

PORTS = frozenset({443, 8443})


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
