"""A film goes online: the gateway beside a real video library and a real catalogue."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from kit import clock
from kit.client import Signer
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import EventNew, FilmUploaded, JobState, PayloadInvalid
from kit.contracts.transcoder.wire import VideoStatus
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories.catalog import a_film, a_video, as_admin
from tests.gateway.plays import as_service
from tests.wiring import http
from transcoder_service.models import Video

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]
FINISHED: dict[str, object] = {"status": VideoStatus.finished, "encode_progress": 100}
FINISHED |= {"available_resolutions": "240p,480p"}


@pytest.fixture
async def client(app, library, database_url, valkey_url, start):
    gateway_settings = GatewaySettings(
        environment="test",
        database_url=database_url("gateway"),
        valkey_url=valkey_url,
        poll_seconds=0.05,
    )
    secret = gateway_settings.suite_secret.get_secret_value()
    catalog = CatalogClient(http(app), Signer(secret, "gateway", "catalog_service"))
    return as_service(await start(create_gateway(gateway_settings, catalog, library)))


def uploaded(film_id: UUID, guid: str, **changes) -> EventNew:
    payload = FilmUploaded(film_id=film_id, video_guid=UUID(guid), title="Nuit", **changes)
    return EventNew(
        id=uuid4(), name="FilmUploaded", at=clock.now(), payload=payload.model_dump(mode="json")
    )


async def set_video(library_app, guid: str, **values) -> None:
    async with library_app.state.database.sessions.begin() as session:
        await session.execute(update(Video).where(Video.id == UUID(guid)).values(**values))


async def reaches(client, job_id, wanted):
    async with asyncio.timeout(40):
        while True:
            found = await client.job(job_id)
            if wanted(found):
                return found
            await asyncio.sleep(0.02)


async def test_a_film_is_published_when_its_video_is_encoded(app, library_app, client):
    guid = await a_video(library_app, status=VideoStatus.transcoding, encode_progress=40)
    film = await a_film(app, video_guid=guid)
    event = uploaded(film.id, guid, access_level="vip")
    (job_id,) = (await client.tell(event)).job_ids
    job = await reaches(client, job_id, lambda job: job.steps[0].progress == 40)
    assert (job.state, job.step, job.progress) == ("processing", "transcode", 36)
    assert (job.subject, job.title) == (f"film/{film.id}", "Nuit")
    assert (await as_admin(app).film(film.id, everything=True)).status == "draft"

    await set_video(library_app, guid, **FINISHED)
    job = await reaches(client, job_id, lambda job: job.state == JobState.done)
    shown = await as_admin(app).film(film.id, everything=True)
    assert (shown.status, shown.access_level) == ("published", "vip")
    assert [line.step for line in job.logs] == ["transcode", "publish", "announce"]

    again = await client.tell(event)
    assert (again.is_repeated, again.job_ids) == (True, [job_id])


async def test_a_film_whose_video_fails_is_not_published_and_says_why(app, library_app, client):
    guid = await a_video(library_app, status=VideoStatus.error, encode_progress=0)
    film = await a_film(app, video_guid=guid)
    (job_id,) = (await client.tell(uploaded(film.id, guid))).job_ids
    job = await reaches(client, job_id, lambda job: job.state == JobState.error)
    assert job.error
    assert (await as_admin(app).film(film.id, everything=True)).status == "draft"


async def test_a_film_may_be_left_as_a_draft(app, library_app, client):
    guid = await a_video(library_app, **FINISHED)
    film = await a_film(app, video_guid=guid)
    (job_id,) = (await client.tell(uploaded(film.id, guid, publish=False))).job_ids
    job = await reaches(client, job_id, lambda job: job.state == JobState.done)
    assert job.logs[-2].text == "Left as a draft, as asked."
    assert (await as_admin(app).film(film.id, everything=True)).status == "draft"


async def test_a_video_or_a_film_that_is_gone_ends_the_job_in_words(library_app, client):
    (job_id,) = (await client.tell(uploaded(uuid4(), str(uuid4())))).job_ids
    job = await reaches(client, job_id, lambda job: job.state == JobState.error)
    assert job.error == "The video library has no such video; was it deleted?"
    guid = await a_video(library_app, **FINISHED)
    (job_id,) = (await client.tell(uploaded(uuid4(), guid))).job_ids
    job = await reaches(client, job_id, lambda job: job.state == JobState.error)
    assert job.error == "The catalogue has no such film; was it deleted?"


async def test_a_payload_that_does_not_fit_is_refused_and_says_where(client):
    event = uploaded(uuid4(), str(uuid4()))
    with pytest.raises(PayloadInvalid) as refused:
        await client.tell(event.model_copy(update={"payload": {"film_id": "no"}}))
    assert {one["where"] for one in refused.value.extra["errors"]} == {"film_id", "video_guid"}
