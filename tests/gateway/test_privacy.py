"""What the gateway knows of a person is handed out to services, and made anonymous."""

import pytest

from kit.contracts.gateway import GatewayClient
from kit.errors import Unauthenticated
from tests.cast import ALICE, BOB
from tests.gateway.plays import announced
from tests.wiring import http


async def test_who_is_named_in_events_and_jobs_is_told_and_then_forgotten(client, ends):
    payload = {"title": "Sira", "into_id": str(ALICE), "from_id": str(BOB)}
    event = announced(payload=payload)
    (job_id,) = (await client.tell(event)).job_ids
    await ends(job_id)
    found = (await client.personal_data(ALICE)).parts
    assert [(one["name"], one["payload"]) for one in found["events"]] == [
        ("PlayAnnounced", payload)
    ]
    assert [one["arguments"] for one in found["jobs"]] == [payload]

    for _ in range(2):
        await client.forget_person(ALICE)
    assert (await client.personal_data(ALICE)).parts == {"events": [], "jobs": []}
    kept = await client.job(job_id)
    assert kept.arguments == payload | {"into_id": "deleted account"}
    assert len((await client.personal_data(BOB)).parts["jobs"]) == 1


async def test_strangers_learn_nothing(app):
    with pytest.raises(Unauthenticated):
        await GatewayClient(http(app)).personal_data(ALICE)
