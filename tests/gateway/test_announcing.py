"""A film that is online is told of once: to followers, and on the networks that were chosen."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kit import clock
from kit.contracts.catalog.changes import FilmChange, Publication
from kit.contracts.catalog.films import Credit
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.gateway import (
    Announce,
    EventNew,
    JobState,
    PayloadInvalid,
    SocialPosts,
    announcement_id,
)
from kit.contracts.publisher.errors import AnnouncementNotFound
from kit.contracts.publisher.social import NetworkName, SocialAccountNew
from tests.cast import ALICE, BOB
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories.catalog import a_film, a_published_film, as_admin
from tests.factories.publisher import as_service as as_service_of_publisher
from tests.fakes.telegram import TOKEN, Telegram
from tests.gateway.house import House, asked, awa_has_a_page, follows, house, telegram
from tests.gateway.test_film import reaches, uploaded

__all__ = ["app", "house", "library", "library_app", "settings", "telegram", "tokens_app"]
AWA = [Credit(role="director", name="awa DIOP")]
ONLY_POSTS = Announce(followers=False)


async def test_followers_of_a_series_and_its_makers_are_told_once(house: House) -> None:
    awa = await awa_has_a_page(house)
    series = await as_admin(house.catalog).create_series(SeriesNew(title="Les Rues"))
    await follows(house, ALICE, f"series:{series.id}", f"maker:{awa}")
    await follows(house, BOB, f"maker:{uuid4()}")
    guid = await house.a_video()
    film = await a_film(house.catalog, video_guid=guid, series_id=series.id, credits=AWA)
    job = await house.runs(uploaded(film.id, guid))
    assert [step.name for step in job.steps] == ["transcode", "publish", "announce"]
    (notice,) = await house.told(ALICE, film)
    assert (notice.kind, notice.url) == (
        "series.episode",
        f"http://127.0.0.1:5062/films/{film.slug}",
    )
    assert "Les Rues" in notice.title + notice.text
    assert await house.notices(BOB) == []

    again = await house.runs(uploaded(film.id, guid))
    assert again.logs[-1].text == "It was published before: nobody is told again."
    await as_admin(house.catalog).change_film(film.id, FilmChange(title="Autre titre"))
    by_hand = await house.runs(asked(film, Announce()))
    assert by_hand.logs[-1].text.startswith("Followers were told of this film before")
    assert len(await house.notices(ALICE)) == 1


async def test_who_follows_a_maker_hears_who_made_the_film(house: House) -> None:
    await follows(house, ALICE, f"maker:{await awa_has_a_page(house)}")
    guid = await house.a_video()
    film = await a_film(house.catalog, video_guid=guid, credits=AWA)
    await house.runs(uploaded(film.id, guid))
    (notice,) = await house.told(ALICE, film)
    assert notice.kind == "film.published"
    assert "awa DIOP" in notice.text + notice.title


async def test_a_film_that_nobody_sees_is_told_to_nobody(house: House) -> None:
    awa = await awa_has_a_page(house)
    await follows(house, ALICE, f"maker:{awa}")
    guid = await house.a_video()
    draft = await a_film(house.catalog, video_guid=guid, credits=AWA)
    job = await house.runs(uploaded(draft.id, guid, publish=False))
    assert job.logs[-1].text == "Left as a draft: nobody is told."
    job = await house.runs(asked(draft, Announce()))
    assert job.logs[-1].text == "People do not see this film: nobody is told."
    gone = draft.model_copy(update={"id": uuid4()})
    assert (await house.runs(asked(gone, Announce()))).state == JobState.done
    shown = await a_published_film(house.catalog, house.library, credits=AWA)
    silent = await house.runs(asked(shown, Announce(followers=False)))
    assert silent.logs[-1].text == "Nobody is told, as asked."
    with pytest.raises(AnnouncementNotFound):
        await as_service_of_publisher(house.publisher).announcement(announcement_id(shown.id))


async def test_a_scheduled_film_is_told_of_when_it_opens(house: House) -> None:
    await follows(house, ALICE, f"maker:{await awa_has_a_page(house)}")
    guid = await house.a_video()
    film = await a_film(house.catalog, video_guid=guid, credits=AWA)
    soon = clock.now() + timedelta(hours=2)
    await as_admin(house.catalog).publish_film(film.id, Publication(opens_at=soon))
    (job_id,) = (await house.client.tell(asked(film, Announce()))).job_ids
    job = await reaches(house.client, job_id, lambda job: job.steps[0].waits_until is not None)
    assert job.state == JobState.processing
    await house.client.cancel(job_id)
    now = Publication(opens_at=clock.now() - timedelta(seconds=1))
    await as_admin(house.catalog).publish_film(film.id, now)
    await house.client.retry(job_id)
    await house.ended(job_id)
    assert len(await house.told(ALICE, film)) == 1


async def test_a_film_is_online_although_nobody_could_be_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rules.FIRST_SECONDS", 0.001)
    monkeypatch.setattr("gateway.rules.LONGEST_SECONDS", 0.01)
    await follows(house, ALICE, f"maker:{await awa_has_a_page(house)}")
    guid = await house.a_video()
    film = await a_film(house.catalog, video_guid=guid, credits=AWA)
    house.without_publisher()
    job = await house.runs(uploaded(film.id, guid))
    assert (job.state, job.progress) == (JobState.done, 100)
    assert job.error
    assert [step.state for step in job.steps] == ["done", "done", "error"]
    assert job.steps[2].attempts == 12
    assert (await house.client.dead_letters()).items == []
    assert (await as_admin(house.catalog).film(film.id)).status == "published"

    house.with_publisher()
    await house.client.retry(job.id)
    job = await house.ended(job.id)
    assert (job.state, job.error, job.steps[0].attempts) == (JobState.done, None, 1)
    assert len(await house.told(ALICE, film)) == 1


async def test_posts_go_out_on_the_chosen_networks_once(house: House, telegram: Telegram) -> None:
    credentials = {"token": TOKEN, "chat_id": "@maison_films"}
    new = SocialAccountNew(network=NetworkName.telegram, name="Maison", credentials=credentials)
    publisher = as_service_of_publisher(house.publisher)
    account = await publisher.connect_account(new)
    film = await a_published_film(house.catalog, house.library, credits=AWA)
    posts = ONLY_POSTS.model_copy(update={"social": SocialPosts(targets=[account.id])})
    for said in ("Posts are on their way to the chosen networks.", "Posts about this film"):
        job = await house.runs(asked(film, posts))
        assert job.logs[-1].text.startswith(said)
        posts = posts.model_copy(
            update={"social": SocialPosts(targets=[account.id], text="Autrement")}
        )
    (post,) = (await publisher.publications()).items
    assert post.film_id == film.id
    assert post.targets[0].text.startswith(f"{film.title} (awa DIOP)")


async def test_posts_that_cannot_go_out_are_said_beside_the_step(house: House) -> None:
    film = await a_published_film(house.catalog, house.library)
    posts = Announce(followers=False, social=SocialPosts(targets=[uuid4()]))
    job = await house.runs(asked(film, posts))
    assert (job.state, job.steps[0].state) == (JobState.done, JobState.error)
    assert "The posts cannot go out" in (job.error or "")


async def test_a_wish_that_does_not_fit_is_refused_and_says_where(house: House) -> None:
    payload: dict[str, object] = {"film_id": str(uuid4()), "video_guid": str(uuid4())}
    for name, wish, where in (
        ("FilmUploaded", {"social": {"targets": []}}, "announce.social.targets"),
        ("FilmUploaded", {"followers": "yes"}, "announce.followers"),
        ("AnnouncementAsked", {"social": {"targets": ["x"]}}, "announce.social.targets.0"),
    ):
        event = EventNew(
            id=uuid4(), name=name, at=clock.now(), payload=payload | {"announce": wish}
        )
        with pytest.raises(PayloadInvalid) as refused:
            await house.client.tell(event)
        assert [error["where"] for error in refused.value.extra["errors"]] == [where]
