"""Having a film announced, and whether it was."""

from uuid import UUID, uuid4

from kit import clock
from kit.contracts.catalog.films import Film
from kit.contracts.gateway import AnnouncementAsked, EventNew, GatewayClient, announcement_id
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import SocialAccount
from kit.contracts.publisher.wishes import Announcement
from kit.errors import AppError


async def ask(gateway: GatewayClient, film: Film) -> bool:
    """Have the followers told; say whether the gateway took it. Twice at once is one job."""
    asked = AnnouncementAsked(film_id=film.id, title=film.title)
    event = EventNew(
        id=uuid4(),
        name="AnnouncementAsked",
        at=clock.now(),
        source="admin_interface",
        payload=asked.model_dump(mode="json"),
    )
    try:
        await gateway.tell(event)
    except AppError:
        return False
    return True


async def announcement(publisher: PublisherClient, film_id: UUID) -> Announcement | None:
    """Return what became of a film's announcement; None also where that cannot be known."""
    try:
        return await publisher.announcement(announcement_id(film_id))
    except AppError:
        return None


async def networks(publisher: PublisherClient) -> list[SocialAccount]:
    """Return the connected accounts that posts can go to now; none where that cannot be known."""
    try:
        found = (await publisher.social_accounts()).items
    except AppError:
        return []
    return [each for each in found if not each.needs_reconnection]
