"""A sound track in all its renditions, encoded in one go so that it never drifts.

It is cut into segments while ffmpeg is still writing, so the film can be heard at once.
"""

import asyncio
import hashlib
import shutil
from pathlib import Path

from transcoder_service.actions.encoding.workshop import Tell, Workshop
from transcoder_service.providers.ffmpeg import encode, guarded_input
from transcoder_service.rules import aac, films, recipes
from transcoder_service.rules.boxes import EncodingBroken
from transcoder_service.rules.films import PartMade, Rendition, Segment
from transcoder_service.rules.ladder import AUDIO_RATE, AUDIOS, Audio


def unit_name(track: int) -> str:
    return f"sound-{track}"


async def make(shop: Workshop, track: int, tell: Tell) -> PartMade:
    """Encode one track; tell as segments are stored."""
    folder = await asyncio.to_thread(shop.scratch, unit_name(track))
    files = {audio: folder / f"{audio.name}.aac" for audio in AUDIOS}
    cutters = [_Cutter(shop, audio, track, file) for audio, file in files.items()]
    arguments = [
        *guarded_input(shop.film),
        *recipes.sound_outputs(shop.plan.source.audio[track], shop.plan.seconds, files),
    ]

    async def more(seconds: float) -> None:
        for cutter in cutters:
            await cutter.cut()
        await shop.record(_part(track, cutters, is_whole=False))
        await tell(seconds)

    try:
        await encode(shop.ffmpeg, arguments, shop.limits(float(shop.plan.seconds), 160), more)
        for cutter in cutters:
            await cutter.cut(at_end=True)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    part = _part(track, cutters, is_whole=True)
    await shop.record(part)
    return part


def _part(track: int, cutters: list["_Cutter"], *, is_whole: bool) -> PartMade:
    made = tuple(cutter.rendition() for cutter in cutters)
    return PartMade(unit=unit_name(track), renditions=made, is_whole=is_whole)


class _Cutter:
    """Follows a growing ADTS file, and stores a segment whenever its last frame is there."""

    def __init__(self, shop: Workshop, audio: Audio, track: int, file: Path) -> None:
        self.shop = shop
        self.file = file
        self.name = films.sound_folder(audio.name, track)
        self.header = aac.init(AUDIO_RATE, audio.channels)
        self.read = 0  # bytes of the file
        self.priming = aac.PRIMING
        self.waiting: list[bytes] = []  # frames of the segment to come
        self.cut_frames = 0
        self.total = aac.border(shop.plan.seconds, AUDIO_RATE)
        self.segments: list[Segment] = []

    async def cut(self, *, at_end: bool = False) -> None:
        await asyncio.to_thread(self._follow)
        if not self.segments and self.waiting:
            await self.shop.write(f"{self.name}/init.mp4", self.header)
        while self.cut_frames < self.total and len(self.waiting) >= self._wanted():
            await self._store()
        if at_end and self.cut_frames < self.total:
            raise EncodingBroken("The film's sound ends before its picture.")

    def _follow(self) -> None:
        if not self.file.exists():
            return
        with self.file.open("rb") as opened:
            opened.seek(self.read)
            fresh = opened.read()
        end = 0
        for start, end in aac.frames(fresh):
            if self.priming:
                self.priming -= 1
            else:
                self.waiting.append(fresh[start:end])
        self.read += end

    def _wanted(self) -> int:
        """Return how many frames the segment to come takes."""
        number = len(self.segments) + 1
        border = aac.border(self.shop.plan.grid.segment_seconds * number, AUDIO_RATE)
        return min(border, self.total) - self.cut_frames

    async def _store(self) -> None:
        wanted, number = self._wanted(), len(self.segments)
        frames, self.waiting = self.waiting[:wanted], self.waiting[wanted:]
        content = aac.segment(number + 1, self.cut_frames, frames)
        await self.shop.write(f"{self.name}/{films.segment_name(number)}", content)
        self.segments.append(Segment(size=len(content), frames=wanted))
        self.cut_frames += wanted

    def rendition(self) -> Rendition:
        return Rendition(
            name=self.name,
            codec=aac.CODEC,
            header=hashlib.sha256(self.header).hexdigest(),
            segments=tuple(self.segments),
        )
