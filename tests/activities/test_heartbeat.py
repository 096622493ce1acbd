import asyncio
import dataclasses
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.heartbeat import HeartbeatInterceptor


class Step:
    def __init__(self, work):
        self._work = work

    async def execute_activity(self, _):
        return await self._work()


async def run(work, limit):
    environment, beats = ActivityEnvironment(), asyncio.Event()
    environment.info = dataclasses.replace(environment.info, heartbeat_timeout=limit)
    environment.on_heartbeat = lambda *_: beats.set()
    inbound = HeartbeatInterceptor().intercept_activity(Step(lambda: work(beats)))
    return await environment.run(inbound.execute_activity, None)


async def test_a_step_with_a_heartbeat_limit_beats_while_it_works():
    async def work(beats):
        await asyncio.wait_for(beats.wait(), 10)
        return "done"

    assert await run(work, timedelta(seconds=0.03)) == "done"


@pytest.mark.parametrize("limit", [None, timedelta(0)])
async def test_a_step_without_a_limit_does_not_beat(limit):
    async def work(beats):
        for _ in range(20):
            await asyncio.sleep(0)
        return beats.is_set()

    assert await run(work, limit) is False


async def test_the_failure_of_a_step_comes_through():
    async def work(_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run(work, timedelta(seconds=6))
