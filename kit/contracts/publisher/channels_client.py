"""How to call publisher_service about where a person is reached."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.publisher import channel_errors
from kit.contracts.publisher.channels import (
    Channels,
    PhoneCode,
    PhoneNew,
    Place,
    PushNew,
    TelegramLink,
    Waiting,
)

__all__ = ["ChannelCalls", "channel_errors"]  # the errors must be known to come back by name


class ChannelCalls(ServiceClient):
    """A part of PublisherClient; all of it `.acting(token)`."""

    SERVICE = "publisher_service"

    async def channels(self) -> Channels:
        return await self.get("/channels", Channels)

    async def add_device(self, new: PushNew) -> Place:
        """Let a browser be told; the same one again changes nothing."""
        return await self.put("/channels/devices", new, Place)

    async def connect_telegram(self) -> TelegramLink:
        return await self.post("/channels/telegram", None, TelegramLink)

    async def add_phone(self, new: PhoneNew, locale: str = "fr") -> Waiting:
        """Send a code to a number."""
        return await self.post("/channels/phones", new, Waiting, locale=locale)

    async def confirm_phone(self, code: PhoneCode) -> Place:
        return await self.post("/channels/phones/codes", code, Place)

    async def remove_place(self, place_id: UUID) -> None:
        await self.delete(f"/channels/places/{place_id}")

    async def try_place(self, place_id: UUID) -> None:
        """Send a trial notice there, and nowhere else."""
        await self.post(f"/channels/places/{place_id}/trials")
