"""A publisher in a process of its own, for `mail_throughput`: `python -m … URL PORT`."""

import asyncio
import os
import sys

import uvloop

from benchmarks._serving import SERVER_CORE
from publisher_service.app import create_app
from publisher_service.settings import Settings


async def main() -> None:
    settings = Settings(
        database_url=sys.argv[1],
        smtp_host="127.0.0.1",
        smtp_port=int(sys.argv[2]),
        smtp_security="none",
        rate_limits=False,
        accounts_url="http://127.0.0.1:9",
        log_level="ERROR",
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(SERVER_CORE)})
    uvloop.run(main())
