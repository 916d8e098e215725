"""The typed client of tokens_service."""

from typing import ClassVar
from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.tokens.links import EntitlementQuestion, Holder, Linked, LinkedTokens, LinkNew
from kit.contracts.tokens.wire import (
    Batch,
    Batches,
    BatchNew,
    DeviceList,
    Mint,
    Revocation,
    Token,
    TokenChange,
    TokenQuery,
    Tokens,
    Verification,
    Verifications,
    Verify,
    VerifyMany,
)
from kit.schema import PersonalData

# These calls may be sent twice without harm, whatever their key: let the client retry them.
REPEATABLE = "repeatable"


class TokensClient(ServiceClient):
    """Speaks to tokens_service; `.acting(token)` for what a person does."""

    SERVICE: ClassVar[str] = "tokens_service"

    async def verify(
        self, token: str, *, device: str | None = None, viewer_address: str | None = None
    ) -> Verification:
        """Say what `token` opens; `viewer_address` is whose guesses are counted."""
        body = Verify(token=token, device=device)
        headers = {"X-Viewer-Address": viewer_address} if viewer_address else {}
        answer = await self.send("POST", "/verify", body, headers=headers, key=REPEATABLE)
        return Verification.model_validate_json(answer.content)

    async def verify_many(self, items: list[Verify]) -> Verifications:
        """Say what each opens, up to 100 at once; wrong ones count as the caller's guesses."""
        return await self.post("/verifications", VerifyMany(items=items), into=Verifications)

    async def mint(self, new: Mint) -> Token:
        return await self.post("/mint", new, into=Token, key=new.key or "")

    async def revoke(self, code: str) -> Token:
        return await self.post("/revoke", Revocation(code=code), into=Token, key=REPEATABLE)

    async def tokens(
        self, filters: TokenQuery | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> Tokens:
        chosen = (filters or TokenQuery()).model_dump(mode="json", exclude_none=True)
        return await self.get("/tokens", into=Tokens, **chosen, cursor=cursor, limit=limit)

    async def token(self, token_id: UUID) -> Token:
        return await self.get(f"/tokens/{token_id}", into=Token)

    async def change(self, token_id: UUID, change: TokenChange) -> Token:
        return await self.patch(f"/tokens/{token_id}", change, into=Token)

    async def devices(self, token_id: UUID) -> DeviceList:
        return await self.get(f"/tokens/{token_id}/devices", into=DeviceList)

    async def free_devices(self, token_id: UUID) -> None:
        await self.delete(f"/tokens/{token_id}/devices")

    async def free_device(self, token_id: UUID, device: str) -> None:
        await self.delete(f"/tokens/{token_id}/devices/{device}")

    async def link(self, token: str, *, viewer_address: str | None = None) -> Linked:
        """Make a code the caller's own (`.acting(token)`); wrong ones count as guesses."""
        headers = {"X-Viewer-Address": viewer_address} if viewer_address else {}
        answer = await self.send("POST", "/me/tokens", LinkNew(token=token), headers=headers)
        return Linked.model_validate_json(answer.content)

    async def my_tokens(self) -> LinkedTokens:
        """Return the codes of the person spoken for."""
        return await self.get("/me/tokens", into=LinkedTokens)

    async def unlink(self, token_id: UUID) -> None:
        """Let go of a code; it goes on opening what it opens, by itself."""
        await self.delete(f"/me/tokens/{token_id}")

    async def set_holder(self, token_id: UUID, account_id: UUID | None) -> Token:
        """Give a token to an account, or take it back (`tokens:mint`)."""
        return await self.put(f"/tokens/{token_id}/account", Holder(account_id=account_id), Token)

    async def entitlement(self, account_id: UUID, asked: EntitlementQuestion) -> Verification:
        """Say whether something the account holds opens a film; for services only."""
        path = f"/accounts/{account_id}/entitlement"
        answer = await self.send("POST", path, asked, key=REPEATABLE)
        return Verification.model_validate_json(answer.content)

    async def hand_over(self, account_id: UUID, to: UUID) -> None:
        """Give all codes of one account to another, when the two are merged; for services only."""
        await self.put(f"/accounts/{account_id}/tokens/account", Holder(account_id=to))

    async def personal_data(self, account_id: UUID) -> PersonalData:
        return await self.get(f"/personal-data/{account_id}", PersonalData)

    async def mint_batch(self, new: BatchNew) -> Batch:
        return await self.post("/batches", new, into=Batch, key=new.key or "")

    async def batches(self, *, cursor: str | None = None, limit: int = 50) -> Batches:
        return await self.get("/batches", into=Batches, cursor=cursor, limit=limit)

    async def batch(self, batch_id: UUID) -> Batch:
        return await self.get(f"/batches/{batch_id}", into=Batch)

    async def revoke_batch(self, batch_id: UUID) -> Batch:
        return await self.post(f"/batches/{batch_id}/revocation", None, Batch, key=REPEATABLE)

    async def batch_csv(self, batch_id: UUID) -> bytes:
        """Return every code of a batch with its address, as a table."""
        return (await self.send("GET", f"/batches/{batch_id}/codes.csv")).content

    async def batch_sheet(self, batch_id: UUID, language: str = "fr") -> bytes:
        """Return a page of HTML to print on A4: tickets with QR codes.

        Serve it with SHEET_POLICY: its style is inside it.
        """
        query = {"language": language}
        return (await self.send("GET", f"/batches/{batch_id}/sheet", query=query)).content
