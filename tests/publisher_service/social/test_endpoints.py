"""Social publication through the service's own doors, with its worker."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from PIL import Image

from kit import clock
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import (
    MediaState,
    NetworkName,
    PreviewTarget,
    Publication,
    PublicationChange,
    PublicationNew,
    PublicationQuery,
    PublicationState,
    SocialAccount,
    SocialAccountChange,
    SocialAccountNew,
    SocialPreviewNew,
    TargetNew,
    TargetState,
    Unfit,
)
from kit.contracts.publisher.social_errors import (
    CredentialsMissing,
    CredentialsRefused,
    MediaNotFound,
    MediaRefused,
    NetworkAway,
    PublicationBegun,
    PublicationDiffers,
    PublicationUnfit,
    SocialAccountKnown,
    SocialAccountNotFound,
    TargetUnderWay,
)
from kit.db import new_id
from kit.errors import Unauthenticated
from publisher_service.app import create_app
from publisher_service.settings import Settings
from tests.conftest import Start
from tests.factories.publisher import as_service, as_stranger
from tests.fakes.network import dropped
from tests.fakes.telegram import TOKEN, Telegram
from tests.fakes.x import X

Ends = Callable[..., Awaitable[Publication]]
BOT = {"token": TOKEN, "chat_id": "@maison_films"}


@pytest.fixture
async def app(settings: Settings, start: Start) -> FastAPI:
    return await start(create_app(settings))


@pytest.fixture
def client(app: FastAPI) -> PublisherClient:
    return as_service(app)


@pytest.fixture
async def channel(client: PublisherClient) -> SocialAccount:
    new = SocialAccountNew(network=NetworkName.telegram, name="Maison", credentials=BOT)
    return await client.connect_account(new)


@pytest.fixture
def ends(client: PublisherClient) -> Ends:
    async def wait(found: Publication, state: PublicationState) -> Publication:
        async with asyncio.timeout(20):
            while found.state != state:
                await asyncio.sleep(0.01)
                found = await client.publication(found.id)
        return found

    return wait


def a_publication(*accounts: SocialAccount, **changes: object) -> PublicationNew:
    targets = [TargetNew(account_id=account.id) for account in accounts]
    values = {"id": new_id(), "title": "Sira", "text": "Ce soir", "targets": targets}
    return PublicationNew.model_validate(values | changes)


async def test_a_publication_reaches_every_account(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, x: X, ends: Ends
) -> None:
    new = SocialAccountNew(network=NetworkName.x, name="X", credentials=x.credentials())
    other = await client.connect_account(new)
    published = await client.publish(a_publication(channel, other))
    found = await ends(published, PublicationState.published)
    assert {each.account_name for each in found.targets} == {"Maison", "X"}
    assert (len(telegram.messages), len(x.posts)) == (1, 1)


async def test_the_same_publication_twice_is_one_and_another_is_refused(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, ends: Ends
) -> None:
    new = a_publication(channel)
    await client.publish(new)
    again = await client.publish(new)
    with pytest.raises(PublicationDiffers):
        await client.publish(new.model_copy(update={"text": "Autre"}))
    await ends(again, PublicationState.published)
    assert len(telegram.messages) == 1


async def test_what_is_planned_waits_can_be_moved_and_goes_out_at_its_time(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, ends: Ends
) -> None:
    later = clock.now() + timedelta(hours=1)
    planned = await client.publish(a_publication(channel, publish_at=later))
    assert planned.state == PublicationState.planned
    moved = PublicationChange(text="À l'instant", publish_at=clock.now())
    await ends(await client.change_publication(planned.id, moved), PublicationState.published)
    assert [each.text for each in telegram.messages] == ["À l'instant"]
    with pytest.raises(PublicationBegun):
        await client.change_publication(planned.id, moved)


async def test_what_is_called_off_never_goes_out(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, ends: Ends
) -> None:
    soon = clock.now() + timedelta(seconds=0.5)
    planned = await client.publish(a_publication(channel, publish_at=soon))
    off = await client.cancel_publication(planned.id)
    assert off.state == PublicationState.cancelled
    after = a_publication(channel, text="Après", publish_at=soon + timedelta(seconds=0.2))
    await ends(await client.publish(after), PublicationState.published)
    assert [each.text for each in telegram.messages] == ["Après"]
    assert (await client.publication(planned.id)).targets[0].state == TargetState.cancelled


async def test_a_calendar_asks_for_its_month(
    client: PublisherClient, channel: SocialAccount
) -> None:
    start = clock.now() + timedelta(days=10)
    days = [start + timedelta(days=number) for number in range(4)]
    made = [await client.publish(a_publication(channel, publish_at=day)) for day in days]
    query = PublicationQuery(from_at=days[1], until_at=days[3])
    found = await client.publications(query)
    assert [each.id for each in found.items] == [made[2].id, made[1].id]
    page = await client.publications(limit=3)
    rest = await client.publications(cursor=page.next_cursor, limit=3)
    assert [each.id for each in [*page.items, *rest.items]] == [each.id for each in made[::-1]]


async def test_what_does_not_fit_is_refused_and_previewed(
    client: PublisherClient, channel: SocialAccount
) -> None:
    with pytest.raises(PublicationUnfit) as refused:
        await client.publish(a_publication(channel, text="a" * 5000))
    assert refused.value.extra["errors"][0]["what"] == ["text_too_long"]
    networks = [PreviewTarget(network=name) for name in (NetworkName.x, NetworkName.telegram)]
    asked = SocialPreviewNew(text="a" * 300, networks=networks)
    on_x, on_telegram = (await client.preview_publication(asked)).items
    assert (on_x.length, on_x.limit, on_x.problems) == (300, 280, [Unfit.text_too_long])
    assert on_telegram.problems == []


async def test_credentials_go_in_and_never_come_out(
    client: PublisherClient, channel: SocialAccount
) -> None:
    assert TOKEN not in (await client.social_accounts()).model_dump_json()
    new = SocialAccountNew(network=NetworkName.telegram, name="Encore", credentials=BOT)
    with pytest.raises(SocialAccountKnown):
        await client.connect_account(new)
    with pytest.raises(CredentialsMissing) as missing:
        await client.connect_account(new.model_copy(update={"credentials": {"token": TOKEN}}))
    assert missing.value.extra["missing"] == ["chat_id"]


async def test_an_account_is_connected_again_only_by_itself(client: PublisherClient, x: X) -> None:
    new = SocialAccountNew(network=NetworkName.x, name="X", credentials=x.credentials())
    account = await client.connect_account(new)
    again = SocialAccountChange(name="Maison X", credentials=x.credentials())
    assert (await client.change_account(account.id, again)).name == "Maison X"
    wrong = SocialAccountChange(
        credentials={**x.credentials(), "access_token": "stolen", "refresh_token": "x"}
    )
    with pytest.raises(CredentialsRefused):
        await client.change_account(account.id, wrong)


async def test_an_account_is_tried_and_what_was_renewed_is_kept(
    client: PublisherClient, x: X
) -> None:
    new = SocialAccountNew(network=NetworkName.x, name="X", credentials=x.credentials())
    account = await client.connect_account(new)
    x.expire()
    assert not (await client.check_account(account.id)).needs_reconnection
    assert not (await client.check_account(account.id)).needs_reconnection
    assert x.count("/2/oauth2/token") == 1
    x.troubles = [dropped("/users/me")]
    with pytest.raises(NetworkAway):
        await client.check_account(account.id)
    x.expire()
    x.refresh = "taken by another"
    ended = await client.check_account(account.id)
    assert (ended.needs_reconnection, bool(ended.trouble)) == (True, True)


async def test_what_waits_for_a_disconnected_account_fails_and_says_so(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, ends: Ends
) -> None:
    soon = clock.now() + timedelta(seconds=0.3)
    planned = await client.publish(a_publication(channel, publish_at=soon))
    await client.disconnect_account(channel.id)
    found = await ends(planned, PublicationState.failed)
    assert found.targets[0].error == "This account was disconnected."
    with pytest.raises(SocialAccountNotFound):
        await client.publish(a_publication(channel))
    assert telegram.messages == []


async def test_only_what_failed_is_tried_again(
    client: PublisherClient, channel: SocialAccount, ends: Ends
) -> None:
    found = await ends(await client.publish(a_publication(channel)), PublicationState.published)
    with pytest.raises(TargetUnderWay):
        await client.retry_target(found.targets[0].id)


async def test_strangers_see_and_do_nothing(app: FastAPI, channel: SocialAccount) -> None:
    stranger = as_stranger(app)
    with pytest.raises(Unauthenticated):
        await stranger.social_accounts()
    with pytest.raises(Unauthenticated):
        await stranger.publish(a_publication(channel))


async def test_a_picture_is_added_seen_and_posted(
    client: PublisherClient, channel: SocialAccount, telegram: Telegram, ends: Ends
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "red").save(out, "PNG")
    picture = await client.add_picture(out.getvalue())
    assert (picture.state, picture.width) == (MediaState.ready, 640)
    content = await client.media_file(picture.id)
    published = await client.publish(a_publication(channel, media_id=picture.id))
    await ends(published, PublicationState.published)
    assert telegram.messages[0].file == content
    with pytest.raises(MediaRefused):
        await client.add_picture(b"no picture")
    with pytest.raises(MediaNotFound):
        await client.media(new_id())
