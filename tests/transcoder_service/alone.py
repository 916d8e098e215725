"""The ladder of one film without database, jobs or HTTP; and a close look at the result."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av

from transcoder_service.actions.encoding.ladder import Work
from transcoder_service.actions.encoding.opening import opened
from transcoder_service.actions.encoding.publish import publish
from transcoder_service.actions.encoding.verify import verify
from transcoder_service.actions.encoding.workshop import Workshop
from transcoder_service.providers.ffmpeg import program
from transcoder_service.providers.storage import Storage
from transcoder_service.rules import films
from transcoder_service.rules.films import Plan
from transcoder_service.rules.sources import Caps

PREFIX = "1/film/g0"


@dataclass
class Listening:
    """Notes what it is told; `at` is called with every percentage and may raise."""

    percents: list[int] = field(default_factory=list)
    playable: int = 0
    at: Callable[[int], None] | None = None

    async def progress(self, percent: int) -> None:
        self.percents.append(percent)
        if self.at:
            self.at(percent)

    async def playable_now(self) -> None:
        self.playable += 1


class Listener:
    def __init__(self, listening: Listening) -> None:
        self.listening = listening

    async def progress(self, percent: int) -> None:
        await self.listening.progress(percent)

    async def playable(self) -> None:
        await self.listening.playable_now()


async def a_workshop(film: Path, folder: Path, enabled: str | None = None) -> Workshop:
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    film, source = await opened(film, scratch, program(), Caps())
    plan = films.plan(source, enabled, 2)
    return Workshop(Storage.at(str(folder / "media")), PREFIX, scratch, film, plan, program(), 2)


async def encoded(film: Path, folder: Path, enabled: str | None = None) -> "Ladder":
    """Encode a film and verify it; return what came of it."""
    shop = await a_workshop(film, folder, enabled)
    await shop.take_up()
    await Work(shop, Listener(Listening()), early=True).do()
    await verify(shop)
    await publish(shop)
    shutil.rmtree(shop.folder, ignore_errors=True)
    return Ladder(shop, folder / "media" / PREFIX)


@dataclass
class Ladder:
    shop: Workshop
    folder: Path

    @property
    def plan(self) -> Plan:
        return self.shop.plan

    @property
    def names(self) -> list[str]:
        return [rung.name for rung in self.plan.rungs]

    def text(self, path: str) -> str:
        return (self.folder / path).read_text()

    def bytes_of(self, name: str) -> bytes:
        """Return a rendition as one file: its beginning and all its segments."""
        parts = [self.folder / name / "init.mp4", *sorted((self.folder / name).glob("*.m4s"))]
        return b"".join(part.read_bytes() for part in parts)

    def frames(self, name: str) -> list[av.VideoFrame]:
        with av.open(io.BytesIO(self.bytes_of(name)), "r") as film:
            return list(film.decode(film.streams.video[0]))

    def key_times(self, name: str) -> list[float]:
        """Return when each key frame is shown, from the first one on."""
        frames = [frame for frame in self.frames(name) if frame.key_frame]
        start = float(frames[0].time or 0)
        return [round(float(frame.time or 0) - start, 4) for frame in frames]
