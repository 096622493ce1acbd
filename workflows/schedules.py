"""What Temporal starts by itself (schedules). They stand in Temporal, so that they outlive every worker of ours."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

DAILY_RECONCILIATION = "daily-reconciliation"
DAILY_POLICY_DAYS = "daily-policy-days"

# Notices in the morning; reconciliation an hour after the gateway makes its bills. In UTC, because a server without zone data knows no
# other, and China has had no summer time since 1991.
NINE_IN_SHANGHAI = ScheduleCalendarSpec(hour=(ScheduleRange(1),), comment="9:00 Asia/Shanghai")
TEN_IN_SHANGHAI = ScheduleCalendarSpec(hour=(ScheduleRange(2),), comment="10:00 Asia/Shanghai")


def daily_reconciliation(queue: str) -> Schedule:
    return _daily("reconciliation", "reconciliation", queue, TEN_IN_SHANGHAI)


def daily_policy_days(queue: str) -> Schedule:
    return _daily("policy_days", "policy-days", queue, NINE_IN_SHANGHAI)


def _daily(process: str, process_id: str, queue: str, at: ScheduleCalendarSpec) -> Schedule:
    return Schedule(
        # without an argument, which would be sealed with the payload key of today
        action=ScheduleActionStartWorkflow(process, id=process_id, task_queue=queue),
        spec=ScheduleSpec(calendars=[at]),
        # no day is left out: neither because the one before is still at work, nor because the server was away
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=timedelta(days=30)),
    )


async def ensure_schedules(client: Client, queue: str) -> None:
    """Made once; made anew by a program that wants it otherwise, with what an operator paused left paused. Raises `RPCError` when
    Temporal does not answer."""
    for name, wanted in (
        (DAILY_RECONCILIATION, daily_reconciliation(queue)),
        (DAILY_POLICY_DAYS, daily_policy_days(queue)),
    ):
        try:
            await client.create_schedule(name, wanted)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(name).update(partial(_as_wanted, wanted=wanted))


def _as_wanted(known: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate | None:
    """None when nothing changes."""
    stands = known.description.schedule
    action, wanted_action = stands.action, wanted.action
    assert isinstance(wanted_action, ScheduleActionStartWorkflow)
    same_action = isinstance(action, ScheduleActionStartWorkflow) and (
        action.workflow,
        action.id,
        action.task_queue,
    ) == (
        wanted_action.workflow,
        wanted_action.id,
        wanted_action.task_queue,
    )
    if same_action and (stands.spec.calendars, stands.policy) == (wanted.spec.calendars, wanted.policy):
        return None
    return ScheduleUpdate(schedule=replace(wanted, state=stands.state))
