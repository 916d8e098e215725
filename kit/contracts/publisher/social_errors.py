"""What publisher_service refuses about social publication, and why."""

from kit.errors import Conflict, Invalid, NotFound


class SocialAccountNotFound(NotFound):
    """There is no such connected account."""


class SocialAccountKnown(Conflict):
    """This account is connected already; give it new credentials instead."""


class CredentialsRefused(Invalid):
    """The network did not accept these credentials; `reason` is what it said."""


class CredentialsMissing(Invalid):
    """Some of what this network asks for is missing; `missing` names it."""


class SocialAccountUnchosen(Invalid):
    """These credentials reach several accounts; send them again with one of `choices`."""


class NetworkAway(Conflict):
    """The network did not answer; try again in a moment."""


class AddressNotPublic(Invalid):
    """Webhooks go to public https addresses only."""


class PublicationNotFound(NotFound):
    """There is no such publication."""


class PublicationDiffers(Conflict):
    """Another publication with this id was received before."""


class PublicationBegun(Conflict):
    """Part of this publication is out already, or on its way; it can no longer be changed."""


class PublicationUnfit(Invalid):
    """A network would not take this; `errors` names each target and what does not fit."""


class TargetNotFound(NotFound):
    """There is no such target."""


class TargetUnderWay(Conflict):
    """This target is still under way; wait until it was published or has failed."""


class TargetSettled(Conflict):
    """What became of this target is known; there is nothing to decide."""


class MediaNotFound(NotFound):
    """There is no such picture or clip."""


class MediaRefused(Invalid):
    """This is not a picture that can be read: send a JPEG, PNG or WebP of at most 10 MB."""


class ClipImpossible(Invalid):
    """A clip lasts between one second and ten minutes, and ends within its film."""
