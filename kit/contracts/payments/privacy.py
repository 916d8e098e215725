"""What services of the suite ask of payments_service about one account."""

from typing import ClassVar
from uuid import UUID

from kit.client import ServiceClient
from kit.schema import PersonalData, Schema


class Heir(Schema):
    """Who gets all of an account that was merged into theirs."""

    account_id: UUID


class PaymentsPrivacyClient(ServiceClient):
    SERVICE: ClassVar[str] = "payments_service"

    async def personal_data(self, account_id: UUID) -> PersonalData:
        return await self.get(f"/personal-data/{account_id}", PersonalData)

    async def forget(self, account_id: UUID) -> None:
        await self.delete(f"/personal-data/{account_id}")

    async def hand_over(self, account_id: UUID, into_id: UUID) -> None:
        """Give all of one account to another, when the two are merged."""
        await self.put(f"/personal-data/{account_id}/account", Heir(account_id=into_id))
