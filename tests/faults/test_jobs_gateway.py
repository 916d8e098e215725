"""A gateway killed again and again: every job ends, every step is passed exactly once."""

import asyncio
import random
import sys
from collections import Counter

from sqlalchemy import text

from gateway.actions import events
from gateway.actions.pipelines import Pipelines
from kit.db import open_database
from tests.faults.test_jobs import hears, pause_until
from tests.gateway.plays import ACTS, Play, announced
from tests.kit.queueing import Queue, until

JOBS, KILLS = 40, 3


async def test_each_step_of_each_job_is_passed_exactly_once_whatever_dies(database_url):
    url = database_url("gateway")
    queue = Queue(url, open_database(url, 2))
    pipelines = Pipelines(Play().pipeline())
    async with queue.database.sessions.begin() as session:
        for number in range(JOBS):
            await events.take(session, pipelines, announced(f"Film {number}"))
    for _ in range(KILLS):
        process = await a_gateway(url)
        await pause_until(random.uniform(0.05, 0.4), lambda: all_done(queue))
        process.kill()
        await process.wait()
        # Two heartbeats of silence, without waiting for them.
        await queue.run("UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 minute'")
    survivor = await a_gateway(url)
    await until(lambda: all_done(queue), seconds=60)
    survivor.kill()
    await survivor.wait()

    lines = await queue.rows("SELECT job_id, step FROM log_line WHERE text = 'played'")
    passed = Counter((line["job_id"], line["step"]) for line in lines)
    assert len(passed) == JOBS * len(ACTS)
    assert set(passed.values()) == {1}
    steps = await queue.rows("SELECT state, attempts FROM step")
    assert {(step["state"], step["attempts"]) for step in steps} == {("done", 1)}
    assert await queue.is_empty()
    await queue.database.close()


async def a_gateway(url: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.jobs_gateway", url, stdout=asyncio.subprocess.PIPE
    )
    await hears(process, "ready")
    return process


async def all_done(queue: Queue) -> bool:
    async with queue.database.reads() as session:
        left = await session.scalar(text("SELECT count(*) FROM job WHERE state <> 'done'"))
    return bool(left == 0)
