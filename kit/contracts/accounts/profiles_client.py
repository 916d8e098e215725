"""How to call accounts_service about profiles and the rights of the person."""

from kit.client import ServiceClient


class ProfileCalls(ServiceClient):
    """A part of AccountsClient."""

    SERVICE = "accounts_service"
