"""The ports, taken before anything starts, so that a port in use stops nothing half-way."""

import errno
import socket
import sys
from collections.abc import Sequence

from suite.environment import Place
from suite.errors import Stop
from suite.services import Service

AIRPLAY = (
    " On macOS this is AirPlay: System Settings → General → AirDrop & Handoff → AirPlay Receiver."
)


def take(place: Place, services: Sequence[Service]) -> dict[Service, socket.socket]:
    """Return a listening socket for each service, or none at all."""
    taken: dict[Service, socket.socket] = {}
    try:
        for service in services:
            taken[service] = _listen(place, service)
    except Stop:
        for one in taken.values():
            one.close()
        raise
    return taken


def _listen(place: Place, service: Service) -> socket.socket:
    host, port = place.variables.get("HOST", "127.0.0.1"), place.port(service)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if _answers(port):
        raise Stop(_sentence(OSError(errno.EADDRINUSE, ""), service, host, port))
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(512)
    except OSError as error:
        found.close()
        raise Stop(_sentence(error, service, host, port)) from None
    return found


def _answers(port: int) -> bool:
    """Say whether somebody listens there already: macOS lets two bind, and only one is heard."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _sentence(error: OSError, service: Service, host: str, port: int) -> str:
    setting = f"{service.prefix}PORT"
    if error.errno == errno.EADDRINUSE:
        airplay = AIRPLAY if port == 5000 and sys.platform == "darwin" else ""
        return (
            f"Port {port}, where {service.folder} would listen, is taken: stop the program that "
            f"holds it, or set {setting} to another number.{airplay}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} of {service.folder} is reserved; set {setting} to one above 1023."
    return (
        f"{service.folder} cannot listen on {host}:{port} ({error.strerror}); see HOST, {setting}."
    )
