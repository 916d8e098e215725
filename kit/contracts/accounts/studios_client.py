"""How to call accounts_service about invitations, studios, acting and integrators' clients."""

from uuid import UUID

from kit.auth import StudioRole
from kit.client import ServiceClient
from kit.contracts.accounts.clients import (
    ClientCallsTold,
    ClientChange,
    ClientDetails,
    ClientSecretMade,
    ClientSecretNew,
    ClientUsage,
    MyClients,
)
from kit.contracts.accounts.people import Account, SignedIn
from kit.contracts.accounts.programs import ClientNew, ClientWithSecret
from kit.contracts.accounts.studios import (
    Accesses,
    Acting,
    ActingNew,
    Actings,
    ActingStarted,
    ActingToken,
    InvitationAccount,
    InvitationMade,
    InvitationNew,
    Invitations,
    InvitationSeen,
    InvitationState,
    InvitationToken,
    Member,
    MemberChange,
    Members,
    MergeNew,
    MyStudios,
    Studio,
    StudioChange,
    StudioNew,
    Studios,
    SuspensionNew,
)


class StudioCalls(ServiceClient):
    """A part of AccountsClient."""

    SERVICE = "accounts_service"

    async def invite(self, new: InvitationNew) -> InvitationMade:
        return await self.post("/invitations", new, InvitationMade)

    async def invitations(
        self,
        *,
        state: InvitationState | None = InvitationState.pending,
        studio_id: UUID | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Invitations:
        """List them; a producer must name their studio."""
        return await self.get(
            "/invitations", Invitations, state=state, studio_id=studio_id, cursor=cursor,
            limit=limit,
        )  # fmt: skip

    async def withdraw_invitation(self, invitation_id: UUID) -> None:
        await self.delete(f"/invitations/{invitation_id}")

    async def look_at_invitation(self, token: str) -> InvitationSeen:
        body = InvitationToken(token=token)
        return await self.post("/invitations/look", body, InvitationSeen)

    async def accept_invitation(self, token: str) -> Account:
        """Accept as the person who is signed in; refresh their tokens afterwards."""
        body = InvitationToken(token=token)
        return await self.post("/invitations/acceptance", body, Account)

    async def accept_as_new(
        self, new: InvitationAccount, *, address: str = "", device: str = ""
    ) -> SignedIn:
        """Accept without an account yet."""
        headers = {"X-Viewer-Address": address, "X-Viewer-Device": device[:200]}
        answer = await self.send("POST", "/invitations/account", new, headers=headers)
        return SignedIn.model_validate_json(answer.content)

    async def studios(self, q: str = "", cursor: str | None = None, limit: int = 50) -> Studios:
        return await self.get("/studios", Studios, q=q or None, cursor=cursor, limit=limit)

    async def my_studios(self) -> MyStudios:
        return await self.get("/me/studios", MyStudios)

    async def studios_of(self, account_id: UUID) -> MyStudios:
        return await self.get(f"/accounts/{account_id}/studios", MyStudios)

    async def studio(self, studio_id: UUID) -> Studio:
        return await self.get(f"/studios/{studio_id}", Studio)

    async def open_studio(self, new: StudioNew) -> Studio:
        return await self.post("/studios", new, Studio)

    async def change_studio(self, studio_id: UUID, change: StudioChange) -> Studio:
        return await self.patch(f"/studios/{studio_id}", change, Studio)

    async def close_studio(self, studio_id: UUID) -> None:
        """Delete it with its memberships; for staff (`studios:write`)."""
        await self.delete(f"/studios/{studio_id}")

    async def members(self, studio_id: UUID, cursor: str | None = None, limit: int = 50) -> Members:
        return await self.get(f"/studios/{studio_id}/members", Members, cursor=cursor, limit=limit)

    async def set_member(self, studio_id: UUID, account_id: UUID, role: StudioRole) -> Member:
        path = f"/studios/{studio_id}/members/{account_id}"
        return await self.put(path, MemberChange(role=role), Member)

    async def remove_member(self, studio_id: UUID, account_id: UUID) -> None:
        """Remove somebody, or leave."""
        await self.delete(f"/studios/{studio_id}/members/{account_id}")

    async def account(self, account_id: UUID) -> Account:
        """One person; that it was looked at is in the audit log."""
        return await self.get(f"/accounts/{account_id}", Account)

    async def suspend(self, account_id: UUID, why: str) -> Account:
        return await self.put(f"/accounts/{account_id}/suspension", SuspensionNew(why=why), Account)

    async def lift_suspension(self, account_id: UUID) -> Account:
        answer = await self.send("DELETE", f"/accounts/{account_id}/suspension")
        return Account.model_validate_json(answer.content)

    async def merge(self, account_id: UUID, from_id: UUID, why: str) -> Account:
        body = MergeNew(from_id=from_id, why=why)
        return await self.post(f"/accounts/{account_id}/merges", body, Account)

    async def act_as(self, account_id: UUID, new: ActingNew) -> ActingStarted:
        return await self.post(f"/accounts/{account_id}/acting", new, ActingStarted)

    async def use_acting(self, token: str) -> ActingToken:
        """Turn the one-time link into an access token (what the portal does for `/l/{token}`)."""
        return await self.post("/acting/use", InvitationToken(token=token), ActingToken)

    async def current_acting(self) -> Acting:
        """Who acts, asked with the acting token; 404 with any other."""
        return await self.get("/acting/current", Acting)

    async def stop_acting(self) -> None:
        """Stop, with the acting token itself."""
        await self.delete("/acting/current")

    async def actings(
        self, account_id: UUID, cursor: str | None = None, limit: int = 50
    ) -> Actings:
        """Who has acted as that person: for them and for `people:write`."""
        path = f"/accounts/{account_id}/acting"
        return await self.get(path, Actings, cursor=cursor, limit=limit)

    async def accesses(self, cursor: str | None = None, limit: int = 50) -> Accesses:
        """Who looked at one's own data."""
        return await self.get("/me/accesses", Accesses, cursor=cursor, limit=limit)

    async def my_clients(self) -> MyClients:
        return await self.get("/me/clients", MyClients)

    async def create_my_client(self, new: ClientNew) -> ClientWithSecret:
        return await self.post("/me/clients", new, ClientWithSecret)

    async def client(self, client_id: UUID) -> ClientDetails:
        return await self.get(f"/clients/{client_id}", ClientDetails)

    async def change_client(self, client_id: UUID, change: ClientChange) -> ClientDetails:
        return await self.patch(f"/clients/{client_id}", change, ClientDetails)

    async def rotate_secret(self, client_id: UUID, new: ClientSecretNew) -> ClientSecretMade:
        return await self.post(f"/clients/{client_id}/secrets", new, ClientSecretMade)

    async def end_secret(self, client_id: UUID, secret_id: UUID) -> None:
        await self.delete(f"/clients/{client_id}/secrets/{secret_id}")

    async def usage(self, client_id: UUID, days: int = 30) -> ClientUsage:
        return await self.get(f"/clients/{client_id}/usage", ClientUsage, days=days)

    async def tell_calls(self, told: ClientCallsTold) -> None:
        """Tell how often clients have called: for services."""
        await self.post("/client-calls", told, key=str(told.process))
