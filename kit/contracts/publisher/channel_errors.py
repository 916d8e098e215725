"""What publisher_service refuses about where people are reached, and why."""

from kit.errors import Conflict, Invalid, NotFound


class PlaceNotFound(NotFound):
    """There is no such device, chat or number."""


class ChannelNotOffered(NotFound):
    """This channel is not set up here."""


class BadSubscription(Invalid):
    """This is no subscription that a browser gave: public https address, P-256 key and secret."""


class TooManyPlaces(Conflict):
    """There are as many devices as an account can have. Remove one first."""


class BadNumber(Invalid):
    """This is no phone number that can get messages. Write it with its country code."""


class CountryNotServed(Invalid):
    """No messages are sent to numbers of that country."""


class NoCodeWaiting(NotFound):
    """No code is waiting for this channel, or it has expired. Ask for a new one."""


class WrongCode(Invalid):
    """This is not the code that was sent."""
