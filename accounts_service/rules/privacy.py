"""What a person agreed to, and the archive they get. Pure."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from accounts_service.models.people import Account
from accounts_service.models.profiles import Consent
from accounts_service.rules.roles import is_active_owner
from kit.contracts.accounts import LastOwner
from kit.contracts.accounts.profiles import Consents

README: Final = """Voici tout ce que nous savons de vous : un fichier JSON par service.
Le compte, les profils et les sessions sont dans accounts_service.json.

This is everything we know of you: one JSON file per service.
Account, profiles and sessions are in accounts_service.json.
"""


def consents(history: Sequence[Consent]) -> Consents:
    """Return the last word on each purpose, and all words; `history` is newest first."""
    last: dict[str, Consent] = {}
    for one in history:
        last.setdefault(one.purpose, one)
    current = [last[purpose] for purpose in sorted(last)]
    return Consents.model_validate({"current": current, "history": list(history)})


def archive(said: Mapping[str, dict[str, Any]], avatar: bytes | None) -> bytes:
    """Return a ZIP file of what each service said."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("README.txt", README)
        for service, found in said.items():
            body = orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str)
            made.writestr(f"{service}.json", body)
        if avatar is not None:
            made.writestr("avatar.webp", avatar)
    return out.getvalue()


def check_deletion(account: Account, other_owners: int) -> None:
    if is_active_owner(account) and other_owners == 0:
        raise LastOwner
