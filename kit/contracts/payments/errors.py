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


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""


class OrderKeyReused(Invalid):
    """This Idempotency-Key was used for another order or payment; take a new one."""


class OrderClosed(Conflict):
    """This order cannot be paid or cancelled any more; extras: `state`."""


class NotForSale(Invalid):
    """This cannot be bought; `errors` may say why."""


class OwnFilm(Conflict):
    """This is yours already: nobody pays for their own film."""


class OwnedAlready(Conflict):
    """You have this already; there is nothing to pay."""


class NeedsAccount(Conflict):
    """Sign in first: this is kept with an account."""


class NeedsKey(Invalid):
    """Send an Idempotency-Key header of 16 to 200 characters, a new one for each payment."""


class MethodUnavailable(Conflict):
    """This way to pay does not work now; take another one."""


class WrongPhone(Invalid):
    """This is no mobile number that can pay; write it with its country code."""


class TooManyAttempts(Conflict):
    """A payment of this order is under way: end it on the phone, or wait until it ends."""


class WebhookUnsigned(Invalid):
    """The signature of this webhook is missing, wrong or too old."""


class WebhookNotFound(NotFound):
    """There is no such webhook."""


class ProviderNotFound(NotFound):
    """There is no such payment provider here."""
