"""A film that is online is told of once: to followers, and on the networks that were chosen."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

import accounts_service.app
from accounts_service.models.people import Account
from accounts_service.models.profiles import Profile
from accounts_service.settings import Settings as AccountsSettings
from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from kit import clock
from kit.client import Signer, open_http
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.changes import FilmChange, Publication
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Credit, Film
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.gateway import (
    Announce,
    AnnouncementAsked,
    EventNew,
    GatewayClient,
    Job,
    JobState,
    PayloadInvalid,
    SocialPosts,
    announcement_id,
)
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.errors import AnnouncementNotFound
from kit.contracts.publisher.notices import Notice
from kit.contracts.publisher.social import NetworkName, SocialAccountNew
from kit.contracts.transcoder.client import VideoLibraryClient
from publisher_service.app import create_app as create_publisher
from publisher_service.settings import Settings as PublisherSettings
from tests.cast import ALICE, BOB
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import a_film, a_published_film, a_video, as_admin
from tests.factories.publisher import an_account, as_person
from tests.factories.publisher import as_service as as_service_of_publisher
from tests.fakes.telegram import TOKEN, Telegram
from tests.gateway.plays import as_service
from tests.gateway.test_film import FINISHED, reaches, uploaded
from tests.wiring import http

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]
AWA = [Credit(role="director", name="awa DIOP")]
ONLY_POSTS = Announce(followers=False)


@dataclass
class House:
    """The gateway beside everybody it needs; `publisher_away` is a publisher nobody answers for."""

    app: FastAPI
    client: GatewayClient
    catalog: FastAPI
    library: FastAPI
    accounts: FastAPI
    publisher: FastAPI
    publisher_away: PublisherClient

    async def a_video(self) -> str:
        return await a_video(self.library, **FINISHED)

    async def runs(self, event: EventNew) -> Job:
        """Tell the gateway, and return the job once it has ended."""
        (job_id,) = (await self.client.tell(event)).job_ids
        return await self.ended(job_id)

    async def ended(self, job_id: UUID) -> Job:
        ends = {JobState.done, JobState.error}
        found: Job = await reaches(self.client, job_id, lambda job: job.state in ends)
        return found

    async def notices(self, account_id: UUID) -> Sequence[Notice]:
        """Return what somebody was told, once the announcements have gone round."""
        return (await as_person(self.publisher, account_id).notices()).items

    async def told(self, account_id: UUID, film: Film) -> Sequence[Notice]:
        """Wait until the film's announcement reached everybody; return what this one was told."""
        publisher = as_service_of_publisher(self.publisher)
        await reaches_end(publisher, announcement_id(film.id))
        return await self.notices(account_id)

    def without_publisher(self) -> None:
        self.app.state.clients[PublisherClient] = self.publisher_away

    def with_publisher(self) -> None:
        self.app.state.clients[PublisherClient] = as_service_of_publisher(self.publisher)


async def reaches_end(publisher: PublisherClient, an_id: UUID) -> None:
    """Wait until an announcement has gone round."""
    async with asyncio.timeout(40):
        while True:
            if (await publisher.announcement(an_id)).finished_at is not None:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
async def house(
    app: FastAPI,
    library: VideoLibraryClient,
    library_app: FastAPI,
    database_url: DatabaseUrl,
    valkey_url: str,
    telegram: Telegram,
    start: Start,
) -> AsyncIterator[House]:
    common: dict[str, Any] = {"environment": "test", "valkey_url": valkey_url}
    gateway_settings = GatewaySettings(
        **common, database_url=database_url("gateway"), poll_seconds=0.05
    )
    secret = gateway_settings.suite_secret.get_secret_value()
    accounts_app = await start(
        accounts_service.app.create_app(
            AccountsSettings(**common, database_url=database_url("accounts_service"))
        )
    )

    def accounts(caller: str) -> AccountsClient:
        return AccountsClient(http(accounts_app), Signer(secret, caller, "accounts_service"))

    publisher_app = await start(
        create_publisher(
            PublisherSettings(
                **common,
                database_url=database_url("publisher_service"),
                accounts_url="http://127.0.0.1:9",
                telegram_api_url=telegram.url,
                media_url="memory://",
            ),
            accounts("publisher_service"),
        )
    )
    gateway_app = await start(
        create_gateway(
            gateway_settings,
            CatalogClient(http(app), Signer(secret, "gateway", "catalog_service")),
            as_service_of_publisher(publisher_app),
            accounts("gateway"),
            library,
        )
    )
    away = PublisherClient(open_http("http://127.0.0.1:9"))
    client = as_service(gateway_app)
    yield House(gateway_app, client, app, library_app, accounts_app, publisher_app, away)
    await away.close()


async def awa_has_a_page(house: House) -> UUID:
    awa = uuid4()
    await an_account(house.accounts, awa, "Awa Diop")
    async with house.accounts.state.database.sessions.begin() as session:
        (await session.get_one(Account, awa)).roles = ["filmmaker"]
        session.add(Profile(account_id=awa, is_public=True, slug="awa", updated_at=clock.now()))
    return awa


async def follows(house: House, account_id: UUID, *topics: str) -> None:
    await an_account(house.accounts, account_id, "Alice")
    for topic in topics:
        await as_person(house.publisher, account_id).follow(topic)


def asked(film: Film, announce: Announce) -> EventNew:
    payload = AnnouncementAsked(film_id=film.id, title=film.title, announce=announce)
    return EventNew(
        id=uuid4(),
        name="AnnouncementAsked",
        at=clock.now(),
        payload=payload.model_dump(mode="json"),
    )


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
