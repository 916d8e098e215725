"""How to call accounts_service about profiles and the rights of the person."""

from collections.abc import Sequence
from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.accounts.profiles import (
    Consent,
    ConsentChange,
    Consents,
    DeletionNew,
    DeletionPlan,
    Entered,
    Entry,
    Export,
    Exports,
    Maker,
    Makers,
    PinChange,
    Privacy,
    Profile,
    ProfileChange,
    Purpose,
    ViewingProfile,
    ViewingProfileChange,
    ViewingProfileNew,
    ViewingProfiles,
)
from kit.schema import PersonalData


class ProfileCalls(ServiceClient):
    """A part of AccountsClient; all but makers and avatars speak for a person: `.acting(token)`."""

    SERVICE = "accounts_service"

    async def profile(self) -> Profile:
        return await self.get("/me/profile", Profile)

    async def change_profile(self, change: ProfileChange) -> Profile:
        return await self.patch("/me/profile", change, Profile)

    async def set_avatar(self, picture: bytes) -> Profile:
        """Take a JPEG, PNG or WebP; it is cut square, made smaller, and loses its metadata."""
        headers = {"Content-Type": "application/octet-stream"}
        answer = await self.send("PUT", "/me/avatar", picture, headers=headers)
        return Profile.model_validate_json(answer.content)

    async def delete_avatar(self) -> Profile:
        return await self.delete("/me/avatar", Profile)

    async def avatar(self, path: str) -> bytes:
        """Return a picture by `Avatar.address(width)`; it never changes under its address."""
        return (await self.send("GET", path)).content

    async def maker(self, slug: str) -> Maker:
        """Return a public page by its slug or the account's id, or raise MakerNotFound."""
        return await self.get(f"/makers/{slug}", Maker)

    async def makers(
        self, cursor: str | None = None, limit: int = 50, *, names: Sequence[str] = ()
    ) -> Makers:
        """Return public pages; with `names`, of those who are called so (fifty at most)."""
        return await self.get("/makers", Makers, cursor=cursor, limit=limit, names=list(names))

    async def viewing_profiles(self) -> ViewingProfiles:
        return await self.get("/me/viewing-profiles", ViewingProfiles)

    async def create_viewing_profile(self, new: ViewingProfileNew) -> ViewingProfile:
        return await self.post("/me/viewing-profiles", new, ViewingProfile)

    async def change_viewing_profile(
        self, profile_id: UUID, change: ViewingProfileChange
    ) -> ViewingProfile:
        return await self.patch(f"/me/viewing-profiles/{profile_id}", change, ViewingProfile)

    async def delete_viewing_profile(self, profile_id: UUID) -> None:
        await self.delete(f"/me/viewing-profiles/{profile_id}")

    async def set_viewing_pin(self, change: PinChange) -> None:
        await self.put("/me/viewing-pin", change)

    async def enter_viewing_profile(
        self, profile_id: UUID | None, pin: str | None = None
    ) -> Entered:
        """Watch as somebody from now on, in this session; None: as the account itself."""
        name = profile_id or "none"
        return await self.post(f"/me/viewing-profiles/{name}/entry", Entry(pin=pin), Entered)

    async def privacy(self) -> Privacy:
        return await self.get("/me/privacy", Privacy)

    async def consents(self) -> Consents:
        return await self.get("/me/consents", Consents)

    async def consent(self, purpose: Purpose, change: ConsentChange) -> Consent:
        return await self.put(f"/me/consents/{purpose}", change, Consent)

    async def exports(self) -> Exports:
        return await self.get("/me/exports", Exports)

    async def ask_export(self) -> Export:
        """Have everything gathered; a mail says when it is ready."""
        return await self.post("/me/exports", None, Export)

    async def export_archive(self, export_id: UUID) -> bytes:
        """Return the ZIP file."""
        return (await self.send("GET", f"/me/exports/{export_id}/archive")).content

    async def plan_deletion(self, new: DeletionNew) -> DeletionPlan:
        return await self.post("/me/deletion", new, DeletionPlan)

    async def take_back_deletion(self) -> None:
        await self.delete("/me/deletion")

    async def personal_data(self, account_id: UUID) -> PersonalData:
        """Return what accounts_service knows of a person; for services only."""
        return await self.get(f"/personal-data/{account_id}", PersonalData)
