"""The service is killed in the middle of an encoding, as often as you like; the film gets done."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from kit.contracts.transcoder.wire import VideoStatus
from kit.db import Database, new_id, open_database
from tests.conftest import DatabaseUrl
from tests.factories.footage import a_film, files_under
from tests.transcoder_service.world import until
from transcoder_service.actions.uploads import ask_to_encode
from transcoder_service.models import Video
from transcoder_service.rules import paths

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICE = """
import asyncio
from transcoder_service.app import create_app

async def live():
    app = create_app()
    async with app.router.lifespan_context(app):
        await asyncio.Event().wait()

asyncio.run(live())
"""


@contextmanager
def a_service(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service in a process of its own; kill it as `kill -9` does."""
    process = subprocess.Popen([sys.executable, "-c", SERVICE], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@dataclass(frozen=True)
class Setting:
    """A film that waits to be encoded, and where the service will put things."""

    folder: Path
    database: Database
    environment: dict[str, str]

    async def video(self) -> Video:
        async with self.database.reads() as session:
            return (await session.scalars(select(Video))).one()

    async def is_finished(self) -> bool:
        return (await self.video()).status == VideoStatus.finished

    def made(self) -> dict[Path, int]:
        """Return what is recorded as made, and when that was."""
        found = (self.folder / "media").rglob(".work/pass-*.json")
        return {path: path.stat().st_mtime_ns for path in found}

    def scratch(self) -> list[Path]:
        return files_under(self.folder / "scratch")


@pytest.fixture
async def setting(
    database_url: DatabaseUrl, valkey_url: str, tmp_path: Path
) -> AsyncIterator[Setting]:
    url, guid = database_url("transcoder_service"), new_id()
    original = paths.original_path(1, guid, new_id())
    file = tmp_path / "media" / original
    file.parent.mkdir(parents=True)
    a_film(file, size="640x360", rate="12", seconds=45, more=("-f", "mp4"))
    database = open_database(url)
    async with database.sessions.begin() as session:
        row = Video(id=guid, title="A film", status=VideoStatus.uploaded, original_path=original)
        session.add(row)
        await session.flush()
        await ask_to_encode(session, row)
    variables = {
        "TRANSCODER_DATABASE_URL": url,
        "VALKEY_URL": valkey_url,
        "MEDIA_URL": str(tmp_path / "media"),
        "TRANSCODER_SCRATCH_PATH": str(tmp_path / "scratch"),
        "TRANSCODER_UPLOADS_PATH": str(tmp_path / "uploads"),
        "TRANSCODER_WEBHOOK_URL": "",
        "ENVIRONMENT": "test",
    }
    yield Setting(tmp_path, database, {**os.environ, **variables})
    await database.close()


async def test_a_killed_encoding_goes_on_where_it_was(setting: Setting) -> None:
    with a_service(setting.environment):
        await until(lambda: len(setting.made()) >= 1, 90)
    kept, reached = setting.made(), (await setting.video()).encode_progress
    assert setting.scratch()

    lowest = [reached]
    with a_service(setting.environment):

        async def is_done() -> bool:
            video = await setting.video()
            lowest.append(video.encode_progress)
            if made := setting.made():  # thrown away when the film is finished
                assert made.items() >= kept.items() or await setting.is_finished()
            return video.status == VideoStatus.finished

        await until(is_done, 150)
        await until(lambda: not setting.scratch())
    assert lowest == sorted(lowest)
    assert (await setting.video()).available_resolutions == "144p,240p,360p"
