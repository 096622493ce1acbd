import asyncio
import subprocess
from datetime import date
from typing import Any

import pytest
from temporalio.client import Client, ScheduleDescription
from temporalio.service import RPCError

from insurance.settings import Settings
from tests.running_stack import XUEPING, Stack
from workflows.client import connect
from workflows.messages import ReconciliationOrder, ReconciliationOutcome
from workflows.schedules import DAILY_RECONCILIATION

pytestmark = pytest.mark.stack

A_QUIET_DAY = date(2024, 2, 29)


@pytest.fixture
def settings(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


async def scheduled(temporal: Client) -> ScheduleDescription:
    """The worker makes it soon after it starts."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await temporal.get_schedule_handle(DAILY_RECONCILIATION).describe()
            except RPCError:
                await asyncio.sleep(0.2)


def as_it_stands(made: ScheduleDescription) -> tuple[Any, ...]:
    return (
        made.info.created_at,
        made.info.last_updated_at,
        made.schedule.spec,
        made.schedule.policy,
        made.schedule.state,
    )


async def test_temporal_and_the_worker_come_back_by_themselves_and_the_schedule_stands(
    stack: Stack, settings: Settings
) -> None:
    temporal = await connect(settings.temporal)
    made = await scheduled(temporal)
    assert {(at.hour, at.minute) for at in made.info.next_action_times} == {(2, 0)}
    for part in ("temporal", "worker"):
        stack.wait_for_another(part, stack.kill(part))
        stack.wait_ready()
    assert as_it_stands(await scheduled(temporal)) == as_it_stands(made)


async def test_a_day_is_reconciled_with_the_bills_of_the_gateways_own_process(stack: Stack, settings: Settings) -> None:
    outcome = await (await connect(settings.temporal)).execute_workflow(
        "reconciliation",
        ReconciliationOrder(A_QUIET_DAY),
        id=f"reconciliation-{A_QUIET_DAY}",
        task_queue=settings.temporal.process_queue,
        result_type=ReconciliationOutcome,
    )
    assert outcome == ReconciliationOutcome((A_QUIET_DAY,), ())


def test_an_unknown_claim_is_told_as_such_by_the_stacks_own_books(stack: Stack) -> None:
    command = [XUEPING, "claims", "replay", "cl-nobody", "--data-dir", stack.folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "没有理赔 cl-nobody\n")
