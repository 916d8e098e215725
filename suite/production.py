"""One service in a container: its settings from the environment, its log on standard error.

Platforms tell a service where its siblings are as `host:port`; given ACCOUNTS_HOSTPORT and no
ACCOUNTS_URL, the URL is made of it. Migrations run first: several instances that start at once take
turns, and a version that is there already is passed over.
"""

import os

import uvicorn

from kit import log
from suite.errors import Stop
from suite.migrations import run as migrations
from suite.services import TABLE, Service
from suite.serving import GRACE_SECONDS, make_app


def run(service: Service) -> None:
    """Migrate, then serve until told to stop."""
    name_siblings()
    settings = service.settings()
    log.start(settings.log_level)
    if service.database:
        if not settings.database_url:
            raise Stop(f"Set {service.prefix}DATABASE_URL: where is PostgreSQL?")
        migrations.upgrade(service.folder, settings.database_url)
    uvicorn.run(
        make_app(service),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def name_siblings() -> None:
    """Make URLs of the addresses a platform gives as host and port."""
    for service in TABLE:
        if service.url_name is None:
            continue
        address = os.environ.get(f"{service.url_name.removesuffix('_URL')}_HOSTPORT")
        if address:
            os.environ.setdefault(service.url_name, f"http://{address}")
