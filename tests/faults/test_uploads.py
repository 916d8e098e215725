"""Uploads against a real server that is killed, stopped and watched while they run."""

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import tus_headers
from kit.contracts.transcoder.wire import VideoNew, VideoStatus
from tests.conftest import DatabaseUrl
from tests.transcoder_service.world import API_KEY, CDN_KEY, LIBRARY, READ_KEY, files, soon, until

ROOT = Path(__file__).parent.parent.parent
MEGABYTE = 1024 * 1024
LARGE = 300 * MEGABYTE
PIECE = hashlib.sha256(b"piece").digest() * (MEGABYTE // 32)
MOST_GROWTH = 48 * MEGABYTE


class Server:
    """A library in a process of its own, started anew on the same port and the same files."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._spawn()
        await until(self._is_ready, 120)

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "suite", "run", "transcoder_service"]
        environment = {**os.environ, **self.environment, "TRANSCODER_PORT": str(self.port)}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=log, stderr=log
            )

    def end(self, how: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def memory(self) -> int:
        assert self.process
        return int(psutil.Process(self.process.pid).memory_info().rss)

    async def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "server.log").read_text()
        async with httpx.AsyncClient() as http:
            try:
                return (await http.get(f"{self.url}/ready")).status_code == 200
            except httpx.TransportError:
                return False


@pytest.fixture
async def server(
    database_url: DatabaseUrl, valkey_url: str, tmp_path: Path
) -> AsyncIterator[Server]:
    environment = {
        "ENVIRONMENT": "test",
        "VALKEY_URL": valkey_url,
        "MEDIA_URL": str(tmp_path / "media"),
        "TRANSCODER_DATABASE_URL": database_url("transcoder_service"),
        "TRANSCODER_LIBRARY_ID": str(LIBRARY),
        "TRANSCODER_API_KEY": API_KEY,
        "TRANSCODER_READ_ONLY_KEY": READ_KEY,
        "TRANSCODER_CDN_KEY": CDN_KEY,
        "TRANSCODER_WEBHOOK_URL": "",
        "TRANSCODER_UPLOADS_PATH": str(tmp_path / "uploads"),
        "TRANSCODER_SCRATCH_PATH": str(tmp_path / "scratch"),
    }
    made = Server(tmp_path, environment)
    try:
        await made.start()
        yield made
    finally:
        made.end(signal.SIGKILL)


@pytest.fixture
async def library(server: Server) -> AsyncIterator[VideoLibraryClient]:
    made = VideoLibraryClient.of(server.url, LIBRARY, API_KEY)
    yield made
    await made.close()


@pytest.fixture
async def guid(library: VideoLibraryClient) -> str:
    return (await library.create_video(VideoNew(title="Sira"))).guid


@pytest.fixture
async def uploader(server: Server, guid: str) -> AsyncIterator[httpx.AsyncClient]:
    signed = tus_headers(LIBRARY, API_KEY, soon(600), guid)
    headers = {"Tus-Resumable": "1.0.0", **signed}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as made:
        yield made


async def begin(uploader: httpx.AsyncClient, length: int) -> str:
    answer = await uploader.post("/tusupload", headers={"Upload-Length": str(length)})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def offset_of(uploader: httpx.AsyncClient, address: str) -> int:
    answer = await uploader.head(address)
    assert answer.status_code == 200, answer.headers
    return int(answer.headers["upload-offset"])


async def go_on(uploader: httpx.AsyncClient, address: str, pieces: AsyncIterator[bytes]) -> int:
    offset = await offset_of(uploader, address)
    kind = "application/offset+octet-stream"
    headers = {"Upload-Offset": str(offset), "Content-Type": kind}
    return (await uploader.patch(address, content=pieces, headers=headers)).status_code


async def pieces_from(offset: int, length: int) -> AsyncIterator[bytes]:
    """Yield the bytes `offset` to `length` of the film, which is PIECE again and again."""
    while offset < length:
        start = offset % MEGABYTE
        piece = PIECE[start : start + length - offset]
        offset += len(piece)
        yield piece


async def and_then_silence(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece
    await asyncio.Event().wait()


def digest_of(length: int) -> str:
    so_far = hashlib.sha256()
    for start in range(0, length, MEGABYTE):
        so_far.update(PIECE[: length - start])
    return so_far.hexdigest()


async def broken_off(
    server: Server, uploader: httpx.AsyncClient, address: str, how: signal.Signals
) -> None:
    """Send 40 of 50 MB, end the server when some of it is safe, and start it again."""
    sent = pieces_from(await offset_of(uploader, address), 40 * MEGABYTE)
    sending = asyncio.create_task(go_on(uploader, address, and_then_silence(sent)))

    async def is_some_safe() -> bool:
        return await offset_of(uploader, address) > 0

    await until(is_some_safe)
    await asyncio.to_thread(server.end, how)
    await ended(sending)
    await server.start()


async def ended(sending: asyncio.Task[Any]) -> None:
    """Stop sending: a client that has nothing more to say notices nothing by itself."""
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_an_upload_goes_on_where_it_was_when_the_server_died(
    server: Server,
    uploader: httpx.AsyncClient,
    library: VideoLibraryClient,
    guid: str,
    how: signal.Signals,
):
    length = 50 * MEGABYTE + 7
    address = await begin(uploader, length)
    await broken_off(server, uploader, address, how)
    offset = await offset_of(uploader, address)
    assert 0 < offset <= 40 * MEGABYTE
    if how is signal.SIGTERM:  # who is asked to stop keeps all that came
        assert files(server.folder / "uploads")[0].stat().st_size == offset
    assert await go_on(uploader, address, pieces_from(offset, length)) == 204
    found = await library.get_video(guid)
    assert found.status >= VideoStatus.uploaded
    assert found.original_hash == digest_of(length)
    kept = [file for file in files(server.folder / "media") if "original" in file.parts]
    assert len(kept) == 1
    assert files(server.folder / "uploads") == []


async def test_a_put_that_died_with_the_server_can_be_sent_again(
    server: Server, library: VideoLibraryClient, guid: str
):
    sending = asyncio.create_task(
        library.upload(guid, and_then_silence(pieces_from(0, 10 * MEGABYTE)))
    )
    await until(lambda: any(file.stat().st_size for file in files(server.folder / "uploads")))
    await asyncio.to_thread(server.end, signal.SIGKILL)
    await ended(sending)
    await server.start()
    assert (await library.get_video(guid)).status == VideoStatus.created
    await library.upload(guid, pieces_from(0, 10 * MEGABYTE))
    assert (await library.get_video(guid)).original_hash == digest_of(10 * MEGABYTE)


async def test_a_client_that_hangs_up_leaves_what_it_sent(
    server: Server, uploader: httpx.AsyncClient
):
    address = await begin(uploader, 5 * MEGABYTE)
    sent = and_then_silence(pieces_from(0, 3 * MEGABYTE))
    sending = asyncio.create_task(go_on(uploader, address, sent))
    await until(lambda: any(file.stat().st_size for file in files(server.folder / "uploads")))
    await ended(sending)

    async def is_kept() -> bool:
        return await offset_of(uploader, address) > 0

    await until(is_kept)
    offset = await offset_of(uploader, address)
    assert await go_on(uploader, address, pieces_from(offset, 5 * MEGABYTE)) == 204


@pytest.mark.parametrize("by", ["tus", "put"])
async def test_memory_stays_flat_however_large_the_film(
    server: Server,
    uploader: httpx.AsyncClient,
    library: VideoLibraryClient,
    guid: str,
    by: str,
):
    async def send(video_id: str, length: int) -> None:
        if by == "put":
            await library.upload(video_id, pieces_from(0, length))
            return
        signed = tus_headers(LIBRARY, API_KEY, soon(600), video_id)
        uploader.headers.update(signed)
        address = await begin(uploader, length)
        assert await go_on(uploader, address, pieces_from(0, length)) == 204

    small = await library.create_video(VideoNew(title="Small"))
    await send(small.guid, 20 * MEGABYTE)
    before = server.memory()
    with Watch(server) as seen:
        await send(guid, LARGE)
    assert (await library.get_video(guid)).original_hash == digest_of(LARGE)
    assert max(seen) - before < MOST_GROWTH


class Watch:
    """Look at a process's memory every few milliseconds, as long as the block runs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen: list[int] = []
        self.task: asyncio.Task[None] | None = None

    def __enter__(self) -> list[int]:
        self.task = asyncio.create_task(self._look())
        return self.seen

    def __exit__(self, *_: object) -> None:
        if self.task:
            self.task.cancel()

    async def _look(self) -> None:
        while True:
            self.seen.append(self.server.memory())
            await asyncio.sleep(0.02)
