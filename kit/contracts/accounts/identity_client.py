"""How to call accounts_service about sign-up, links and sessions."""

from collections.abc import Sequence
from uuid import UUID

import httpx

from kit.client import ServiceClient
from kit.contracts.accounts.identity import (
    Contacts,
    EmailChange,
    LinkNew,
    LinkSeen,
    LinkShown,
    LinkUse,
    LinkUsed,
    SignUp,
    UserSessions,
)
from kit.contracts.accounts.people import SignedIn
from kit.schema import Schema


class IdentityCalls(ServiceClient):
    """A part of AccountsClient. `address` and `device` (its User-Agent) are the viewer's."""

    SERVICE = "accounts_service"

    async def sign_up(self, new: SignUp, *, address: str = "", device: str = "") -> SignedIn:
        """Make an account and be signed in; a mail asks to verify the address."""
        answer = await self._as_viewer("/accounts", new, address, device)
        return SignedIn.model_validate_json(answer.content)

    async def ask_link(self, new: LinkNew, *, address: str = "") -> None:
        """Have a sign-in or password-reset link mailed, if there is somebody to mail it to."""
        await self._as_viewer("/links", new, address)

    async def look_at_link(self, token: str, *, address: str = "") -> LinkSeen:
        answer = await self._as_viewer("/links/look", LinkShown(token=token), address)
        return LinkSeen.model_validate_json(answer.content)

    async def use_link(self, use: LinkUse, *, address: str = "", device: str = "") -> LinkUsed:
        answer = await self._as_viewer("/links/use", use, address, device)
        return LinkUsed.model_validate_json(answer.content)

    async def ask_verification(self, *, address: str = "") -> None:
        """Have the mail that verifies one's own address sent once more."""
        await self._as_viewer("/me/verification", None, address)

    async def change_email(self, change: EmailChange, *, address: str = "") -> None:
        """Have a link mailed to the new address; nothing changes before it is used."""
        await self._as_viewer("/me/email", change, address)

    async def my_sessions(self) -> UserSessions:
        return await self.get("/me/sessions", UserSessions)

    async def end_session(self, session_id: UUID) -> None:
        await self.delete(f"/me/sessions/{session_id}")

    async def sessions_of(self, account_id: UUID) -> UserSessions:
        """Return where somebody is signed in, for staff; it is logged that they looked."""
        return await self.get(f"/accounts/{account_id}/sessions", UserSessions)

    async def end_sessions_of(self, account_id: UUID, session_id: UUID | None = None) -> None:
        """Sign somebody out, of one session or of all."""
        one = f"/{session_id}" if session_id is not None else ""
        await self.delete(f"/accounts/{account_id}/sessions{one}")

    async def end_other_sessions(self) -> None:
        """Sign out everywhere but here; `sign_out_everywhere` ends this one too."""
        await self.delete("/me/sessions")

    async def contacts(self, ids: Sequence[UUID]) -> Contacts:
        """Return how to reach these people, at most `MOST_CONTACTS`; for services only."""
        return await self.get("/contacts", Contacts, ids=[str(one) for one in ids])

    async def _as_viewer(
        self, path: str, body: Schema | None, address: str, device: str = ""
    ) -> httpx.Response:
        shown = device[:200].encode("ascii", "replace").decode()
        headers = {"X-Viewer-Address": address, "X-Viewer-Device": shown}
        return await self.send("POST", path, body, headers=headers)
