"""One film, from the file that came to the ladder that plays; begun, or gone on with."""

import asyncio
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from transcoder_service.actions.encoding import news, posters, texts
from transcoder_service.actions.encoding.ladder import LAST, Work
from transcoder_service.actions.encoding.news import Order, Result, Transaction, VideoGone
from transcoder_service.actions.encoding.opening import opened
from transcoder_service.actions.encoding.publish import pictures, publish
from transcoder_service.actions.encoding.scratch import scratch_folder
from transcoder_service.actions.encoding.verify import verify
from transcoder_service.actions.encoding.workshop import WORK, Workshop
from transcoder_service.providers.ffmpeg import program
from transcoder_service.providers.storage import Storage
from transcoder_service.rules import films, paths
from transcoder_service.rules.sources import Caps
from transcoder_service.settings import Settings

log = logging.getLogger(__name__)
TELL_SECONDS = 1.0


@dataclass(frozen=True)
class Encoder:
    """What encoding needs, and which run of it this is."""

    transaction: Transaction
    storage: Storage
    settings: Settings
    video_id: UUID
    generation: str

    @property
    def prefix(self) -> str:
        return paths.generation_prefix(self.settings.library_id, self.video_id, self.generation)

    @property
    def cores(self) -> int:
        return self.settings.encode_cores or os.cpu_count() or 1


def generation_of(video_id: UUID, run: str) -> str:
    """Return the generation that a run makes: the same when it is tried again."""
    return paths.generation_name(uuid5(video_id, run))


async def encode(desk: Encoder) -> None:
    """Encode a video; what an interrupted run has finished is not done again."""
    try:
        async with desk.transaction() as session:
            order = await news.begin(session, desk.video_id, desk.generation)
        if not order.is_done:
            async with scratch_folder(Path(desk.settings.scratch_path)) as folder:
                await _encode(desk, order, folder)
        await desk.storage.delete_folder(f"{desk.prefix}/{WORK}")
    except VideoGone:
        log.info("the video was deleted", extra={"video": str(desk.video_id)})
        await desk.storage.delete_folder(desk.prefix)


async def fail(desk: Encoder, reason: str, issue: int) -> None:
    async with desk.transaction() as session:
        library_id = desk.settings.library_id
        await news.fail(session, desk.video_id, desk.generation, library_id, reason, issue)


async def _encode(desk: Encoder, order: Order, folder: Path) -> None:
    film = await _film(desk, order, folder)
    ffmpeg = program(desk.settings.ffmpeg)
    caps = Caps(max_seconds=desk.settings.max_film_hours * 3600)
    film, source = await opened(film, folder, ffmpeg, caps)
    plan = films.plan(source, order.enabled_resolutions, desk.cores)
    shop = Workshop(desk.storage, desk.prefix, folder, film, plan, ffmpeg, desk.cores)
    async with desk.transaction() as session:
        await news.note_source(session, desk.video_id, plan)
    await shop.take_up()
    await Work(shop, _Listener(desk, shop), early=not order.is_live).do()
    await _finish(desk, order, shop)


async def _film(desk: Encoder, order: Order, folder: Path) -> Path:
    """Return the film as a file of this machine."""
    known = desk.storage.file(order.original_path)
    if known is not None:
        return known.absolute()
    fetched = folder / "original"
    await desk.storage.fetch(order.original_path, fetched)
    return fetched.absolute()


async def _finish(desk: Encoder, order: Order, shop: Workshop) -> None:
    """Verify, make the pictures and captions, and let viewers have all of it at once."""
    await verify(shop)
    rungs = await publish(shop)
    made = await posters.make(shop, rungs[-1], order.thumbnail_time_ms)
    captions = await texts.extract(shop)
    for language, _, content in captions:
        name = paths.caption_name(language)
        path = paths.added_path(desk.settings.library_id, desk.video_id, name)
        if await desk.storage.meta(path) is None:
            await desk.storage.write(path, content)
    result = Result(
        news.labels(shop.plan.rungs),
        await verify(shop),
        made,
        tuple((language, label) for language, label, _ in captions),
    )
    async with desk.transaction() as session:
        await news.finish(session, desk.video_id, desk.generation, desk.settings.library_id, result)


class _Listener:
    """Writes down how an encoding goes; raises VideoGone when the video is deleted."""

    def __init__(self, desk: Encoder, shop: Workshop) -> None:
        self.desk = desk
        self.shop = shop
        self.told = (0, 0.0)
        self.telling = asyncio.Lock()

    async def progress(self, percent: int) -> None:
        async with self.telling:
            known, at = self.told
            if percent <= known or (time.monotonic() - at < TELL_SECONDS and percent < LAST):
                return
            self.told = percent, time.monotonic()
            async with self.desk.transaction() as session:
                await news.note_progress(session, self.desk.video_id, percent)

    async def playable(self) -> None:
        await posters.make_early(self.shop, pictures(self.shop, 0)[-1])
        async with self.desk.transaction() as session:
            await news.open_early(session, self.desk.video_id, self.desk.generation, self.shop.plan)
