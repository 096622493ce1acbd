"""Bare workflows: steps that do nothing, one after the other. What the engine alone costs. `python -m api.bench.bare` works."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

QUEUE = "xueping-bench"
LIMIT = timedelta(seconds=60)


@dataclass(frozen=True)
class Steps:
    """How many steps of each kind: activities in tasks of their own, and local ones inside the workflow's."""

    activities: int
    local_activities: int

    @property
    def total(self) -> int:
        return self.activities + self.local_activities


@activity.defn
async def nothing() -> None:
    pass


@workflow.defn(name="bench-bare")
class BareWorkflow:
    @workflow.run
    async def run(self, steps: Steps) -> None:
        for _ in range(steps.activities):
            await workflow.execute_activity(nothing, start_to_close_timeout=LIMIT)
        for _ in range(steps.local_activities):
            await workflow.execute_local_activity(nothing, start_to_close_timeout=LIMIT)


async def work(address: str) -> None:
    """A worker with the settings of the product's own (worker.py), until it is ended."""
    worker = Worker(
        await Client.connect(address),
        task_queue=QUEUE,
        workflows=[BareWorkflow],
        activities=[nothing],
        max_concurrent_activities=100,
        max_concurrent_local_activities=50,
        max_concurrent_workflow_tasks=50,
        max_cached_workflows=2000,
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
