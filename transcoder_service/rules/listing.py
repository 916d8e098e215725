"""Bunny's pages: numbered from 1, a hundred items unless asked otherwise."""

from dataclasses import dataclass

MOST = 1000
FARTHEST = 1_000_000_000


@dataclass(frozen=True)
class Asked:
    """One page of a list, as asked for; numbers out of range are taken as the nearest allowed."""

    page: int = 1
    items_per_page: int = 100
    search: str = ""
    order_by: str = "date"

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.items_per_page


def asked(page: int, items_per_page: int, search: str | None, order_by: str | None) -> Asked:
    return Asked(
        page=min(max(page, 1), FARTHEST),
        items_per_page=min(max(items_per_page, 1), MOST),
        search=(search or "").replace("\x00", "").strip()[:200],
        order_by=(order_by or "date").lower(),
    )
