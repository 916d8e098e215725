"""Films, videos and callers, ready made: through the services' own doors where there are some."""

import time
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from kit import clock
from kit.auth import AUDIENCE, ISSUER
from kit.client import Signer
from kit.contracts.catalog.changes import FilmNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.transcoder.wire import VideoStatus
from kit.settings import ServiceSettings
from tests.cast import DANA
from tests.wiring import http
from transcoder_service.models import Video

SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test", "alg": "Ed25519", "use": "sig"})


def as_service(app: FastAPI, name: str = "public_interface") -> CatalogClient:
    """Return a client that speaks as a service of the suite."""
    settings: ServiceSettings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return CatalogClient(http(app), Signer(secret, name, "catalog_service"))


def as_stranger(app: FastAPI) -> CatalogClient:
    return CatalogClient(http(app))


def as_admin(app: FastAPI, person: UUID = DANA, *roles: str) -> CatalogClient:
    token = access_token(app, sub=str(person), roles=list(roles or ("admin",)))
    return as_stranger(app).acting(token)


def access_token(app: FastAPI, **claims: Any) -> str:
    """Return an access token as accounts_service signs them, with a key that `app` believes."""
    app.state.keys.use({"keys": [SIGNING_KEY.as_dict(private=False)]})
    frame = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600, "name": "Someone"}
    header = {"alg": "Ed25519", "kid": "test"}
    return jwt.encode(header, frame | claims, SIGNING_KEY, algorithms=["Ed25519"])


async def a_video(library_app: FastAPI, **changes: Any) -> str:
    """Put a video into the library, finished unless said otherwise; return its guid."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "title": "Nuit de Lomé",
        "status": VideoStatus.finished,
        "encode_progress": 100,
        "length_seconds": 95,
        "width": 1280,
        "height": 720,
        "available_resolutions": "240p,720p",
        "thumbnail_file_name": "thumbnail.jpg",
        "created_at": clock.now(),
    }
    video = Video(**(values | changes))
    async with library_app.state.database.sessions.begin() as session:
        session.add(video)
    return str(video.id)


async def a_film(app: FastAPI, **changes: Any) -> Film:
    """Make a draft as Dana."""
    return await as_admin(app).create_film(FilmNew(**({"title": "Nuit de Lomé"} | changes)))


async def a_published_film(app: FastAPI, library_app: FastAPI, **changes: Any) -> Film:
    """Make a film with a finished video, and publish it."""
    guid = await a_video(library_app, title=changes.get("title", "Nuit de Lomé"))
    film = await a_film(app, video_guid=guid, **changes)
    return await as_admin(app).publish_film(film.id)
