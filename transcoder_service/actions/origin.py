"""Delivery: which file an address means, whether its token opens it, and what is in it.

What a video has at the moment (its generation, its captions) is remembered for a second, so
that a film being watched by thousands costs one small query per second.
"""

import asyncio
import gzip
import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.transcoder.signatures import verify_token
from kit.contracts.transcoder.wire import VideoNotFound
from kit.db import Sessions
from kit.errors import Forbidden, NotFound
from transcoder_service.models import Caption
from transcoder_service.providers.storage import Storage, Stored
from transcoder_service.queries import videos as queries
from transcoder_service.rules import addresses, paths, subtitles
from transcoder_service.rules.ranges import Part
from transcoder_service.settings import Settings

REMEMBERED_SECONDS = 1.0
REMEMBERED_VIDEOS = 10_000
REMEMBERED_BYTES = 32 * 1024 * 1024
LARGEST_TEXT = 8 * 1024 * 1024
MASTER = "playlist.m3u8"


class FileNotStored(NotFound):
    """There is no such file."""


class AccessRefused(Forbidden):
    """The token of this address is missing, wrong or expired; ask for a new address."""


@dataclass(frozen=True)
class Known:
    """What delivery must know of a video."""

    generation: str
    length_seconds: int
    captions: tuple[Caption, ...]

    @property
    def captions_mark(self) -> str:
        """Return what a master playlist says of captions, so that a change makes a new one."""
        return "".join(f"|{one.srclang}:{one.version}:{one.label}" for one in self.captions)


@dataclass(frozen=True)
class Text:
    """A playlist or captions, as they are and compressed; each form with a tag of its own."""

    plain: bytes
    packed: bytes
    tag: str

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.packed)

    @property
    def packed_tag(self) -> str:
        return f'{self.tag[:-1]}-gzip"'


class Origin:
    """The delivery side of the library."""

    def __init__(self, sessions: Sessions, storage: Storage, settings: Settings) -> None:
        self.sessions = sessions
        self.storage = storage
        self.settings = settings
        self._videos: OrderedDict[UUID, tuple[float, asyncio.Task[Known | None]]] = OrderedDict()
        self._texts: OrderedDict[str, Text] = OrderedDict()
        self._texts_bytes = 0

    def check(
        self, signed: addresses.Signed | None, at: float, viewer_ip: str, country: str | None
    ) -> None:
        """Raise AccessRefused unless the token opens this path now, for this viewer."""
        if signed is None:
            raise AccessRefused
        key = self.settings.cdn_key.get_secret_value()
        good = verify_token(
            key, signed.path, signed.token, signed.expires, signed.parameters, at, viewer_ip
        )
        if not good:
            raise AccessRefused
        if country is not None and not addresses.is_country_let_in(signed.parameters, country):
            raise AccessRefused("This film is not shown in your country.")

    async def text(self, video_id: UUID, name: str) -> Text | None:
        """Return a playlist or captions; None when `name` is another kind of file."""
        if addresses.extension(name) not in addresses.COMPRESSED:
            return None
        known = await self._known(video_id)
        if (made := _captions_playlist(known, name)) is not None:
            return await self._packed(f"{video_id}/{name}/{made!r}", made)
        path = self._path(video_id, known, name)
        meta = await self.storage.meta(path)
        if meta is None or meta[0] > LARGEST_TEXT:
            raise FileNotStored
        key = f"{path}{meta[1]}{known.captions_mark if name == MASTER else ''}"
        if (kept := self._texts.get(key)) is not None:
            self._texts.move_to_end(key)
            return kept
        plain = await self.storage.read(path)
        if plain is None:
            raise FileNotStored
        return await self._packed(key, _finished(plain, name, known))

    async def meta(self, video_id: UUID, name: str) -> tuple[str, int, str]:
        """Return path, size and tag of a file."""
        path = self._path(video_id, await self._known(video_id), name)
        if (found := await self.storage.meta(path)) is None:
            raise FileNotStored
        return path, *found

    async def file(self, video_id: UUID, name: str) -> Stored:
        path = self._path(video_id, await self._known(video_id), name)
        return await self._opened(path)

    async def part(self, path: str, part: Part) -> Stored:
        return await self._opened(path, part)

    async def _opened(self, path: str, part: Part | None = None) -> Stored:
        stored = await self.storage.open(path, {"range": (part.start, part.end)} if part else None)
        if stored is None:
            raise FileNotStored
        return stored

    def _path(self, video_id: UUID, known: Known, name: str) -> str:
        path = paths.stored_path(self.settings.library_id, video_id, known.generation, name)
        if path is None:
            raise FileNotStored
        return path

    async def _packed(self, key: str, plain: bytes) -> Text:
        """Keep a text in both its forms. `key` names its content: the same key, the same text."""
        if (kept := self._texts.get(key)) is not None:
            return kept
        tag = f'"{blake2b(plain, digest_size=12).hexdigest()}"'
        packed = await asyncio.to_thread(gzip.compress, plain, 6, mtime=0)
        if (kept := self._texts.get(key)) is not None:  # somebody was quicker
            return kept
        made = self._texts[key] = Text(plain, packed, tag)
        self._texts_bytes += made.size
        while self._texts_bytes > REMEMBERED_BYTES:
            _, oldest = self._texts.popitem(last=False)
            self._texts_bytes -= oldest.size
        return made

    async def _known(self, video_id: UUID) -> Known:
        kept = self._videos.get(video_id)
        if kept is None or kept[0] < time.monotonic():
            until = time.monotonic() + REMEMBERED_SECONDS
            kept = self._videos[video_id] = (until, asyncio.create_task(self._look_up(video_id)))
            if len(self._videos) > REMEMBERED_VIDEOS:
                self._videos.popitem(last=False)
        found = await asyncio.shield(kept[1])
        if found is None:
            raise FileNotStored
        return found

    async def _look_up(self, video_id: UUID) -> Known | None:
        async with self.sessions() as session:
            return await _known(session, video_id)


async def _known(session: AsyncSession, video_id: UUID) -> Known | None:
    try:
        row = await queries.video(session, str(video_id))
    except VideoNotFound:
        return None
    captions = await queries.captions(session, [row.id])
    return Known(row.generation, row.length_seconds, tuple(captions[row.id]))


def _captions_playlist(known: Known, name: str) -> bytes | None:
    """Return the playlist of captions, which is stored nowhere; None for any other name."""
    folder, _, file = name.rpartition("/")
    srclang, _, kind = file.rpartition(".")
    if folder != "captions" or kind != "m3u8":
        return None
    if srclang not in {caption.srclang for caption in known.captions}:
        raise FileNotStored
    return subtitles.playlist(srclang, known.length_seconds).encode()


def _finished(plain: bytes, name: str, known: Known) -> bytes:
    if name == MASTER:
        text = plain.decode("utf-8", "replace")
        return subtitles.master(text, known.captions, known.generation).encode()
    if addresses.extension(name) == "vtt" and name.startswith("captions/"):
        return subtitles.with_timestamps(plain)
    return plain
