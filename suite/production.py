"""One service in a container: its settings from the environment, its log on standard error.

Platforms tell a service where its siblings are as `host:port`; given ACCOUNTS_HOSTPORT and no
ACCOUNTS_URL, the URL is made of it. Migrations run first: several instances that start at once take
turns, and a version that is there already is passed over.
"""

import os
import socket

import uvloop

from kit import log
from suite.alone import serve_until, stop_event
from suite.errors import Stop
from suite.migrations import run as migrations
from suite.services import TABLE, Service


def run(service: Service) -> None:
    """Migrate, then serve until told to stop."""
    name_siblings()
    settings = service.settings()
    log.start(settings.log_level)
    if service.database:
        if not settings.database_url:
            raise Stop(f"Set {service.prefix}DATABASE_URL: where is PostgreSQL?")
        migrations.upgrade(service.folder, settings.database_url)
    uvloop.run(_serve(service, settings.host, settings.port))


async def _serve(service: Service, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, dualstack_ipv6=host == "::")
    await serve_until(stop_event(), service, listening)


def name_siblings() -> None:
    """Make URLs of the addresses a platform gives as host and port."""
    for service in TABLE:
        if service.url_name is None:
            continue
        address = os.environ.get(f"{service.url_name.removesuffix('_URL')}_HOSTPORT")
        if address:
            os.environ.setdefault(service.url_name, f"http://{address}")
