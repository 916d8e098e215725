"""A film is rated and announced from its form, and the job says how that went."""

import asyncio
import re

import httpx
import pytest

from kit.contracts.catalog.changes import FilmNew
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.gateway import Job, JobQuery, JobState, announcement_id
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.wishes import Announcement, AnnouncementNew
from kit.jobs import GiveUp
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio
from tests.factories.catalog import a_video

HERE = "/films/{}"


async def a_playable_film(studio: Studio) -> Film:
    series = await studio.catalog.create_series(SeriesNew(title="Les Rues"))
    guid = await a_video(studio.library_app)
    return await studio.catalog.create_film(
        FilmNew(title="Sira", video_guid=guid, series_id=series.id)
    )


async def job_of(studio: Studio, film: Film) -> Job:
    """Return the job about a film, once it has ended."""
    async with asyncio.timeout(30):
        while True:
            found = (await studio.gateway.jobs(JobQuery(subject=f"film/{film.id}"))).items
            if found and found[0].state in {JobState.done, JobState.error}:
                return await studio.gateway.job(found[0].id)
            await asyncio.sleep(0.02)


async def test_a_film_is_rated_in_its_form(dana: httpx.AsyncClient, studio: Studio) -> None:
    typed: dict[str, object] = {"title": "Sira", "age_rating": "0"}
    here = (await send(dana, "/films/new", "/films/new", typed)).headers["location"]
    film = await studio.catalog.film(here.removeprefix("/films/"), everything=True)
    assert film.age_rating == 0
    assert '<option value="0" selected>Tout public</option>' in (await see(dana, here)).text
    await send(dana, here, here, typed | {"age_rating": "16"})
    assert (await studio.catalog.film(film.id, everything=True)).age_rating == 16
    await send(dana, here, here, typed | {"age_rating": ""})
    assert (await studio.catalog.film(film.id, everything=True)).age_rating is None
    wrong = await send(dana, here, here, typed | {"age_rating": "13"})
    assert wrong.status_code == 422


async def test_a_first_publication_is_announced_unless_the_box_is_empty(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    film = await a_playable_film(studio)
    here = HERE.format(film.id)
    page = await see(dana, here)
    assert re.search(r'name="announce" value="true" checked', page.text)
    await send(dana, here, f"{here}/publication", {})
    assert (await studio.gateway.jobs()).items == []
    assert "/announcement" in (await see(dana, here)).text
    await send(dana, here, f"{here}/announcement", {})
    job = await job_of(studio, film)
    assert (job.pipeline, job.state, job.error) == ("announce_film", JobState.done, None)
    assert (await studio.publisher.announcement(announcement_id(film.id))).kind == "series.episode"
    told = await see(dana, here)
    assert "Annoncé le" in told.text
    assert "/announcement" not in told.text
    await send(dana, here, f"{here}/publication", {"withdraw": "1"})
    assert 'name="announce"' not in (await see(dana, here)).text


async def test_an_announcement_that_failed_is_said_on_the_job_and_tried_again(
    dana: httpx.AsyncClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: PublisherClient, new: AnnouncementNew) -> Announcement:
        raise GiveUp("publisher_service did not answer.")

    film = await a_playable_film(studio)
    here = HERE.format(film.id)
    with monkeypatch.context() as while_away:
        while_away.setattr(PublisherClient, "announce", refuse)
        await send(dana, here, f"{here}/publication", {"announce": "true"})
        job = await job_of(studio, film)
    page = await see(dana, f"/jobs/{job.id}")
    assert "Annonce non faite, à réessayer : publisher_service did not answer." in page.text
    assert "Annonce à refaire" in (await see(dana, "/jobs")).text
    await send(dana, f"/jobs/{job.id}", f"/jobs/{job.id}/retries", {"step": ""})
    assert (await job_of(studio, film)).error is None
    assert "non faite" not in (await see(dana, f"/jobs/{job.id}")).text


async def test_an_upload_says_who_shall_hear_of_the_film(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    page = await see(dana, "/upload")
    assert re.search(r'name="announce" value="true" checked', page.text)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    announce = {"followers": False, "social": None}
    new = {"key": "01900000-0000-7000-8000-0000000000ab", "title": "Un film", "announce": announce}
    headers = {"X-CSRF-Token": token[1], "Accept": "application/json"}
    assert (await dana.post("/uploads", json=new, headers=headers)).status_code == 200
    (job,) = (await studio.gateway.jobs()).items
    assert (await studio.gateway.job(job.id)).arguments["announce"] == announce
