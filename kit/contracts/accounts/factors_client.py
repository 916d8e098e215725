"""How to call accounts_service about second factors, passkeys and providers."""

from kit.client import ServiceClient


class FactorCalls(ServiceClient):
    """A part of AccountsClient."""

    SERVICE = "accounts_service"
