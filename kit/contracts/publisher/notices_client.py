"""How to call publisher_service about notices."""

from collections.abc import AsyncIterator
from uuid import UUID

from kit.contracts.publisher.notices import (
    Bounce,
    Deliveries,
    Delivery,
    DeliveryCounts,
    DeliveryQuery,
    Kinds,
    Mail,
    Mails,
    NoticeNew,
    Notices,
    NoticeTaken,
    Preview,
    Template,
    TemplateChange,
    Templates,
    Unread,
)
from kit.contracts.publisher.wishes import (
    Announcement,
    AnnouncementNew,
    Follow,
    Follows,
    Heir,
    PersonalData,
    Preferences,
    PreferencesChange,
    TopicCount,
    Unsubscribed,
    Unsubscription,
)
from kit.listening import ListeningClient


class NoticeCalls(ListeningClient):
    """A part of PublisherClient."""

    SERVICE = "publisher_service"

    async def notify(self, new: NoticeNew) -> NoticeTaken:
        """Tell somebody something; services use `kit.events.notify`, which survives a crash."""
        return await self.post("/notify", new, NoticeTaken, key=str(new.id))

    # What a person does, `.acting(token)`.

    async def notices(
        self,
        locale: str = "fr",
        cursor: str | None = None,
        limit: int = 50,
        *,
        unread_only: bool = False,
    ) -> Notices:
        return await self.get(
            "/notices", Notices, locale=locale, cursor=cursor, limit=limit, unread_only=unread_only
        )

    async def unread(self) -> Unread:
        return await self.get("/notices/unread", Unread)

    async def read_notice(self, notice_id: UUID) -> Unread:
        return await self.post(f"/notices/{notice_id}/reading", None, Unread)

    async def read_all_notices(self) -> Unread:
        return await self.post("/notices/readings", None, Unread)

    def notice_stream(self, locale: str = "fr") -> AsyncIterator[bytes]:
        """Yield server-sent events to be passed on as they are: `event: notice`, a NoticeEvent."""
        return self.listen("/notices/stream", locale=locale)

    async def preferences(self, locale: str = "fr") -> Preferences:
        return await self.get("/preferences", Preferences, locale=locale)

    async def change_preferences(self, change: PreferencesChange) -> Preferences:
        return await self.patch("/preferences", change, Preferences)

    async def follows(self) -> Follows:
        return await self.get("/follows", Follows)

    async def follow(self, topic: str) -> Follow:
        return await self.put(f"/follows/{topic}", None, Follow)

    async def unfollow(self, topic: str) -> None:
        await self.delete(f"/follows/{topic}")

    # What anybody may ask.

    async def topic(self, topic: str) -> TopicCount:
        return await self.get(f"/topics/{topic}", TopicCount)

    async def look_at_unsubscription(self, token: str) -> Unsubscribed:
        return await self.post("/unsubscriptions/look", Unsubscription(token=token), Unsubscribed)

    async def unsubscribe(self, token: str) -> Unsubscribed:
        return await self.post("/unsubscriptions", Unsubscription(token=token), Unsubscribed)

    # What staff do.

    async def kinds(self, locale: str = "fr") -> Kinds:
        return await self.get("/kinds", Kinds, locale=locale)

    async def templates(self, kind: str | None = None) -> Templates:
        return await self.get("/templates", Templates, kind=kind)

    async def template(self, kind: str, locale: str) -> Template:
        return await self.get(f"/templates/{kind}/{locale}", Template)

    async def change_template(self, kind: str, locale: str, change: TemplateChange) -> Template:
        return await self.put(f"/templates/{kind}/{locale}", change, Template)

    async def restore_template(self, kind: str, locale: str) -> Template:
        """Forget what was changed: the words that came with the suite are back."""
        return await self.delete(f"/templates/{kind}/{locale}", Template)

    async def preview_template(
        self, kind: str, locale: str, change: TemplateChange | None = None
    ) -> Preview:
        """Return how it looks; without `change`, as it is now."""
        return await self.post(f"/templates/{kind}/{locale}/preview", change, Preview)

    async def deliveries(
        self, filters: DeliveryQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Deliveries:
        chosen = dict(filters or DeliveryQuery())
        return await self.get("/deliveries", Deliveries, **chosen, cursor=cursor, limit=limit)

    async def delivery_counts(self) -> DeliveryCounts:
        return await self.get("/deliveries/counts", DeliveryCounts)

    async def delivery(self, delivery_id: UUID) -> Delivery:
        return await self.get(f"/deliveries/{delivery_id}", Delivery)

    async def send_again(self, delivery_id: UUID) -> Delivery:
        return await self.post(f"/deliveries/{delivery_id}/retries", None, Delivery)

    async def mails(self, cursor: str | None = None, limit: int = 50) -> Mails:
        return await self.get("/mails", Mails, cursor=cursor, limit=limit)

    async def mail(self, mail_id: UUID) -> Mail:
        return await self.get(f"/mails/{mail_id}", Mail)

    async def bounced(self, bounce: Bounce) -> None:
        await self.post("/bounces", bounce)

    # What services do.

    async def announce(self, new: AnnouncementNew) -> Announcement:
        return await self.post("/announcements", new, Announcement, key=str(new.id))

    async def announcement(self, announcement_id: UUID) -> Announcement:
        return await self.get(f"/announcements/{announcement_id}", Announcement)

    async def personal_data(self, account_id: UUID) -> PersonalData:
        return await self.get(f"/personal-data/{account_id}", PersonalData)

    async def forget_person(self, account_id: UUID) -> None:
        await self.delete(f"/personal-data/{account_id}")

    async def hand_over(self, account_id: UUID, to: UUID) -> None:
        """Give follows, preferences, places and notices of one account to another."""
        await self.put(f"/personal-data/{account_id}/account", Heir(account_id=to))
