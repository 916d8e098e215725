"""What payments_service refuses about coins, films and bundles, by name."""

from kit.errors import Conflict, Invalid, NotFound


class NotEnoughCoins(Conflict):
    """There are not enough coins in this wallet; extras: `balance`, `missing`."""


class SpendKeyReused(Invalid):
    """This Idempotency-Key was used to spend or give other coins; take a new one."""


class NoSuchReceiver(Invalid):
    """Nobody has an account with this address, or it is your own."""


class PackNotFound(NotFound):
    """There is no such pack of coins."""


class BundleNotFound(NotFound):
    """There is no such bundle, or it is not on sale."""


class BundleTaken(Conflict):
    """There is a pass for this season already: one season has one price."""


class NoTerms(NotFound):
    """This film is sold for its price in the catalogue only."""


class GrantNotFound(NotFound):
    """There is no such film in this account."""


class NotForCoins(Invalid):
    """This film cannot be had for coins."""


class RentalOver(Conflict):
    """The time to watch this rental is over."""


class WatchedAlready(Conflict):
    """What was watched is not taken back."""


class RefundTooLate(Conflict):
    """The time to give this back is over, or it was not paid with coins; extras: `until`."""
