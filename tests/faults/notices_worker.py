"""A publisher in a process of its own that kills itself at one step.

Its step is one of STEPS, or "none". What the Telegram channel here sends is a line in a file.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kit.contracts.publisher.notices import ChannelName
from publisher_service.actions import outbox, planning
from publisher_service.app import create_app
from publisher_service.providers.channel import Channel, Message, Sent
from publisher_service.queries import deliveries
from publisher_service.settings import Settings
from tests.fakes.push_service import VAPID

Deed = Callable[..., Awaitable[Any]]


class Telegram:
    """Shows whatever it is given, also what it was given before."""

    name = ChannelName.telegram
    folds = False
    rates: Sequence[str] = ()
    address_rates: Sequence[str] = ()

    def __init__(self, file: Path) -> None:
        self.file = file

    async def send(self, message: Message) -> Sent:
        with self.file.open("a") as lines:
            lines.write(f"{message.key}\n")
        return Sent("1")

    async def close(self) -> None:
        """Nothing is open."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(deed: Deed) -> Deed:
    async def wrapped(*given: Any, **named: Any) -> Any:
        die()
        return await deed(*given, **named)

    return wrapped


def after(deed: Deed) -> Deed:
    async def wrapped(*given: Any, **named: Any) -> Any:
        found = await deed(*given, **named)
        die()
        return found

    return wrapped


PLACES: Mapping[str, tuple[object, str, Callable[[Deed], Deed]]] = {
    "planning": (planning, "plan_many", before),
    "planned": (planning, "plan_many", after),  # and not committed
    "loading": (deliveries, "to_send", before),
    "pacing": (outbox, "_pace", after),
    "sending": (outbox, "_try", before),
    "sent": (outbox, "_try", after),  # the channel said yes, and nobody wrote it down
    "writing": (deliveries, "write", before),
    "written": (deliveries, "write", after),  # and not committed
}
STEPS = tuple(PLACES)


def arm(step: str) -> None:
    """Put the end where it was asked for."""
    if step in PLACES:
        module, name, around = PLACES[step]
        setattr(module, name, around(getattr(module, name)))


def main(url: str, port: int, step: str, file: Path) -> None:
    arm(step)
    asyncio.run(publish(url, port, file))


async def publish(url: str, port: int, file: Path) -> None:
    settings = Settings(
        environment="test",
        database_url=url,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        vapid_private_key=SecretStr(VAPID),
        private_push=True,
        rate_limits=False,
        accounts_url="http://127.0.0.1:9",
    )
    telegram: Channel = Telegram(file)
    app = create_app(settings, channels=[telegram])
    async with app.router.lifespan_context(app):
        await asyncio.Event().wait()
