"""How to call accounts_service."""

from uuid import UUID

from kit.contracts.accounts.factors_client import FactorCalls
from kit.contracts.accounts.identity_client import IdentityCalls
from kit.contracts.accounts.people import (
    Account,
    AccountChange,
    Accounts,
    PasswordChange,
    Refresh,
    Setup,
    SetupLink,
    SetupLinkNew,
    SignedIn,
    SignIn,
)
from kit.contracts.accounts.profiles_client import ProfileCalls
from kit.contracts.accounts.programs import (
    AuditEntries,
    AuditEntry,
    AuditEntryNew,
    AuditQuery,
    ClientNew,
    Clients,
    ClientWithSecret,
    JwkSet,
    SigningKeyNew,
)
from kit.contracts.accounts.studios_client import StudioCalls
from kit.schema import Schema


class AccountsClient(IdentityCalls, FactorCalls, StudioCalls, ProfileCalls):
    """Speaks to accounts_service; `.acting(token)` for what a person does.

    A front-end gives the viewer's `address`, by which attempts to sign in are limited.
    """

    SERVICE = "accounts_service"

    async def sign_in(self, new: SignIn, *, address: str = "", device: str = "") -> SignedIn:
        return await self._viewer("/sessions", new, address, device)

    async def refresh(self, refresh_token: str, *, address: str = "") -> SignedIn:
        body = Refresh(refresh_token=refresh_token)
        return await self._viewer("/sessions/refresh", body, address)

    async def sign_out(self) -> None:
        await self.delete("/sessions/current")

    async def sign_out_everywhere(self) -> None:
        await self.delete("/sessions")

    async def me(self) -> Account:
        return await self.get("/me", Account)

    async def change_password(self, change: PasswordChange, *, address: str = "") -> SignedIn:
        return await self._viewer("/me/password", change, address)

    async def accounts(self, q: str = "", cursor: str | None = None, limit: int = 50) -> Accounts:
        return await self.get("/accounts", Accounts, q=q or None, cursor=cursor, limit=limit)

    async def change_account(self, account_id: UUID, change: AccountChange) -> Account:
        return await self.patch(f"/accounts/{account_id}", change, Account)

    async def make_setup_link(self, new: SetupLinkNew) -> SetupLink:
        return await self.post("/setup-links", new, SetupLink)

    async def set_up(self, setup: Setup, *, address: str = "", device: str = "") -> SignedIn:
        return await self._viewer("/setup", setup, address, device)

    async def clients(self, cursor: str | None = None, limit: int = 50) -> Clients:
        return await self.get("/clients", Clients, cursor=cursor, limit=limit)

    async def create_client(self, new: ClientNew) -> ClientWithSecret:
        return await self.post("/clients", new, ClientWithSecret)

    async def revoke_client(self, client_id: UUID) -> None:
        await self.delete(f"/clients/{client_id}")

    async def audit(
        self, filters: AuditQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> AuditEntries:
        chosen = dict(filters or AuditQuery())
        return await self.get("/audit", AuditEntries, **chosen, cursor=cursor, limit=limit)

    async def record(self, entry: AuditEntryNew) -> AuditEntry:
        """Add to the log; the entry's id is its idempotency key, so this may be repeated."""
        return await self.post("/audit", entry, AuditEntry, key=str(entry.id))

    async def keys(self) -> JwkSet:
        return await self.get("/.well-known/jwks.json", JwkSet)

    async def replace_signing_key(self, new: SigningKeyNew) -> JwkSet:
        return await self.post("/signing-keys", new, JwkSet)

    async def _viewer(self, path: str, body: Schema, address: str, device: str = "") -> SignedIn:
        headers = {"X-Viewer-Address": address, "X-Viewer-Device": _ascii(device)}
        answer = await self.send("POST", path, body, headers=headers)
        return SignedIn.model_validate_json(answer.content)


def _ascii(text: str) -> str:
    return text[:200].encode("ascii", "replace").decode()
