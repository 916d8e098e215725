"""The doctor: says what is missing, and what to do about it."""

import socket
from pathlib import Path

import pytest

from suite import doctor
from suite.environment import Place, open_place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(tmp_path)


def _named(place: Place, name: str) -> doctor.Finding:
    return next(one for one in doctor.examine(place) if one.name == name)


@pytest.mark.parametrize("name", ["python", "libraries", "postgresql", "valkey", "ffmpeg", "disk"])
def test_what_is_there_needs_no_advice(place: Place, name: str) -> None:
    assert not _named(place, name).advice


def test_secrets_that_others_can_read_are_told(place: Place) -> None:
    (place.data / "secrets.env").chmod(0o644)
    assert "chmod 600" in _named(place, "secrets").advice


def test_an_ffmpeg_that_does_not_run_is_told(place: Place) -> None:
    elsewhere = Place(place.data, {**place.variables, "FFMPEG": "/nowhere/ffmpeg"})
    assert "set FFMPEG" in _named(elsewhere, "ffmpeg").advice


def test_a_port_that_another_program_holds_is_told(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        elsewhere = Place(place.data, {**place.variables, "ACCOUNTS_PORT": port})
        assert "ACCOUNTS_PORT" in _named(elsewhere, f"port {port}").advice


def test_a_mail_server_that_does_not_answer_is_told(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = str(gone.getsockname()[1])
    elsewhere = Place(place.data, {**place.variables, "SMTP_HOST": "127.0.0.1", "SMTP_PORT": port})
    assert "SMTP_HOST" in _named(elsewhere, "mail").advice


def test_a_full_disk_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert "films need room" in _named(place, "disk").advice


def test_the_report_fails_when_something_needed_is_missing(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [doctor.Finding("ffmpeg", "gone", "bring it"), doctor.Finding("python", "3.11")]
    monkeypatch.setattr(doctor, "examine", lambda place: found)
    assert doctor.report(place) == 1
    assert "Missing: ffmpeg" in capsys.readouterr().out
