"""Publications told to whoever wants to hear of them: Standard Webhooks."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook as Signature
from typing_extensions import override

from kit.contracts.publisher.social import NetworkName, TargetState
from kit.contracts.publisher.social_errors import CredentialsRefused
from publisher_service.providers.guarded import GuardedLine
from publisher_service.providers.network import Refused
from tests.fakes.network import Simulator, Trouble, answer_lost, dropped
from tests.publisher_service.social.desk import LINK, TEXT, Desk

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq="


class Inbox(Simulator):
    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hook", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.taken.append((dict(request.headers), await request.read()))
        return web.Response(status=204)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with Inbox() as found:
        yield found


async def test_a_webhook_is_signed_and_says_what_was_published(desk: Desk, inbox: Inbox) -> None:
    given = {"url": f"{inbox.url}/hook", "secret": SECRET}
    account = await desk.connect(NetworkName.webhook, given)
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.published
    ((headers, body),) = inbox.taken
    told = Signature(SECRET).verify(body, {key.lower(): value for key, value in headers.items()})
    assert told["data"]["text"] == TEXT
    assert told["data"]["url"] == LINK
    assert told["data"]["id"] == headers["Webhook-Id"] == str(target.id)


@pytest.mark.parametrize(
    "trouble",
    [answer_lost("/hook"), dropped("/hook"), Trouble("/hook", 500), Trouble("/hook", 404)],
)
async def test_it_is_sent_again_under_the_same_id_until_taken(
    desk: Desk, inbox: Inbox, trouble: Trouble
) -> None:
    given = {"url": f"{inbox.url}/hook", "secret": SECRET}
    account = await desk.connect(NetworkName.webhook, given)
    inbox.troubles = [trouble]
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.published
    assert {headers["Webhook-Id"] for headers, _ in inbox.taken} == {str(target.id)}
    assert len({body for _, body in inbox.taken}) == 1


async def test_a_receiver_that_is_gone_is_left_alone(desk: Desk, inbox: Inbox) -> None:
    given = {"url": f"{inbox.url}/hook", "secret": SECRET}
    account = await desk.connect(NetworkName.webhook, given)
    inbox.troubles = [Trouble("/hook", 410)]
    target = await desk.posted(await desk.publish(account))
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)
    assert inbox.count("/hook") == 1


async def test_a_short_secret_is_refused(desk: Desk, inbox: Inbox) -> None:
    with pytest.raises(CredentialsRefused):
        await desk.connect(
            NetworkName.webhook, {"url": f"{inbox.url}/hook", "secret": "whsec_c2hvcnQ="}
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@192.0.2.1/hook",
        "https://192.168.1.1:22/hook",
        "ftp://example.org/hook",
        "https:///hook",
    ],
)
async def test_nobody_is_led_into_our_own_network(url: str) -> None:
    guarded = GuardedLine()
    with pytest.raises(Refused):
        await guarded.check(url)
    await guarded.close()
