"""What can be wrong, as facts with a status."""

from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class FilmNotFound(NotFound):
    """There is no such film."""


class SeriesNotFound(NotFound):
    """There is no such series."""


class CategoryNotFound(NotFound):
    """There is no such category."""


class TagNotFound(NotFound):
    """There is no such tag."""


class RailNotFound(NotFound):
    """There is no such rail."""


class ImageNotFound(NotFound):
    """There is no such picture."""


class DeletionNotFound(NotFound):
    """There is no such reported deletion."""


class SlugTaken(Conflict):
    """Another one has this slug already; choose a different one."""


class VideoTaken(Conflict):
    """Another film shows this video already."""


class EpisodeTaken(Conflict):
    """This season has an episode of that number already."""


class NotYetPlayable(Conflict):
    """The video cannot be watched yet; wait until the library has encoded it."""


class EntitlementNeeded(Forbidden):
    """This film asks for an access code that opens it.

    Extras: `access_level`, `price_amount`, `currency`, and `reason`: no_token, not_valid,
    wrong_level, other_film or device_limit.
    """


class NotForThisAge(Forbidden):
    """This film is not for the age of the profile that is watching.

    Extras: `age_rating`, `max_age`.
    """


class TooManyStreams(Conflict):
    """This account plays on as many devices as it may at the same time; stop one, wait a minute.

    Extras: `limit`.
    """


class PreviewNotAllowed(Forbidden):
    """Only people who may edit films can watch them without a code."""


class PriceMissing(Invalid):
    """A pay-per-view film needs a price and a currency."""


class WindowClosesFirst(Invalid):
    """The film would close before it opens; set closes_at after opens_at."""


class OpeningMissing(Invalid):
    """A scheduled film needs the moment it opens: set opens_at."""


class NotAPicture(Invalid):
    """This file is not a picture we can read; send a JPEG, PNG or WebP."""


class NotATable(Invalid):
    """This file is not CSV with a header line that we can read; see the export for an example."""


class WebhookForged(Unauthenticated):
    """This webhook is not signed with the video library's read-only key."""


class RailWithoutReference(Invalid):
    """This kind of rail needs a reference: the slug of a category, tag or series, or a level."""
