"""What tokens_service refuses, and why."""

from kit.errors import Conflict, Invalid, NotFound, TooMany, Unavailable


class TokenNotFound(NotFound):
    """There is no such token."""


class CodeNotValid(NotFound):
    """This code opens nothing: it is wrong, has expired, or was withdrawn."""


class CodeTaken(Conflict):
    """This code belongs to another account already."""


class TooManyCodes(Conflict):
    """This account holds as many codes as it can; let some go first."""


class BatchNotFound(NotFound):
    """There is no such batch of tokens."""


class TokenKeyReused(Invalid):
    """This key was used for another token before; choose a new one."""


class LifetimePast(Invalid):
    """This date has passed already; choose a later one."""


class GuessedTooOften(TooMany):
    """Too many wrong codes came from this address. Wait a moment, then type yours again."""


class TokenStoreUnavailable(Unavailable):
    """The store of tokens does not answer; try again in a moment."""
