"""What one run of encoding works with, and its units of work that survive a crash."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from transcoder_service.providers.ffmpeg import Limits
from transcoder_service.providers.storage import Storage
from transcoder_service.rules.films import PartMade, Plan

WORK = ".work"  # no address of the origin begins with a dot
MEGABYTE = 1024**2

Tell = Callable[[float], Awaitable[None]]  # seconds of film that a unit has written


@dataclass
class Workshop:
    """One film, one generation. `made` is what is safe in the store, by unit of work."""

    storage: Storage
    prefix: str  # of the generation
    folder: Path  # of this machine, emptied at the end
    film: Path
    plan: Plan
    ffmpeg: str
    cores: int
    made: dict[str, PartMade] = field(default_factory=dict)
    is_resumed: bool = False

    @property
    def threads(self) -> int:
        """One to a process when there are parts enough for every core: it wastes nothing."""
        return 1 if len(self.plan.parts) > self.cores else self.cores

    def limits(self, seconds: float, kilobits: int) -> Limits:
        """Allow a hundred times what a slow machine needs for so many seconds of film."""
        size = int(seconds * kilobits * 1000 / 8 * 4) + 16 * MEGABYTE
        return Limits(seconds=300 + 60 * seconds, file_bytes=size, cores=self.cores)

    def scratch(self, name: str) -> Path:
        """Return an empty folder for one unit of work."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    async def write(self, path: str, content: bytes | str) -> None:
        raw = content.encode() if isinstance(content, str) else content
        await self.storage.write(f"{self.prefix}/{path}", raw)

    async def record(self, part: PartMade) -> None:
        """Note that a unit is made and stored: from here on a crash does not lose it."""
        if part.is_whole:
            await self.write(f"{WORK}/{part.unit}.json", part.model_dump_json())
        self.made[part.unit] = part

    async def take_up(self) -> None:
        """Find what an interrupted run of this very plan has left; throw away anything else."""
        kept = await self.storage.read(f"{self.prefix}/{WORK}/plan.json")
        if kept is None or kept != self.plan.model_dump_json().encode():
            await self.storage.delete_folder(self.prefix)
            await self.write(f"{WORK}/plan.json", self.plan.model_dump_json())
            return
        self.is_resumed = True
        for path, _ in await self.storage.paths(f"{self.prefix}/{WORK}"):
            await self._take_up(path)

    async def _take_up(self, path: str) -> None:
        try:
            part = PartMade.model_validate_json(await self.storage.read(path) or b"")
        except ValidationError:
            return  # another kind of file, or one written by an older release
        self.made[part.unit] = part
