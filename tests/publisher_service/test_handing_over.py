"""Two accounts of one person become one: what the other chose and was told goes along."""

from datetime import time

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from kit.clock import now
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import ChannelName
from kit.errors import Forbidden
from publisher_service.models.people import Address, Follow, Habits, Preference
from tests.cast import ALICE, BOB
from tests.factories.publisher import as_person

SERIES, MAKER = "series:gens-du-fleuve", "maker:studio-lagune"
KIND = "series.episode"


async def given(app: FastAPI, *rows: object) -> None:
    async with app.state.database.sessions.begin() as session:
        session.add_all(rows)


def place(account: object, channel: ChannelName, address: str) -> Address:
    made = {"created_at": now(), "verified_at": now(), "details": {}}
    return Address(account_id=account, channel=channel, address=address, **made)


async def test_everything_of_the_other_goes_along_and_ones_own_choices_stay(
    app: FastAPI, alice: PublisherClient, client: PublisherClient
) -> None:
    await alice.follow(SERIES)
    for topic in (SERIES, MAKER):
        await as_person(app, BOB).follow(topic)
    await given(
        app,
        Preference(account_id=ALICE, kind=KIND, channel=ChannelName.email, is_on=False),
        Preference(account_id=BOB, kind=KIND, channel=ChannelName.email, is_on=True),
        Preference(account_id=BOB, kind=KIND, channel=ChannelName.sms, is_on=True),
        Habits(account_id=BOB, quiet_from=time(22), zone="Africa/Abidjan", digest="daily"),
        place(ALICE, ChannelName.telegram, "1"),
        place(BOB, ChannelName.telegram, "2"),
        place(BOB, ChannelName.sms, "+2250701020304"),
        place(ALICE, ChannelName.web_push, "https://push.example.org/a"),
        place(BOB, ChannelName.web_push, "https://push.example.org/b"),
    )
    for _ in range(2):  # the job may run twice
        await client.hand_over(BOB, ALICE)
    assert {one.topic for one in (await alice.follows()).items} == {SERIES, MAKER}
    async with app.state.database.sessions() as session:
        chosen = (await session.scalars(select(Preference))).all()
        places = (await session.scalars(select(Address))).all()
        habits = (await session.scalars(select(Habits))).one()
        assert (await session.scalars(select(Follow).where(Follow.account_id == BOB))).all() == []
    assert {(one.account_id, one.channel, one.is_on) for one in chosen} == {
        (ALICE, "email", False),
        (ALICE, "sms", True),
    }
    assert (habits.account_id, habits.digest) == (ALICE, "daily")
    assert {(one.account_id, one.address) for one in places} == {
        (ALICE, "1"),
        (ALICE, "+2250701020304"),
        (ALICE, "https://push.example.org/a"),
        (ALICE, "https://push.example.org/b"),
    }


async def test_only_services_hand_over(alice: PublisherClient) -> None:
    with pytest.raises(Forbidden):
        await alice.hand_over(BOB, ALICE)
