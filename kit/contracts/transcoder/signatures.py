"""Bunny's four signatures: uploads (TUS), CDN addresses (HS256-), embeds, webhooks.

A CDN token is `HS256-` + flags + base64url(HMAC-SHA256(key, path + expires + packed IP +
"k=v&k=v")): the values raw while signing, percent-encoded in the address.
"""

import hashlib
import hmac
import ipaddress
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import quote

SIGNATURE = "X-BunnyStream-Signature"
SIGNATURE_VERSION = "X-BunnyStream-Signature-Version"
SIGNATURE_ALGORITHM = "X-BunnyStream-Signature-Algorithm"
VERSION, ALGORITHM = "v1", "hmac-sha256"

PREFIX = "HS256-"
WITH_IP = "1-"
IGNORED_PARAMETERS = "token_ignore_params"


def tus_signature(library_id: int | str, api_key: str, expires: int, video_id: str) -> str:
    """Return AuthorizationSignature: hex(SHA-256) of the four, without separators."""
    return hashlib.sha256(f"{library_id}{api_key}{expires}{video_id}".encode()).hexdigest()


def tus_headers(library_id: int | str, api_key: str, expires: int, video_id: str) -> dict[str, str]:
    """Return the four headers that every TUS request must carry."""
    return {
        "AuthorizationSignature": tus_signature(library_id, api_key, expires, video_id),
        "AuthorizationExpire": str(expires),
        "LibraryId": str(library_id),
        "VideoId": video_id,
    }


def embed_token(key: str, video_id: str, expires: int) -> str:
    return hashlib.sha256(f"{key}{video_id}{expires}".encode()).hexdigest()


def webhook_signature(secret: str, body: bytes) -> str:
    """Sign the exact bytes of a webhook's body with the library's read-only key."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def webhook_headers(secret: str, body: bytes) -> dict[str, str]:
    return {
        SIGNATURE_VERSION: VERSION,
        SIGNATURE_ALGORITHM: ALGORITHM,
        SIGNATURE: webhook_signature(secret, body),
    }


def is_webhook_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether the sender knows the secret. A replay is genuine too: be idempotent."""
    given = {name.lower(): value for name, value in headers.items()}
    return (
        given.get(SIGNATURE_VERSION.lower()) == VERSION
        and given.get(SIGNATURE_ALGORITHM.lower()) == ALGORITHM
        and same(given.get(SIGNATURE.lower(), ""), webhook_signature(secret, body))
    )


def same(given: str, expected: str) -> bool:
    """Compare in constant time, whatever characters were given."""
    return hmac.compare_digest(given.encode(), expected.encode())


def cdn_token(
    key: str,
    path: str,
    expires: int,
    parameters: Mapping[str, str] | None = None,
    user_ip: str | None = None,
) -> str:
    """Return the token for `path`, or for `parameters["token_path"]` when that is given."""
    chosen = dict(parameters or {})
    signed = chosen.get("token_path") or path
    signing = "&".join(f"{name}={chosen[name]}" for name in sorted(chosen))
    message = f"{signed}{expires}".encode() + _packed(user_ip) + signing.encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    flags = WITH_IP if user_ip else ""
    return PREFIX + flags + urlsafe_b64encode(digest).decode().rstrip("=")


def sign_url(
    base_url: str,
    key: str,
    path: str,
    expires: int,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Sign one file: `https://host/guid/thumbnail.jpg?token=…&expires=…`."""
    token = cdn_token(key, path, expires, parameters)
    return f"{base_url.rstrip('/')}{path}?token={token}{_tail(parameters)}&expires={expires}"


def sign_directory(
    base_url: str,
    key: str,
    guid: str,
    path: str,
    expires: int,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Sign all of one video: relative addresses in its playlists inherit the token."""
    prefix = directory_prefix(key, guid, expires, parameters)
    return f"{base_url.rstrip('/')}{prefix}/{guid}/{path.lstrip('/')}"


def directory_prefix(
    key: str, guid: str, expires: int, parameters: Mapping[str, str] | None = None
) -> str:
    """Return `/bcdn_token=…&token_path=…&expires=…`, to be put before `/{guid}/…`."""
    chosen = {**(parameters or {}), "token_path": f"/{guid}/"}
    token = cdn_token(key, "", expires, chosen)
    return f"/bcdn_token={token}{_tail(chosen)}&expires={expires}"


def verify_token(
    key: str,
    path: str,
    token: str,
    expires: int,
    parameters: Mapping[str, str],
    now: float,
    user_ip: str | None = None,
) -> bool:
    """Say whether a token opens `path` now.

    `parameters` are all others in the address, decoded. What begins as a token bound to an
    address may be one that is not: a digest in 4096 begins so by chance.
    """
    directory = parameters.get("token_path")
    chosen = dict(parameters)
    if chosen.get(IGNORED_PARAMETERS) == "true":
        kept = {IGNORED_PARAMETERS, "token_path"}
        chosen = {name: value for name, value in chosen.items() if name in kept}
    addresses = {None, user_ip or None} if token.startswith(PREFIX + WITH_IP) else {None}
    try:
        good = [cdn_token(key, path, expires, chosen, address) for address in addresses]
    except ValueError:
        return False
    is_one = any(same(token, each) for each in good)
    fits = path.startswith(directory) if directory else True
    return is_one and fits and expires > now


def _tail(parameters: Mapping[str, str] | None) -> str:
    chosen = parameters or {}
    return "".join(f"&{name}={quote(chosen[name], safe='')}" for name in sorted(chosen))


def _packed(user_ip: str | None) -> bytes:
    """Return the four bytes of an IPv4 address, or an IPv6 /64 with its lower half zeroed."""
    if not user_ip:
        return b""
    packed = ipaddress.ip_address(user_ip).packed
    return packed if len(packed) == 4 else packed[:8] + bytes(8)
