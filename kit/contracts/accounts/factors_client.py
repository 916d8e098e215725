"""How to call accounts_service about second factors, passkeys and providers."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.accounts.factors import (
    Ceremony,
    Challenge,
    Confirmation,
    Confirmed,
    Credential,
    FactorAdded,
    Factors,
    Passkey,
    PasskeyChange,
    PasskeyNew,
    ProviderAnswer,
    ProviderBegin,
    ProviderList,
    ProviderStart,
    RecoveryCodes,
    SecondFactor,
    TotpCode,
    TotpStart,
)
from kit.contracts.accounts.people import SignedIn
from kit.schema import Schema


class FactorCalls(ServiceClient):
    """A part of AccountsClient. What changes an account may raise ConfirmationNeeded."""

    SERVICE = "accounts_service"

    async def second_factor(
        self, step: SecondFactor, *, address: str = "", device: str = ""
    ) -> SignedIn:
        """Finish a sign-in that raised SecondFactorNeeded."""
        return await self._opened("/sessions/second-factor", step, address, device)

    async def second_factor_passkey(self, challenge: str) -> Ceremony:
        return await self.post(
            "/sessions/second-factor/passkey", Challenge(challenge=challenge), Ceremony
        )

    async def begin_passkey_sign_in(self) -> Ceremony:
        return await self.post("/sessions/passkey/options", None, Ceremony)

    async def passkey_sign_in(
        self, credential: Credential, *, address: str = "", device: str = ""
    ) -> SignedIn:
        """Sign in without a name and without a password."""
        return await self._opened("/sessions/passkey", credential, address, device)

    async def confirm(self, wish: Confirmation, *, address: str = "") -> Confirmed:
        """Show anew who it is: dangerous deeds are open for ten minutes."""
        answer = await self.send(
            "POST", "/sessions/current/confirmation", wish, headers=_viewer(address)
        )
        return Confirmed.model_validate_json(answer.content)

    async def confirm_passkey(self) -> Ceremony:
        return await self.post("/sessions/current/confirmation/passkey", None, Ceremony)

    async def factors(self) -> Factors:
        return await self.get("/me/factors", Factors)

    async def start_totp(self) -> TotpStart:
        return await self.post("/me/totp", None, TotpStart)

    async def confirm_totp(self, code: str, *, address: str = "") -> FactorAdded:
        body = TotpCode(code=code)
        answer = await self.send("POST", "/me/totp/codes", body, headers=_viewer(address))
        return FactorAdded.model_validate_json(answer.content)

    async def remove_totp(self) -> None:
        await self.delete("/me/totp")

    async def renew_recovery_codes(self) -> RecoveryCodes:
        return await self.post("/me/recovery-codes", None, RecoveryCodes)

    async def begin_passkey(self) -> Ceremony:
        return await self.post("/me/passkeys/options", None, Ceremony)

    async def add_passkey(self, new: PasskeyNew) -> FactorAdded:
        return await self.post("/me/passkeys", new, FactorAdded)

    async def rename_passkey(self, passkey_id: UUID, change: PasskeyChange) -> Passkey:
        return await self.patch(f"/me/passkeys/{passkey_id}", change, Passkey)

    async def remove_passkey(self, passkey_id: UUID) -> None:
        await self.delete(f"/me/passkeys/{passkey_id}")

    async def providers(self) -> ProviderList:
        """Return the providers this installation offers; none without settings."""
        return await self.get("/providers", ProviderList)

    async def begin_provider(self, name: str, begin: ProviderBegin) -> ProviderStart:
        return await self.post(f"/providers/{name}/sign-ins", begin, ProviderStart)

    async def provider_sign_in(
        self, name: str, answer: ProviderAnswer, *, address: str = "", device: str = ""
    ) -> SignedIn:
        """Sign in, or up: who is new gets an account, if the provider vouches for the e-mail."""
        return await self._opened(f"/providers/{name}/sessions", answer, address, device)

    async def begin_link(self, name: str, begin: ProviderBegin) -> ProviderStart:
        return await self.post(f"/me/providers/{name}/links", begin, ProviderStart)

    async def link_provider(self, name: str, answer: ProviderAnswer) -> Factors:
        return await self.post(f"/me/providers/{name}", answer, Factors)

    async def unlink_provider(self, name: str) -> None:
        await self.delete(f"/me/providers/{name}")

    async def _opened(self, path: str, body: Schema, address: str, device: str) -> SignedIn:
        answer = await self.send("POST", path, body, headers=_viewer(address, device))
        return SignedIn.model_validate_json(answer.content)


def _viewer(address: str, device: str = "") -> dict[str, str]:
    plain = device[:200].encode("ascii", "replace").decode()
    return {"X-Viewer-Address": address, "X-Viewer-Device": plain}
