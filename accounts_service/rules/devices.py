"""What a browser's User-Agent says of the device, and whether it looks like one before. Pure."""

from hashlib import sha256
from typing import Final, Literal

from ua_parser import parse

from kit.contracts.accounts.identity import Device

PHONES: Final = frozenset({"iOS", "Android", "Windows Phone", "KaiOS"})
DESKTOPS: Final = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Chrome OS", "Fedora"})
SHOWN: Final = {"Mac OS X": "macOS", "Other": ""}


def device(user_agent: str) -> Device:
    """Return what can be shown: a family name of browser and system, never a version."""
    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    return Device(
        browser=SHOWN.get(browser, browser),
        system=SHOWN.get(system, system),
        kind=_kind(user_agent, system, found.device.family if found.device else ""),
    )


def spoken(seen: Device) -> str:
    """Return the device as a notice says it, such as `Chrome, Windows`."""
    return ", ".join(part for part in (seen.browser, seen.system) if part)


def looks(seen: Device, country: str) -> str:
    """Return what two sign-ins share when nobody needs to be alarmed about the second."""
    return sha256("\n".join((seen.browser, seen.system, seen.kind, country)).encode()).hexdigest()


def _kind(
    user_agent: str, system: str, family: str
) -> Literal["desktop", "phone", "tablet", "other"]:
    if "iPad" in family or (system == "Android" and "Mobile" not in user_agent):
        return "tablet"
    if system in PHONES:
        return "phone"
    return "desktop" if system in DESKTOPS else "other"
