"""publisher_service's door for notices, as accounts_service needs it: it keeps what it is told."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request

from kit.auth import unseal
from kit.events import NOTICE, Notice
from kit.settings import WEAK

PATIENCE = 10.0


class Mails:
    """`await mails.next(kind)` waits for the next notice of that kind, and takes it away."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.seen: set[str] = set()
        self.app = FastAPI()
        self.heirs: dict[str, str] = {}
        self.app.add_api_route("/notify", self.notify, methods=["POST"])
        handing = "/personal-data/{account_id}/account"
        self.app.add_api_route(handing, self.hand_over, methods=["PUT"], status_code=204)

    async def notify(self, request: Request) -> dict[str, bool]:
        notice = Notice.model_validate_json(await request.body())
        is_repeated = str(notice.id) in self.seen
        if not is_repeated:
            self.seen.add(str(notice.id))
            self.told.append(notice)
        return {"is_repeated": is_repeated}

    async def hand_over(self, account_id: str, request: Request) -> None:
        self.heirs[account_id] = (await request.json())["account_id"]

    async def next(self, kind: str) -> Notice:
        async with asyncio.timeout(PATIENCE):
            while True:
                for notice in self.told:
                    if notice.kind == kind:
                        self.told.remove(notice)
                        return notice
                await asyncio.sleep(0.01)

    async def next_token(self, kind: str) -> str:
        """Return the token in the link of the next notice of that kind."""
        return token_in(await self.next(kind))


def secrets_of(notice: Notice) -> dict[str, Any]:
    """Return what only publisher_service reads of a notice."""
    assert notice.sealed is not None
    found: dict[str, Any] = unseal(WEAK, NOTICE, notice.sealed)
    return found


def token_in(notice: Notice) -> str:
    link: str = secrets_of(notice)["link"]
    return link.rpartition("/l/")[2]
