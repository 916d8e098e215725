"""The store of films, as a folder and in memory: the same answers from both."""

from pathlib import Path
from uuid import uuid4

import pytest

from transcoder_service.providers.spool import Spool
from transcoder_service.providers.storage import Storage, digest
from transcoder_service.rules.tus import UploadBusy

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage.at(str(tmp_path / "media") if request.param == "folder" else "memory://")


async def test_what_is_written_is_read(storage: Storage):
    await storage.ping()
    await storage.write("1/a/b.txt", b"hello")
    assert await storage.read("1/a/b.txt") == b"hello"
    size, tag = await storage.meta("1/a/b.txt") or (0, "")
    assert size == 5
    assert tag.startswith('"')
    assert tag.endswith('"')


async def test_a_part_is_read(storage: Storage):
    await storage.write("1/a", CONTENT)
    part = await storage.open("1/a", {"range": (1000, 500_000)})
    assert part
    assert (part.start, part.end, part.size) == (1000, 500_000, len(CONTENT))
    assert b"".join([chunk async for chunk in part.chunks()]) == CONTENT[1000:500_000]


@pytest.mark.parametrize("path", ["1/none", "1/b/c", "1", "1/" + "x" * 300])
async def test_what_is_not_there_is_none(storage: Storage, path: str):
    await storage.write("1/b", b"a file")
    assert await storage.open(path) is None
    assert await storage.meta(path) is None
    assert await storage.read(path) is None


async def test_a_file_of_this_machine_moves_in(storage: Storage, tmp_path: Path):
    file = tmp_path / "film"
    file.write_bytes(CONTENT)
    await storage.copy_in(file, "1/a/copy")
    assert file.exists()
    await storage.move_in(file, "1/a/deep/moved")
    assert not file.exists()
    assert await storage.paths("1/a") == [
        ("1/a/copy", len(CONTENT)),
        ("1/a/deep/moved", len(CONTENT)),
    ]
    again = tmp_path / "again"
    await storage.fetch("1/a/deep/moved", again)
    assert digest(again) == digest_of(CONTENT, tmp_path)


def digest_of(content: bytes, folder: Path) -> str:
    file = folder / "compared"
    file.write_bytes(content)
    return digest(file)


async def test_a_folder_is_deleted_with_all_that_is_in_it(storage: Storage):
    for name in ("a", "b/c", "b/d/e"):
        await storage.write(f"1/film/{name}", b"x")
    await storage.write("1/film2/a", b"x")
    assert await storage.delete_folder("1/film") == 3
    assert await storage.delete_folder("1/film") == 0
    await storage.delete(["1/film/a", "1/film2/none"])
    assert await storage.paths("1/film") == []
    assert await storage.read("1/film2/a") == b"x"


async def test_a_folder_gives_its_files_to_programs(tmp_path: Path):
    storage = Storage.at(f"file://{tmp_path}/media%20of%20ours")
    await storage.write("1/a", b"x")
    file = storage.file("1/a")
    assert file == tmp_path / "media of ours/1/a"
    assert Storage.at("memory://").file("1/a") is None


async def test_an_upload_has_one_writer(tmp_path: Path):
    spool, other = Spool(tmp_path), Spool(tmp_path)
    upload = uuid4()
    with spool.hold(upload), pytest.raises(UploadBusy), other.hold(upload):
        pass
    with other.hold(upload) as held:
        assert held.go_to(0)
        assert not held.go_to(1)
