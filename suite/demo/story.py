"""Bring the sample films online the way a studio would; what is there already is left as it is.

Each step looks first at what there is, by names that never change (a video's title, a film's slug,
an event's id, a token's key), so a second time, or one after a `kill -9`, adds nothing twice.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from kit.contracts.catalog.changes import FilmChange, FilmNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import FilmNotFound, SeriesNotFound
from kit.contracts.catalog.films import Film, FilmQuery
from kit.contracts.catalog.shelves import RailKind, RailNew, SeriesNew
from kit.contracts.catalog.words import FilmStatus
from kit.contracts.gateway import Announce, EventNew, FilmUploaded, GatewayClient, Job, JobState
from kit.contracts.tokens import AccessLevel, Mint, TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Video, VideoNew, VideoStatus
from suite.demo import films, making
from suite.demo.board import Board
from suite.demo.films import SAMPLES, SPIRAL, Sample
from suite.demo.shop import Till, open_shop
from suite.demo.tus import Upload
from suite.environment import Place
from suite.errors import Stop
from suite.terminal import say, strong

STORY = UUID("01900000-0000-7000-8000-00000000de40")  # the namespace of the demo's event ids
NOT_UPLOADED = {VideoStatus.created, VideoStatus.upload_failed}


@dataclass(frozen=True)
class Studio:
    """Whom the story speaks to."""

    catalog: CatalogClient
    gateway: GatewayClient
    tokens: TokensClient
    till: Till
    library: VideoLibraryClient
    tus_url: str
    folder: Path

    async def close(self) -> None:
        for client in (self.catalog, self.gateway, self.tokens, self.library):
            await client.close()
        await self.till.close()


async def bring_films(place: Place, studio: Studio) -> None:
    """Bring all sample films online, and print what opens the locked ones."""
    say("  Four sample films go online, by upload, encoding and publication:\n")
    studio.folder.mkdir(exist_ok=True)
    board = Board([sample.title for sample in SAMPLES])
    series_id = await _series(studio)
    following = []
    try:
        for sample in SAMPLES:
            film = await _bring(studio, board, sample, series_id)
            if film.status is FilmStatus.published:
                board.show(sample.title, "online", 100)
            else:
                following.append(asyncio.create_task(_follow(studio, board, sample, film)))
        await asyncio.gather(*following)
    finally:
        for task in following:
            task.cancel()
    await _rails(studio)
    await _codes(place, studio)


async def _bring(studio: Studio, board: Board, sample: Sample, series_id: UUID) -> Film:
    """Return the film, its video uploaded."""
    film = await _film(studio, sample)
    if film is not None and film.status is FilmStatus.published:
        return film
    path = await making.make(
        sample, studio.folder, lambda percent: board.show(sample.title, "is drawn", percent)
    )
    video = await _video(studio, sample, film)
    film = film or await _film_of(studio, video)
    film = await _describe(studio, sample, film, video, series_id)
    poster, backdrop = await making.pictures(sample, path)
    await studio.catalog.set_poster(film.id, poster)
    await studio.catalog.set_backdrop(film.id, backdrop)
    if video.status in NOT_UPLOADED:
        upload = Upload(
            studio.tus_url, studio.library.library_id, studio.library.api_key, video.guid
        )
        memory = studio.folder / f"{sample.slug}.upload"
        await upload.send(
            path, memory, lambda percent: board.show(sample.title, "is sent", percent)
        )
    return film


async def _film(studio: Studio, sample: Sample) -> Film | None:
    try:
        return await studio.catalog.film(sample.slug, everything=True)
    except FilmNotFound:
        return None


async def _film_of(studio: Studio, video: Video) -> Film | None:
    """Return the draft that the catalogue made of this video by itself, if it was faster."""
    found = await studio.catalog.films(FilmQuery(status="all", video_guid=video.guid))
    return await studio.catalog.film(found.items[0].id, everything=True) if found.items else None


async def _video(studio: Studio, sample: Sample, film: Film | None) -> Video:
    if film is not None and film.video_guid:
        return await studio.library.get_video(film.video_guid)
    found = await studio.library.list_videos(search=sample.title)
    named = [video for video in found.items or () if video.title == sample.title]
    return named[0] if named else await studio.library.create_video(VideoNew(title=sample.title))


async def _describe(
    studio: Studio, sample: Sample, film: Film | None, video: Video, series_id: UUID
) -> Film:
    words = {
        "title": sample.title,
        "slug": sample.slug,
        "synopsis": sample.synopsis,
        "year": 2026,
        "countries": ["SN"],
        "languages": ["fr"],
        "credits": films.STUDIO,
        "access_level": sample.access_level,
        "age_rating": sample.age_rating,
        "price_amount": sample.price_amount,
        "currency": "XOF" if sample.price_amount else None,
        "categories": await _known_categories(studio, sample),
        "tags": sample.tags,
        "video_guid": video.guid,
    }
    if sample.episode:
        words |= {"series_id": series_id, "season": 1, "episode": sample.episode}
    if film is None:
        return await studio.catalog.create_film(FilmNew.model_validate(words), key=sample.slug)
    return await studio.catalog.change_film(film.id, FilmChange.model_validate(words))


async def _known_categories(studio: Studio, sample: Sample) -> list[str]:
    """Return the film's categories as far as this studio has them: a setting seeds others."""
    known = {category.slug for category in (await studio.catalog.categories(everything=True)).items}
    return [slug for slug in sample.categories if slug in known]


async def _series(studio: Studio) -> UUID:
    try:
        found = await studio.catalog.series(films.SERIES_SLUG, everything=True)
    except SeriesNotFound:
        found = await studio.catalog.create_series(
            SeriesNew(
                title=films.SERIES_TITLE, slug=films.SERIES_SLUG, synopsis=films.SERIES_SYNOPSIS
            )
        )
    return found.id


async def _follow(studio: Studio, board: Board, sample: Sample, film: Film) -> None:
    """Tell the gateway that the film is there, and watch its job to the end."""
    payload = FilmUploaded(
        film_id=film.id,
        video_guid=UUID(film.video_guid),
        access_level=sample.access_level.value,
        title=sample.title,
        announce=Announce(followers=False),
    )
    event = EventNew(
        id=uuid5(STORY, str(film.id)),
        name="FilmUploaded",
        at=film.created_at,
        source="demo",
        payload=payload.model_dump(mode="json"),
    )
    taken = await studio.gateway.tell(event)
    job = await studio.gateway.job(taken.job_ids[0])
    if job.state in {JobState.error, JobState.cancelled}:
        job = await studio.gateway.retry(job.id)
    await _watch(studio, board, sample, job)
    (studio.folder / f"{sample.slug}.mp4").unlink(missing_ok=True)


async def _watch(studio: Studio, board: Board, sample: Sample, job: Job) -> None:
    words = {"transcode": "is encoded", "publish": "is published", "announce": "is online"}
    while job.state not in {JobState.done, JobState.error, JobState.cancelled}:
        board.show(sample.title, words.get(job.step, job.step or "waits"), job.progress)
        await asyncio.sleep(0.5)
        job = await studio.gateway.job(job.id)
    if job.state is not JobState.done:
        raise Stop(f"“{sample.title}” did not go online: {job.error or job.state}")
    board.show(sample.title, "online", 100)


async def _rails(studio: Studio) -> None:
    known = {rail.slug for rail in (await studio.catalog.rails()).items}
    dawn = await studio.catalog.film(films.DAWN.slug)
    wanted = (
        RailNew(
            slug="demo-une", title_fr="À la une", title_en="Featured",
            kind=RailKind.hero, film_ids=[dawn.id],
        ),
        RailNew(
            slug="demo-nouveautes", title_fr="Nouveautés", title_en="New",
            kind=RailKind.latest,
        ),
        RailNew(
            slug="demo-mecaniques", title_fr=films.SERIES_TITLE, title_en="Small machines",
            kind=RailKind.series, reference=films.SERIES_SLUG,
        ),
    )  # fmt: skip
    for rail in wanted:
        if rail.slug not in known:
            await studio.catalog.create_rail(rail)


async def _codes(place: Place, studio: Studio) -> None:
    """Print a code for everything, and one for the film that is sold alone."""
    bought = await studio.catalog.film(SPIRAL.slug)
    vip = Mint(title="Démo VIP", access_level=AccessLevel.vip, duration_days=365, key="demo-vip")
    ppv = Mint(
        title=f"Démo : {SPIRAL.title}",
        access_level=AccessLevel.ppv,
        video_id=str(bought.id),
        duration_days=365,
        key=f"demo-ppv-{bought.id}",
    )
    vip_token, ppv_token = [await studio.tokens.mint(one) for one in (vip, ppv)]
    say(f"\n  VIP code   {strong(vip_token.code)}   opens “Les tisserands”")
    say(f"  PPV code   {strong(ppv_token.code)}   opens “{SPIRAL.title}”, and nothing else")
    say(f"  Type them at {place.variables.get('PORTAL_PUBLIC_URL', 'the portal')}/code")
    await open_shop(studio.till, bought.id)
    say(f"\n  “{SPIRAL.title}” can be bought, rented or unlocked with coins, for test money:")
    say("  any number pays; one that ends in 00 is declined.\n")
