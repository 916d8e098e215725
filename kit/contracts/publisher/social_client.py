"""How to call publisher_service about social publication and the channels people connect."""

from uuid import UUID

import httpx

from kit.client import ServiceClient
from kit.contracts.publisher import social_errors
from kit.contracts.publisher.social import (
    ClipNew,
    Media,
    Networks,
    Publication,
    PublicationChange,
    PublicationNew,
    PublicationQuery,
    Publications,
    Settlement,
    SocialAccount,
    SocialAccountChange,
    SocialAccountNew,
    SocialAccounts,
    SocialPreview,
    SocialPreviewNew,
)

__all__ = ["SocialCalls", "social_errors"]  # the errors must be known to come back by name


class SocialCalls(ServiceClient):
    """A part of PublisherClient."""

    SERVICE = "publisher_service"

    async def networks(self) -> Networks:
        return await self.get("/social/networks", Networks)

    async def social_accounts(self) -> SocialAccounts:
        return await self.get("/social/accounts", SocialAccounts)

    async def connect_account(self, new: SocialAccountNew) -> SocialAccount:
        return await self.post("/social/accounts", new, SocialAccount)

    async def change_account(self, account_id: UUID, change: SocialAccountChange) -> SocialAccount:
        """Rename it, or connect it again with other credentials."""
        return await self.patch(f"/social/accounts/{account_id}", change, SocialAccount)

    async def check_account(self, account_id: UUID) -> SocialAccount:
        """Ask its network whether it still takes what the account was connected with."""
        return await self.post(f"/social/accounts/{account_id}/checks", None, SocialAccount)

    async def disconnect_account(self, account_id: UUID) -> None:
        """Forget its credentials; what it published stays in the list."""
        await self.delete(f"/social/accounts/{account_id}")

    async def add_picture(self, content: bytes) -> Media:
        answer = await self.send("POST", "/social/pictures", content)
        return Media.model_validate_json(answer.content)

    async def cut_clip(self, new: ClipNew) -> Media:
        """Have a clip cut; ask for it with `media` until it is ready."""
        return await self.post("/social/clips", new, Media)

    async def media(self, media_id: UUID) -> Media:
        return await self.get(f"/social/media/{media_id}", Media)

    async def media_file(self, media_id: UUID) -> bytes:
        return (await self.send("GET", f"/social/media/{media_id}/file")).content

    async def media_part(self, media_id: UUID, wanted: str = "") -> httpx.Response:
        """Return its file, or the part that a Range header asks for: players jump."""
        headers = {"Range": wanted} if wanted else {}
        return await self.send("GET", f"/social/media/{media_id}/file", headers=headers)

    async def preview_publication(self, new: SocialPreviewNew) -> SocialPreview:
        return await self.post("/social/previews", new, SocialPreview)

    async def publish(self, new: PublicationNew) -> Publication:
        return await self.post("/social/publish", new, Publication, key=str(new.id))

    async def publications(
        self, filters: PublicationQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Publications:
        """Return them, the latest `publish_at` first."""
        chosen = dict(filters or PublicationQuery())
        return await self.get(
            "/social/publications", Publications, **chosen, cursor=cursor, limit=limit
        )

    async def publication(self, publication_id: UUID) -> Publication:
        return await self.get(f"/social/publications/{publication_id}", Publication)

    async def change_publication(
        self, publication_id: UUID, change: PublicationChange
    ) -> Publication:
        return await self.patch(f"/social/publications/{publication_id}", change, Publication)

    async def cancel_publication(self, publication_id: UUID) -> Publication:
        """Call off what has not begun."""
        return await self.post(
            f"/social/publications/{publication_id}/cancellation", None, Publication
        )

    async def retry_target(self, target_id: UUID) -> Publication:
        """Try a target that failed again, from where it was."""
        return await self.post(f"/social/targets/{target_id}/retries", None, Publication)

    async def settle_target(self, target_id: UUID, seen: Settlement) -> Publication:
        """Say what became of a target the network left `unsure`; if nothing, it goes out again."""
        return await self.post(f"/social/targets/{target_id}/settlement", seen, Publication)
