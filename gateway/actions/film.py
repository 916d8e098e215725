"""The steps by which a film goes online. Each may be repeated at any time."""

from datetime import timedelta
from uuid import UUID

from gateway import rules
from gateway.actions.steps import Context, Facts
from kit import clock
from kit.contracts.catalog.changes import FilmChange, Publication
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import FilmNotFound, NotYetPlayable
from kit.contracts.gateway import FilmUploaded
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Video, VideoNotFound, VideoStatus
from kit.errors import Invalid
from kit.jobs import GiveUp, Later

FAILED = frozenset({VideoStatus.error, VideoStatus.upload_failed})
NOT_YET_SECONDS = 2.0


async def transcode(context: Context) -> Facts:
    """Wait, without holding a worker, until the library has encoded the film."""
    film = FilmUploaded.model_validate(context.arguments)
    library = context.client(VideoLibraryClient)
    try:
        video = await library.get_video(str(film.video_guid))
    except VideoNotFound as error:
        raise GiveUp("The video library has no such video; was it deleted?") from error
    if video.status in FAILED:
        raise GiveUp(video.trouble or "The video library could not encode this film.")
    if video.status == VideoStatus.finished:
        is_first = await _is_first(context, film.film_id)
        context.say(f"Encoded: {video.available_resolutions or 'no resolution is named'}.")
        return {
            "resolutions": video.available_resolutions, "seconds": video.length,
            "is_first": is_first,
        }  # fmt: skip
    raise _come_back(context, video)


async def publish(context: Context) -> Facts:
    """Show the film to its audience, with the access level the admin chose."""
    film = FilmUploaded.model_validate(context.arguments)
    if not film.publish:
        context.say("Left as a draft, as asked.")
        return {}
    catalog = context.client(CatalogClient)
    try:
        if film.access_level is not None:
            change = FilmChange.model_validate({"access_level": film.access_level})
            await catalog.change_film(film.film_id, change)
        shown = await catalog.publish_film(film.film_id, Publication())
    except FilmNotFound as error:
        raise GiveUp("The catalogue has no such film; was it deleted?") from error
    except NotYetPlayable as error:
        _give_up_in_time(context, "the catalogue did not hear that the film can be played")
        raise Later(NOT_YET_SECONDS) from error
    except Invalid as error:
        raise GiveUp(f"The catalogue cannot publish it: {error.detail}") from error
    context.say(f"In the catalogue: {shown.title} ({shown.status}).")
    return {"slug": shown.slug}


async def _is_first(context: Context, film_id: UUID) -> bool:
    """Say whether the film was never published; found out before it is, and kept by a retry."""
    if "is_first" in context.facts:
        return bool(context.facts["is_first"])
    try:
        film = await context.client(CatalogClient).film(film_id, everything=True)
    except FilmNotFound:
        return False
    return rules.is_first(film.published_at, clock.now())


def _come_back(context: Context, video: Video) -> Later:
    """Report how far the library is; return when to be called again."""
    _give_up_in_time(context, "the video was never encoded")
    context.progress = max(0, min(99, video.encode_progress))
    waited = (clock.now() - context.begun_at).total_seconds()
    return Later(rules.poll_seconds(context.settings.poll_seconds, waited))


def _give_up_in_time(context: Context, what: str) -> None:
    patience = timedelta(days=context.settings.patience_days)
    if clock.now() - context.begun_at > patience:
        raise GiveUp(f"After {patience.days} days {what}.")


def subject(film_id: UUID) -> str:
    return f"film/{film_id}"
