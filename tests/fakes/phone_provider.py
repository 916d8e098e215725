"""A provider of SMS and WhatsApp messages on loopback: one request for each message."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from typing_extensions import override

from tests.fakes.network import Simulator


@dataclass(frozen=True)
class Sent:
    id: str
    channel: str
    to: str
    text: str
    reference: str


class PhoneProvider(Simulator):
    """`folds`: it takes one reference once only, as some do."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.folds = False

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/sms", self._sms)
        router.add_post("/whatsapp", self._whatsapp)

    def to(self, number: str) -> list[Sent]:
        return [one for one in self.sent if one.to == number]

    async def _sms(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != "Bearer sms-key":
            return web.json_response({"error": "unknown key"}, status=401)
        given = await request.json()
        found = self._take("sms", given["to"], given["text"], given["id"])
        return web.json_response({"messages": [{"id": found.id}]})

    async def _whatsapp(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Key") != "wa-key":
            return web.json_response({"error": "unknown key"}, status=401)
        given = await request.post()
        found = self._take("whatsapp", *(str(given[name]) for name in ("to", "text", "ref")))
        return web.json_response({"id": found.id})

    def _take(self, channel: str, to: str, text: str, reference: str) -> Sent:
        known: Any = next((one for one in self.sent if one.reference == reference), None)
        if known is not None and self.folds:
            found: Sent = known
            return found
        self.sent.append(Sent(f"m-{len(self.sent) + 1}", channel, to, text, reference))
        return self.sent[-1]
