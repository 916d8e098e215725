"""A gateway's worker in a process of its own, for the test that kills it: `python -m … URL`."""

import asyncio
import sys

from gateway.actions.pipelines import Pipelines
from gateway.actions.steps import Context
from gateway.app import create_app
from gateway.settings import Settings
from kit.jobs import Later
from tests.gateway.plays import ACTS, Play


async def work_a_little(context: Context) -> None:
    await asyncio.sleep(0.01)  # so that there is a middle to be killed in
    context.say("played")


async def come_back_once(context: Context) -> None:
    if (context.job.fence - context.begun_at).total_seconds() < 0.2:
        raise Later(0.2)
    context.say("played")


async def main() -> None:
    play = Play()
    play.acts = {**dict.fromkeys(ACTS, work_a_little), "second": come_back_once}
    settings = Settings(environment="test", database_url=sys.argv[1])
    app = create_app(settings, pipelines=Pipelines(play.pipeline()))
    async with app.router.lifespan_context(app):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
