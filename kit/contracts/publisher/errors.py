"""What publisher_service refuses about notices, and why."""

from kit.errors import Conflict, Gone, Invalid, NotFound


class NoticeNotFound(NotFound):
    """There is no such notice."""


class NoticeDiffers(Conflict):
    """Another notice with this id was received before."""


class NobodyToTell(Invalid):
    """A notice needs the id of an account or an e-mail address."""


class UnknownKind(NotFound):
    """There is no such kind of notice; `GET /kinds` lists them."""


class UnknownPlaceholder(Invalid):
    """This kind of notice has no such value; `GET /kinds` lists what each has."""


class CannotSwitchOff(Invalid):
    """Notices about security always come; they cannot be switched off."""


class DeliveryNotFound(NotFound):
    """There is no such delivery."""


class DeliveryUnderWay(Conflict):
    """This delivery is still under way; wait until it was sent or has failed."""


class ValuesForgotten(Gone):
    """Its one-time link was forgotten once it was sent. Ask for a new one where it came from."""


class MailNotFound(NotFound):
    """There is no such mail in the outbox."""


class BadTopic(Invalid):
    """A topic is `series:<id>` or `maker:<id>`."""


class TooManyFollowed(Conflict):
    """Nobody can follow more than a thousand series and people. Stop following some first."""


class AnnouncementNotFound(NotFound):
    """There is no such announcement."""


class AnnouncementDiffers(Conflict):
    """Another announcement with this id was received before."""


class BadUnsubscription(Invalid):
    """This link is not one of ours. Sign in and change your notices in your account."""
