"""The gateway itself in a process of its own, for the test that kills it.

`python -m … DATABASE_URL CATALOG_URL PUBLISHER_URL`.
"""

import asyncio
import sys

from gateway.app import create_app
from gateway.settings import Settings


async def main() -> None:
    database_url, catalog_url, publisher_url = sys.argv[1:]
    settings = Settings(
        environment="test",
        database_url=database_url,
        catalog_url=catalog_url,
        publisher_url=publisher_url,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
