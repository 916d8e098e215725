"""Who watched, as a hash: enough to count somebody once, not enough to know who it was. Pure."""

import hashlib
import hmac


def viewer_hash(key: bytes, viewer: str) -> str:
    """Return what an account's id, or a device's, is counted as."""
    return hmac.digest(key, viewer.strip().lower().encode(), hashlib.sha256).hex()[:32]
