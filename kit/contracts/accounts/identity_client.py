"""How to call accounts_service about sign-up, links and sessions."""

from kit.client import ServiceClient


class IdentityCalls(ServiceClient):
    """A part of AccountsClient."""

    SERVICE = "accounts_service"
