"""A Temporal server of one test, in memory: processes, their steps and timers, and everything that could happen next.

It keeps what counts of the real one: commands take effect when a task is committed, steps of our database within it; a task that
is lost with its worker is done again, and what it stored stays stored; a process can't end while it has not heard everything.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from temporalio import activity
from temporalio.activity import _Context
from temporalio.bridge.proto.child_workflow import ChildWorkflowResult
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.failures import translated
from tests.interleavings import wire
from tests.interleavings.process import Process, Step

TICK = timedelta(seconds=1)
_ABANDON = 2
_INFO = ActivityEnvironment.default_info()


@dataclass
class Update:
    """Something told to a process, and what became of it. `ended`: nobody was there any more."""

    number: str
    process_id: str
    name: str
    state: Literal["told", "accepted", "done", "refused", "ended"] = "told"
    refusal: str | None = None


@dataclass(frozen=True)
class Move:
    """Something that can happen next. `fault`: something that should not, and does."""

    label: str
    do: Callable[[], None]
    fault: bool = False


@dataclass
class Server:
    """`steps` are all activities by name. `heard_of` is told every record's step that was committed."""

    workflows: Mapping[str, type]
    steps: Mapping[str, Callable[..., Awaitable[Any]]]
    now: datetime
    committed: Callable[[Process, str, list[Any]], None] = lambda *_: None
    events_per_job: int = 1
    continue_from: int = 10**9
    values: wire.Values = field(default_factory=wire.Values)
    processes: dict[str, Process] = field(default_factory=dict)
    outside: list[Step] = field(default_factory=list)
    post: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    ended: list[Process] = field(default_factory=list)

    # --- what people and their doors do -------------------------------------------------------------------------------

    def start(self, workflow: str, arg: object, process_id: str) -> Process:
        return self._begin(workflow, [self.values.put(arg)], process_id, None)

    def signal(self, process_id: str, name: str, arg: object) -> None:
        process = self._running(process_id)
        if process is not None:
            process.inbox.append(wire.signalled(name, [self.values.put(arg)]))

    def update(self, process_id: str, name: str, *args: Any) -> Update:
        update = Update(f"u{len(self.updates)}", process_id, name)
        self.updates.append(update)
        process = self._running(process_id)
        if process is None:
            update.state = "ended"
        else:
            process.inbox.append(wire.updated(update.number, name, [self.values.put(arg) for arg in args]))
        return update

    # --- what can happen next -----------------------------------------------------------------------------------------

    def moves(self) -> list[Move]:
        return [*self._usual(), *self._faults()]

    def _usual(self) -> Iterator[Move]:
        for process in self._open():
            for step in list(process.local.values()):
                yield Move(f"{process.name} {step.kind}", lambda p=process, s=step: self._take_local(p, s))
            if process.task is None and process.inbox:
                yield Move(f"{process.name} task", lambda p=process: self._task(p))
            elif process.task is not None and process.inbox:
                yield Move(f"{process.name} goes on", lambda p=process: self._heartbeat(p))
        for number, (label, _) in enumerate(self.post):
            yield Move(label, lambda n=number: self.post.pop(n)[1]())
        for step in self.outside:
            yield Move(f"{step.process.name} {step.kind}", lambda s=step: self._take_outside(s))

    def _faults(self) -> Iterator[Move]:
        for process in self._open():
            if process.task is not None:
                yield Move(f"{process.name} lost", lambda p=process: self._lose(p), fault=True)
            for step in list(process.local.values()):
                yield Move(f"{process.name} {step.kind} fails", lambda s=step: _fail(s), fault=True)
        for step in self.outside:
            if step.attempt < 5:
                yield Move(f"{step.process.name} {step.kind} fails", lambda s=step: _fail(s), fault=True)
                lost = f"{step.process.name} {step.kind}, its answer lost"
                yield Move(lost, lambda s=step: self._lose_answer(s), fault=True)

    def next_timer(self) -> datetime | None:
        return min((due for p in self._open() if (due := p.next_timer()) is not None), default=None)

    def pass_time(self, at_least: timedelta = timedelta(0)) -> None:
        """To the next timer, or beyond it: what was due meanwhile comes at once, as after a long outage."""
        due = self.next_timer()
        assert due is not None
        self.now = max(self.now + at_least, due)
        for process in self._open():
            process.fire_due(self.now)

    def evict(self) -> None:
        for process in [*self.processes.values(), *self.ended]:
            process.evict()

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _open(self) -> list[Process]:
        return [process for process in self.processes.values() if process.is_open]

    def _running(self, process_id: str) -> Process | None:
        process = self.processes.get(process_id)
        return process if process is not None and process.is_open else None

    def _begin(self, workflow: str, args: Any, process_id: str, parent: tuple[Process, int] | None) -> Process:
        before = self.processes.get(process_id)
        if before is not None:
            assert not before.is_open
            self.ended.append(before)
        process = Process(
            self.values,
            self.workflows[workflow],
            process_id,
            before.run + 1 if before else 0,
            self.now,
            parent,
            self.events_per_job,
            self.continue_from,
        )
        process.begin_with(args)
        self.processes[process_id] = process
        return process

    def _task(self, process: Process) -> None:
        self._tick()
        process.open_task(self.now)
        self._commit_if_whole(process)

    def _heartbeat(self, process: Process) -> None:
        """A task that takes long tells what it has and hears what is new."""
        self._commit(process)
        if process.is_open:
            self._task(process)

    def _take_local(self, process: Process, step: Step) -> None:
        self._tick()
        done = self._answer(step)
        if done is None:
            step.attempt += 1
            return
        del process.local[step.seq]
        process.tell([done], self.now)
        self._commit_if_whole(process)

    def _commit_if_whole(self, process: Process) -> None:
        if process.ends_now and any(not job.HasField("do_update") for job in process.inbox):
            # the server takes no end from a process that has not heard everything
            self._lose(process)
        elif process.ends_now or not process.local:
            self._commit(process)

    def _commit(self, process: Process) -> None:
        for command in process.commit():
            self._obey(process, command)
        if process.end is not None:
            self._close(process, process.end)

    def _lose(self, process: Process) -> None:
        """What is done again begins with all that came meanwhile."""
        process.lose_task()
        if process.task is not None:
            process.open_task(self.now)

    def _tick(self) -> None:
        self.now += TICK

    # --- steps --------------------------------------------------------------------------------------------------------

    def _take_outside(self, step: Step) -> None:
        self._tick()
        done = self._answer(step)
        if done is None:
            step.attempt += 1
            return
        self.outside.remove(step)
        if not step.given_up and step.process.is_open:
            step.process.inbox.append(done)

    def _lose_answer(self, step: Step) -> None:
        self._tick()
        self._answer(step)
        step.attempt += 1

    def _answer(self, step: Step) -> WorkflowActivationJob | None:
        """None when it has to be tried again."""
        token = _Context.set(_context(step))
        try:
            answer = _at_once(translated(lambda _: self.steps[step.kind](*step.args), None))  # type: ignore[arg-type]
        except ApplicationError as failure:
            return wire.step_failed(step.seq, step.kind, failure) if failure.non_retryable else None
        finally:
            _Context.reset(token)
        return wire.step_done(step.seq, self.values.put(answer))

    # --- commands -----------------------------------------------------------------------------------------------------

    def _obey(self, process: Process, command: WorkflowCommand) -> None:
        match command.WhichOneof("variant"):
            case "start_timer":
                timer = command.start_timer
                process.timers[timer.seq] = self.now + timer.start_to_fire_timeout.ToTimedelta()
            case "cancel_timer":
                seq = command.cancel_timer.seq
                process.timers.pop(seq, None)
                process.forget(lambda job: job.HasField("fire_timer") and job.fire_timer.seq == seq)
            case "schedule_local_activity":
                local = command.schedule_local_activity
                self.committed(process, local.activity_type, [self.values.get(p) for p in local.arguments])
            case "schedule_activity":
                step = command.schedule_activity
                args = [self.values.get(payload) for payload in step.arguments]
                self.outside.append(Step(process, step.seq, step.activity_type, args))
                self.committed(process, step.activity_type, args)
            case "request_cancel_activity":
                self._give_up(process, command.request_cancel_activity.seq)
            case "start_child_workflow_execution":
                self._send(f"{process.name} child", lambda: self._start_child(process, command))
            case "signal_external_workflow_execution":
                self._send(f"{process.name} signal", lambda: self._signal(process, command))
            case "request_cancel_external_workflow_execution":
                self._send(f"{process.name} cancel", lambda: self._cancel(process, command))
            case "update_response":
                self._told(command)

    def _send(self, label: str, deliver: Callable[[], None]) -> None:
        self.post.append((label, deliver))

    def _give_up(self, process: Process, seq: int) -> None:
        for step in self.outside:
            if step.process is process and step.seq == seq:
                step.given_up = True
        process.forget(lambda job: job.HasField("resolve_activity") and job.resolve_activity.seq == seq)

    def _start_child(self, parent: Process, command: WorkflowCommand) -> None:
        start = command.start_child_workflow_execution
        if self._running(start.workflow_id) is not None:
            parent.inbox.append(wire.child_known(start.seq, start.workflow_id, start.workflow_type))
            return
        abandoned = start.parent_close_policy == _ABANDON
        child = self._begin(start.workflow_type, list(start.input), start.workflow_id, (parent, start.seq))
        child.outlives = abandoned
        parent.inbox.append(wire.child_started(start.seq, child.name))

    def _signal(self, source: Process, command: WorkflowCommand) -> None:
        signal = command.signal_external_workflow_execution
        target = self._running(signal.child_workflow_id or signal.workflow_execution.workflow_id)
        if target is not None:
            target.inbox.append(wire.signalled(signal.signal_name, list(signal.args)))
        if source.is_open:
            source.inbox.append(wire.signal_answer(signal.seq, target is not None))

    def _cancel(self, source: Process, command: WorkflowCommand) -> None:
        request = command.request_cancel_external_workflow_execution
        target = self._running(request.workflow_execution.workflow_id)
        if target is not None:
            target.inbox.append(wire.cancelled())
        if source.is_open:
            source.inbox.append(wire.cancel_answer(request.seq, target is not None))

    def _told(self, command: WorkflowCommand) -> None:
        answer = command.update_response
        update = self.updates[int(answer.protocol_instance_id[1:])]
        match answer.WhichOneof("response"):
            case "accepted":
                update.state = "accepted"
            case "completed":
                update.state = "done"
            case "rejected":
                error = wire.error_of(answer.rejected)
                update.state = "refused"
                update.refusal = error.type if isinstance(error, ApplicationError) else repr(error)

    # --- ends ---------------------------------------------------------------------------------------------------------

    def _close(self, process: Process, end: WorkflowCommand) -> None:
        unheard = [job.do_update.id for job in process.inbox if job.HasField("do_update")]
        process.timers.clear()
        for step in self.outside:
            if step.process is process:
                step.given_up = True
        if end.HasField("continue_as_new_workflow_execution"):
            self._continue(process, end)
            return
        for number in unheard:
            self.updates[int(number[1:])].state = "ended"
        for child in self._open():
            if child.parent is not None and child.parent[0] is process and not child.outlives:
                self._terminate(child)
        if process.parent is not None:
            parent, seq = process.parent
            self._send(f"{parent.name} child ended", lambda: self._tell_parent(parent, seq, end))

    def _continue(self, process: Process, end: WorkflowCommand) -> None:
        again = end.continue_as_new_workflow_execution
        name = again.workflow_type or process.definition.name
        following = self._begin(name, list(again.arguments), process.process_id, process.parent)
        following.outlives = process.outlives
        following.inbox += process.inbox

    def _terminate(self, process: Process) -> None:
        process.task, process.inbox, process.local = None, [], {}
        process.timers.clear()
        process.end = WorkflowCommand()

    def _tell_parent(self, parent: Process, seq: int, end: WorkflowCommand) -> None:
        if not parent.is_open:
            return
        result = ChildWorkflowResult()
        if end.HasField("complete_workflow_execution"):
            result.completed.result.CopyFrom(end.complete_workflow_execution.result)
        else:
            result.failed.failure.CopyFrom(end.fail_workflow_execution.failure)
        parent.inbox.append(wire.child_ended(seq, result))


def _fail(step: Step) -> None:
    step.attempt += 1


def _context(step: Step) -> _Context:
    info = dataclasses.replace(_INFO, attempt=step.attempt, activity_type=step.kind)
    return _Context(
        info=lambda: info,
        heartbeat=None,
        cancelled_event=None,  # type: ignore[arg-type]
        worker_shutdown_event=None,  # type: ignore[arg-type]
        shield_thread_cancel_exception=None,
        payload_converter_class_or_instance=wire.PLAIN,
        runtime_metric_meter=None,
        client=None,
        cancellation_details=activity._ActivityCancellationDetailsHolder(),
    )


def _at_once(answer: Awaitable[Any]) -> Any:
    """In one go, as under a lock: steps of a test wait for nothing."""
    going = answer.__await__()
    try:
        next(going)
    except StopIteration as done:
        return done.value
    raise AssertionError("a step waits for something")
