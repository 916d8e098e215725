"""How to call accounts_service about roles, invitations and studios."""

from kit.client import ServiceClient


class StudioCalls(ServiceClient):
    """A part of AccountsClient."""

    SERVICE = "accounts_service"
