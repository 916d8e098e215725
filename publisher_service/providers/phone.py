"""SMS and WhatsApp through any provider that takes one HTTP request for each message."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from kit.contracts.publisher.notices import ChannelName
from publisher_service.providers import network
from publisher_service.providers.calls import call, line
from publisher_service.providers.channel import Later, Lost, Message, Rejected, Sent
from publisher_service.rules import phones


@dataclass(frozen=True)
class Way:
    """One provider, as the settings describe it; `folds`: it takes one {id} once only."""

    url: str
    header: str
    body: str
    answer: str
    rate: str
    folds: bool


class Phone:
    address_rates: Sequence[str] = ("1/second",)

    def __init__(self, name: ChannelName, way: Way, brand: str) -> None:
        self.name = name
        self.way = way
        self.brand = brand
        self.folds = way.folds
        self.rates: Sequence[str] = [way.rate] if way.rate else []
        self.http = line()

    async def send(self, message: Message) -> Sent:
        values = self._values(message)
        kind, content = phones.request(self.way.body, values)
        headers = {"Content-Type": kind}
        name, colon, value = phones.fill(self.way.header, values).partition(":")
        if colon:
            headers[name.strip()] = value.strip()
        try:
            answer = await call(self.http, "POST", self.way.url, content=content, headers=headers)
        except network.Slow as error:
            raise Later(error.seconds, str(error)) from error
        except network.Lost as error:
            raise Lost(str(error)) from error
        if not answer.is_success:
            said = " ".join(answer.text[:300].split())
            raise Rejected(f"the provider answered {answer.status_code} {said}")
        return Sent(_id_in(answer, self.way.answer))

    async def close(self) -> None:
        await self.http.aclose()

    def _values(self, message: Message) -> dict[str, str]:
        is_sms = self.name is ChannelName.sms
        link = f"\n{message.url}" if message.url else ""
        long = f"{message.title}\n\n{message.brief}{link}"
        return {
            "to": message.address,
            "digits": message.address.removeprefix("+"),
            "text": phones.sms(self.brand, message.brief, message.url) if is_sms else long,
            "id": str(message.key),
            "channel": str(self.name),
        }


def _id_in(answer: httpx.Response, path: str) -> str:
    try:
        return phones.at(answer.json(), path)
    except ValueError:
        return ""
