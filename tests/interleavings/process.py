"""One process on the SDK's own workflow instance: fed with jobs, heard for commands, lost with its worker and replayed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.common import Priority, SearchAttributes, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.workflow import Info, ParentInfo
from temporalio.workflow._definition import _Definition

from tests.interleavings.wire import ByReference, NotTheSame, PlainFailures, Values, error_of, fired, step_called_off

RUNNER = UnsandboxedWorkflowRunner()
# instances ask for a loop that runs when they are made; nothing ever runs on it
_LOOP = asyncio.new_event_loop()
_ENDS = (
    "complete_workflow_execution",
    "fail_workflow_execution",
    "cancel_workflow_execution",
    "continue_as_new_workflow_execution",
)


class TaskFailed(AssertionError):
    """The code of a process raised what is not an answer: in production the task would be tried again for ever."""


@dataclass
class Said:
    """One activation of a process, and what it answered."""

    heard: WorkflowActivation
    commands: list[WorkflowCommand]


@dataclass
class Step:
    """A step that a process asked for. `given_up`: the process does not wait for it any more."""

    process: "Process"
    seq: int
    kind: str
    args: list[Any]
    attempt: int = 1
    given_up: bool = False


@dataclass
class Process:
    """`inbox` is what the server has for its next task; `task` what was said since the last commit, None between tasks; `past`
    what was committed. Timers and steps outside begin with the commit, steps of our database at once."""

    values: Values
    workflow: type
    process_id: str
    run: int
    start_at: datetime
    parent: tuple["Process", int] | None = None
    events_per_job: int = 1
    continue_from: int = 10**9
    inbox: list[WorkflowActivationJob] = field(default_factory=list)
    task: list[Said] | None = None
    past: list[Said] = field(default_factory=list)
    local: dict[int, Step] = field(default_factory=dict)
    timers: dict[int, datetime] = field(default_factory=dict)
    end: WorkflowCommand | None = None
    outlives: bool = False
    _taken: list[WorkflowActivationJob] = field(default_factory=list)
    _local_before: dict[int, Step] = field(default_factory=dict)
    _said_before: int = 0
    _jobs: int = 0

    def __post_init__(self) -> None:
        self.definition: _Definition = _Definition.must_from_class(self.workflow)
        self.name = f"{self.process_id}/{self.run}"
        self._instance = self._new_instance()

    def begin_with(self, args: Sequence[Payload]) -> None:
        job = WorkflowActivationJob()
        start = job.initialize_workflow
        start.workflow_id, start.workflow_type = self.process_id, self.definition.name or ""
        start.arguments.extend(args)
        self.inbox.append(job)

    # --- tasks --------------------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self.end is None

    def open_task(self, now: datetime) -> None:
        """All that waits in the inbox, at once."""
        self.task = self.task if self.task is not None else []
        if self.inbox:
            jobs, self.inbox = self.inbox, []
            self._taken += jobs
            self.tell(jobs, now)

    def tell(self, jobs: Sequence[WorkflowActivationJob], now: datetime) -> None:
        """Within the task; what it calls off is called off at once."""
        assert self.task is not None
        while jobs:
            said = self._activate(jobs, now)
            self.task.append(said)
            # an answer that came with what calls the step off was first
            answered = {job.resolve_activity.seq for job in jobs if job.HasField("resolve_activity")}
            called_off = [job for command in said.commands for job in self._at_once(command)]
            jobs = [job for job in called_off if job.resolve_activity.seq not in answered]

    def _at_once(self, command: WorkflowCommand) -> list[WorkflowActivationJob]:
        """What doesn't wait for the end of the task."""
        if command.HasField("schedule_local_activity"):
            local = command.schedule_local_activity
            args = [self.values.get(payload) for payload in local.arguments]
            self.local[local.seq] = Step(self, local.seq, local.activity_type, args)
        elif command.HasField("request_cancel_local_activity"):
            step = self.local.pop(command.request_cancel_local_activity.seq, None)
            return [] if step is None else [step_called_off(step.seq, step.kind)]
        elif command.HasField("request_cancel_activity"):
            return [step_called_off(command.request_cancel_activity.seq, "")]
        return []

    def commit(self) -> list[WorkflowCommand]:
        """What the task said, now that the server knows it. Refused updates leave nothing."""
        assert self.task is not None
        commands = [command for said in self.task for command in said.commands]
        self.past += [kept for said in self.task if (kept := _without_refused(said)) is not None]
        self.task = [] if self.local else None
        self._taken, self._local_before = [], dict(self.local)
        self._said_before = len(self.values.said[self.name])
        ends = [command for command in commands if command.WhichOneof("variant") in _ENDS]
        self.end = ends[0] if ends else None
        return commands

    @property
    def ends_now(self) -> bool:
        task = self.task or []
        return any(command.WhichOneof("variant") in _ENDS for said in task for command in said.commands)

    # --- lost workers -------------------------------------------------------------------------------------------------

    def lose_task(self) -> None:
        """The worker is gone: another one replays what was committed, and the task begins anew with all that came since."""
        self.inbox = [*self._taken, *self.inbox]
        self._taken, self.local = [], dict(self._local_before)
        self.task = [] if self.local else None
        del self.values.said[self.name][self._said_before :]
        self.replay()

    def replay(self) -> None:
        """Raises `NotTheSame` when the code takes another way on the same past."""
        self.evict()
        self._instance = self._new_instance()
        for said in self.past:
            again = self._run(said.heard)
            if again != said.commands:
                raise NotTheSame(f"{self.name}: {_kinds(said.commands)} and then {_kinds(again)}")

    def evict(self) -> None:
        out_of_memory = WorkflowActivationJob()
        out_of_memory.remove_from_cache.message = "evicted"
        self._instance.activate(WorkflowActivation(run_id=self.name, jobs=[out_of_memory]))

    # --- the instance -------------------------------------------------------------------------------------------------

    def _activate(self, jobs: Sequence[WorkflowActivationJob], now: datetime) -> Said:
        self._jobs += len(jobs)
        length = self._jobs * self.events_per_job
        heard = WorkflowActivation(
            run_id=self.name,
            jobs=jobs,
            history_length=length,
            history_size_bytes=length * 1000,
            continue_as_new_suggested=length > self.continue_from,
        )
        heard.timestamp.FromDatetime(now)
        return Said(heard, self._run(heard))

    def _run(self, heard: WorkflowActivation) -> list[WorkflowCommand]:
        completion = self._instance.activate(heard)
        if completion.HasField("failed"):
            raise TaskFailed(f"{self.name}: {completion.failed.failure.message}") from error_of(
                completion.failed.failure
            )
        return list(completion.successful.commands)

    def _new_instance(self) -> WorkflowInstance:
        asyncio._set_running_loop(_LOOP)
        try:
            return RUNNER.create_instance(
                WorkflowInstanceDetails(
                    payload_converter_factory=lambda: ByReference(self.values, self.name),
                    failure_converter_class=PlainFailures,
                    interceptor_classes=(),
                    defn=self.definition,
                    info=self._info(),
                    randomness_seed=1,
                    extern_functions={"__temporal_assert_local_activity_valid": _is_known},
                    disable_eager_activity_execution=True,
                    worker_level_failure_exception_types=(),
                    patch_activation_callback=None,
                    last_completion_result=None,  # type: ignore[arg-type]
                    last_failure=None,
                )
            )
        finally:
            asyncio._set_running_loop(None)

    def _info(self) -> Info:
        parent = self.parent and ParentInfo(
            namespace="default", run_id=self.parent[0].name, workflow_id=self.parent[0].process_id
        )
        return Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=f"{self.process_id}/0",
            headers={},
            namespace="default",
            original_execution_run_id=self.name,
            parent=parent,
            root=None,
            priority=Priority.default,
            raw_memo={},
            retry_policy=None,
            run_id=self.name,
            run_timeout=None,
            search_attributes=_no_attributes(),
            start_time=self.start_at,
            task_queue="processes",
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes([]),
            workflow_id=self.process_id,
            workflow_start_time=self.start_at,
            workflow_type=self.definition.name or "",
        )

    # --- what the server keeps of it ----------------------------------------------------------------------------------

    def next_timer(self) -> datetime | None:
        return min(self.timers.values(), default=None)

    def fire_due(self, now: datetime) -> None:
        for seq in [seq for seq, due in sorted(self.timers.items(), key=lambda t: (t[1], t[0])) if due <= now]:
            del self.timers[seq]
            self.inbox.append(fired(seq))

    def forget(self, is_it: Callable[[WorkflowActivationJob], bool]) -> None:
        """Of what it has not heard yet."""
        self.inbox = [job for job in self.inbox if not is_it(job)]


def _is_known(_: str) -> None:
    """Of a step of our database: the server has them all, or fails when it is taken."""


def _no_attributes() -> SearchAttributes:
    return {}


def _without_refused(said: Said) -> Said | None:
    """As history has it: an update that was refused as it came leaves no trace."""
    came = {job.do_update.id for job in said.heard.jobs if job.HasField("do_update")}
    answers = [command.update_response for command in said.commands if command.HasField("update_response")]
    accepted = {answer.protocol_instance_id for answer in answers if answer.HasField("accepted")}
    refused = {answer.protocol_instance_id for answer in answers if answer.HasField("rejected")} & came - accepted
    heard = WorkflowActivation()
    heard.CopyFrom(said.heard)
    del heard.jobs[:]
    heard.jobs.extend(job for job in said.heard.jobs if not (job.HasField("do_update") and job.do_update.id in refused))
    for job in heard.jobs:
        if job.HasField("do_update"):
            job.do_update.run_validator = False
    commands = [c for c in said.commands if c.update_response.protocol_instance_id not in refused]
    return Said(heard, commands) if heard.jobs else None


def _kinds(commands: Sequence[WorkflowCommand]) -> list[str]:
    return [command.WhichOneof("variant") or "" for command in commands]
