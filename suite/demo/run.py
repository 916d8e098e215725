"""Run the story once the suite is up; what goes wrong in it stops nothing else."""

from pathlib import Path

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.errors import AppError
from suite.demo.shop import Till
from suite.demo.story import Studio, bring_films
from suite.environment import Place
from suite.errors import Stop
from suite.people import Settings
from suite.terminal import bad, say


async def demo(place: Place) -> None:
    studio = _studio(place)
    try:
        await bring_films(place, studio)
    except (AppError, Stop, OSError) as error:
        say(bad(f"  The sample films are not complete: {error}"))
        say("  Everything else runs; ./karangou up --demo goes on where it ended.\n")
    finally:
        await studio.close()


def _studio(place: Place) -> Studio:
    settings, values = Settings(), place.variables
    library = VideoLibraryClient.of(
        values["BUNNY_API_URL"], int(values.get("BUNNY_LIBRARY_ID", "1")), values["BUNNY_API_KEY"]
    )
    return Studio(
        CatalogClient.at(settings, values["CATALOG_URL"]),
        GatewayClient.at(settings, values["GATEWAY_URL"]),
        TokensClient.at(settings, values["TOKENS_URL"]),
        Till.at(settings, values["PAYMENTS_URL"]),
        library,
        values["BUNNY_TUS_URL"],
        Path(place.data) / "demo",
    )
