"""Ports are taken before anything starts, all or none."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite import ports
from suite.environment import Place
from suite.errors import Stop
from suite.services import Service, find


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _place(**variables: str) -> Place:
    return Place(Path(), variables)


def test_a_taken_port_names_the_service_and_the_setting(taken: socket.socket) -> None:
    accounts = find("accounts_service")
    port = taken.getsockname()[1]
    with pytest.raises(Stop, match=rf"Port {port}, where accounts_service .* ACCOUNTS_PORT"):
        ports.take(_place(ACCOUNTS_PORT=str(port)), [accounts])


def test_on_macos_port_5000_is_told_to_be_airplay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(ports, "_answers", lambda port: True)
    dashboard = Service("accounts_service", 5000)
    with pytest.raises(Stop, match="AirPlay"):
        ports.take(_place(), [dashboard])


def test_after_a_taken_port_the_others_are_free_again(taken: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    first = Service("accounts_service", free)
    second = Service("accounts_service", taken.getsockname()[1])
    with pytest.raises(Stop):
        ports.take(_place(), [first, second])
    with socket.create_server(("127.0.0.1", free)):
        pass


def test_an_address_that_is_not_ours_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop, match=r"cannot listen on 192\.0\.2\.1"):
        ports.take(_place(HOST="192.0.2.1"), [Service("accounts_service", 47811)])
