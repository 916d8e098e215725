"""The last step of a film: whoever follows its series or its makers is told, and posts go out.

Both happen once in a film's life: their ids come from the film's, so publisher_service knows an
announcement again, however often a film is published, encoded or tried.
"""

from collections.abc import Sequence
from uuid import UUID

from gateway import rules
from gateway.actions.steps import Context, Facts
from gateway.rules import Told
from kit import clock
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import Maker
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import FilmNotFound
from kit.contracts.catalog.films import Film
from kit.contracts.gateway import Announce, FilmUploaded, SocialPosts, announcement_id
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.errors import AnnouncementDiffers
from kit.contracts.publisher.social import PublicationNew, TargetNew
from kit.contracts.publisher.social_errors import PublicationDiffers
from kit.contracts.publisher.wishes import AnnouncementNew
from kit.errors import Invalid, NotFound
from kit.jobs import GiveUp, Later


async def announce(context: Context) -> Facts:
    """Tell whoever the admin wants told, once people see the film; wait for its opening."""
    wanted = _wanted(context)
    if wanted is None:
        return {}
    film = await _in_view(context)
    if film is None:
        context.say("People do not see this film: nobody is told.")
        return {}
    if wanted.followers:
        await _tell_followers(context, film)
    if wanted.social is not None:
        await _post(context, film, wanted.social)
    return {}


def _wanted(context: Context) -> Announce | None:
    """Return what was asked for; what is usual, if nothing was said about it."""
    film = FilmUploaded.model_validate({"video_guid": UUID(int=0), **context.arguments})
    if not film.publish:
        context.say("Left as a draft: nobody is told.")
        return None
    if film.announce is not None:
        if not film.announce.followers and film.announce.social is None:
            context.say("Nobody is told, as asked.")
            return None
        return film.announce
    if not context.facts.get("is_first", False):
        context.say("It was published before: nobody is told again.")
        return None
    return Announce()


async def _in_view(context: Context) -> Film | None:
    """Return the film as people see it, None if they do not; raise Later if they will."""
    catalog = context.client(CatalogClient)
    film_id = UUID(context.arguments["film_id"])
    try:
        return await catalog.film(film_id)
    except FilmNotFound:
        pass
    try:
        hidden = await catalog.film(film_id, everything=True)
    except FilmNotFound:
        return None
    seconds = rules.opens_in(hidden.status.value, hidden.opens_at, clock.now())
    if seconds is None:
        return None
    raise Later(rules.opening_seconds(seconds))


async def _tell_followers(context: Context, film: Film) -> None:
    makers = await _makers(context, film)
    told = _told(context, film, makers)
    if told is None:
        context.say("It is in no series, and none of its makers has a page: nobody follows them.")
        return
    new = AnnouncementNew(
        id=announcement_id(film.id), topics=list(told.topics), kind=told.kind, values=told.values
    )
    try:
        await context.client(PublisherClient).announce(new)
    except AnnouncementDiffers:
        context.say("Followers were told of this film before; they are not told again.")
        return
    context.say("Those who follow its series or its makers are told.")


def _told(context: Context, film: Film, makers: Sequence[Maker]) -> Told | None:
    portal = context.settings.portal_public_url.rstrip("/")
    still = film.backdrop or film.poster
    return rules.told(
        film.title,
        f"{portal}/films/{film.slug}",
        portal + still.address(rules.PICTURE_WIDTH) if still else "",
        (str(film.series.id), film.series.title) if film.series else None,
        makers=[(str(maker.id), maker.name) for maker in makers],
        by=_directors(film),
    )


async def _makers(context: Context, film: Film) -> Sequence[Maker]:
    """Return who of its credits has a public page; a credit is a name, so the name decides."""
    names = list(dict.fromkeys(credit.name for credit in film.credits))[: rules.MOST_MAKERS]
    if not names:
        return []
    accounts = context.client(AccountsClient)
    return (await accounts.makers(names=names, limit=rules.MOST_MAKERS)).items


async def _post(context: Context, film: Film, posts: SocialPosts) -> None:
    portal = context.settings.portal_public_url.rstrip("/")
    by = ", ".join(_directors(film))
    new = PublicationNew(
        id=announcement_id(film.id, "posts"),
        title=film.title[:200],
        text=posts.text or (f"{film.title} ({by})" if by else film.title),
        url=f"{portal}/films/{film.slug}",
        film_id=film.id,
        targets=[TargetNew(account_id=one, text=posts.texts.get(one)) for one in posts.targets],
    )
    try:
        await context.client(PublisherClient).publish(new)
    except PublicationDiffers:
        context.say("Posts about this film went out before; none is sent again.")
        return
    except (Invalid, NotFound) as error:
        raise GiveUp(f"The posts cannot go out: {error.detail}") from error
    context.say("Posts are on their way to the chosen networks.")


def _directors(film: Film) -> list[str]:
    return [credit.name for credit in film.credits if credit.role == "director"]
