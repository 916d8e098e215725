"""What payments_service refuses, by name."""

from kit.errors import Conflict, Invalid, NotFound


class Insufficient(Conflict):
    """There is not enough on this account; extras: `account`."""


class JournalKeyReused(Invalid):
    """This key was used for another movement; take a new one."""


class HoldResolved(Conflict):
    """This hold was posted, voided or has expired already."""


class JournalReversed(Conflict):
    """This movement was reversed already; it can be reversed once."""


class JournalNotFound(NotFound):
    """There is no such movement in the ledger."""


class AccountNotFound(NotFound):
    """There is no such account in the ledger."""
