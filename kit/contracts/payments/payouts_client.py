"""How to call payments_service about payouts; `.acting(token)` for who is paid, or who approves."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments import errors
from kit.contracts.payments.payouts import (
    Payout,
    PayoutAccount,
    PayoutAccountNew,
    PayoutAccounts,
    PayoutAccountSeen,
    PayoutApproval,
    PayoutNew,
    PayoutNote,
    PayoutQuery,
    Payouts,
    PayoutStory,
)

__all__ = ["PayoutsClient", "errors"]  # the errors must be known to come back by name


class PayoutsClient(ServiceClient):
    SERVICE = "payments_service"

    async def my_payout_account(self) -> PayoutAccount:
        """Return where one is paid, or raise PayoutAccountMissing."""
        return await self.get("/my-payout-account", PayoutAccount)

    async def set_payout_account(self, new: PayoutAccountNew) -> PayoutAccount:
        return await self.put("/my-payout-account", new, PayoutAccount)

    async def my_payouts(self, cursor: str | None = None, limit: int = 50) -> Payouts:
        return await self.get("/my-payouts", Payouts, cursor=cursor, limit=limit)

    async def request_payout(self, new: PayoutNew, key: str) -> Payout:
        """Ask to be paid; with the same key, the same payout however often."""
        return await self.post("/my-payouts", new, Payout, key=key)

    async def withdraw_payout(self, payout_id: UUID) -> Payout:
        """Take back a request that nobody has approved yet."""
        return await self.delete(f"/my-payouts/{payout_id}", Payout)

    # What staff see and do.

    async def payouts(
        self, filters: PayoutQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Payouts:
        chosen = filters.model_dump(mode="json", exclude_none=True) if filters else {}
        return await self.get("/payouts", Payouts, **chosen, cursor=cursor, limit=limit)

    async def payout(self, payout_id: UUID) -> PayoutStory:
        return await self.get(f"/payouts/{payout_id}", PayoutStory)

    async def approve_payout(self, payout_id: UUID, *, confirms_name: bool = False) -> Payout:
        """Send the money (`payouts:approve`); never by the one who is paid. Raises PayoutHeld."""
        new = PayoutApproval(confirms_name=confirms_name)
        return await self.post(f"/payouts/{payout_id}/approval", new, Payout)

    async def hold_payout(self, payout_id: UUID, note: str) -> Payout:
        return await self.post(f"/payouts/{payout_id}/hold", PayoutNote(note=note), Payout)

    async def refuse_payout(self, payout_id: UUID, note: str) -> Payout:
        return await self.post(f"/payouts/{payout_id}/refusal", PayoutNote(note=note), Payout)

    async def payout_accounts(
        self, *, flagged: bool | None = None, cursor: str | None = None, limit: int = 50
    ) -> PayoutAccounts:
        return await self.get(
            "/payout-accounts", PayoutAccounts, flagged=flagged, cursor=cursor, limit=limit
        )

    async def check_payout_account(self, payout_account_id: UUID) -> PayoutAccountSeen:
        """Say that somebody looked at the flags and found it well (`payouts:approve`)."""
        path = f"/payout-accounts/{payout_account_id}/check"
        return await self.post(path, None, PayoutAccountSeen)
