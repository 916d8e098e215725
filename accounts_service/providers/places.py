"""Where an address is, by a table of addresses that the house may have (MaxMind's format)."""

from dataclasses import dataclass
from typing import Any

import maxminddb


@dataclass(frozen=True)
class Place:
    """`country` is a code of two letters; both are empty when nothing is known."""

    country: str = ""
    name: str = ""


class Places:
    def __init__(self, file: str) -> None:
        self.table = maxminddb.open_database(file) if file else None

    def close(self) -> None:
        if self.table is not None:
            self.table.close()

    def of(self, address: str, locale: str = "fr") -> Place:
        """Return a place as people say it: the city, if known, and the country."""
        try:
            found = self.table.get(address) if self.table is not None else None
        except ValueError:
            return Place()
        if not isinstance(found, dict):
            return Place()
        country = _part(found, "country")
        parts = (_name(_part(found, "city"), locale), _name(country, locale))
        return Place(str(country.get("iso_code", "")), ", ".join(part for part in parts if part))


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _name(part: dict[str, Any], locale: str) -> str:
    names = part.get("names")
    known = names if isinstance(names, dict) else {}
    return str(known.get(locale) or known.get("en") or "")
