"""What goes into a process and comes out of it in Temporal's own messages, with values by reference instead of as JSON."""

from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.child_workflow import ChildWorkflowResult
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, RetryState

FAILURES = DefaultFailureConverter()
PLAIN = PayloadConverter.default


class NotTheSame(AssertionError):
    """A process that was replayed said something else than before."""


class Values:
    """Everything that was said in one world, by who said it and in which order."""

    def __init__(self) -> None:
        self.said: dict[str, list[Any]] = {"world": []}

    def put(self, value: Any) -> Payload:
        self.said["world"].append(value)
        return Payload(data=f"world {len(self.said['world']) - 1}".encode())

    def get(self, payload: Payload) -> Any:
        owner, _, number = payload.data.decode().rpartition(" ")
        return self.said[owner][int(number)]


class ByReference(PayloadConverter):
    """One process's. It begins anew when the process is replayed, and then has to say the same again."""

    def __init__(self, values: Values, owner: str) -> None:
        self._values, self._owner, self._count = values, owner, 0
        values.said.setdefault(owner, [])

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        return [self._payload(value) for value in values]

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        return [self._values.get(payload) for payload in payloads]

    def _payload(self, value: Any) -> Payload:
        said = self._values.said[self._owner]
        if self._count == len(said):
            said.append(value)
        elif said[self._count] != value:
            raise NotTheSame(f"{self._owner}: {said[self._count]} and then {value}")
        self._count += 1
        return Payload(data=f"{self._owner} {self._count - 1}".encode())


class PlainFailures(DefaultFailureConverter):
    """Failures say words only: what a refused update says must not count among what the process said."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        super().to_failure(exception, PLAIN, failure)

    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        return super().from_failure(failure, PLAIN)


def failure_of(error: BaseException) -> Failure:
    failure = Failure()
    FAILURES.to_failure(error, PLAIN, failure)
    return failure


def error_of(failure: Failure) -> BaseException:
    return FAILURES.from_failure(failure, PLAIN)


# --- jobs -----------------------------------------------------------------------------------------------------------------


def fired(seq: int) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.fire_timer.seq = seq
    return job


def step_done(seq: int, result: Payload) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_activity.seq = seq
    job.resolve_activity.result.completed.result.CopyFrom(result)
    return job


# the type of a failure that stands for a step which nobody did in its time
TIME_OVER = "time_over"


def step_failed(seq: int, kind: str, cause: ApplicationError) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_activity.seq = seq
    job.resolve_activity.result.failed.failure.CopyFrom(failure_of(_of_step(kind, cause)))
    return job


def step_called_off(seq: int, kind: str) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_activity.seq = seq
    job.resolve_activity.result.cancelled.failure.CopyFrom(failure_of(_of_step(kind, CancelledError("called off"))))
    return job


def _of_step(kind: str, cause: BaseException) -> ActivityError:
    is_late = isinstance(cause, ApplicationError) and cause.type == TIME_OVER
    error = ActivityError(
        "a step failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type=kind,
        activity_id="",
        retry_state=RetryState.TIMEOUT if is_late else RetryState.NON_RETRYABLE_FAILURE,
    )
    error.__cause__ = cause
    return error


def child_started(seq: int, run_id: str) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_child_workflow_execution_start.seq = seq
    job.resolve_child_workflow_execution_start.succeeded.run_id = run_id
    return job


def child_known(seq: int, workflow_id: str, workflow_type: str) -> WorkflowActivationJob:
    """There is one of this name already."""
    job = WorkflowActivationJob()
    start = job.resolve_child_workflow_execution_start
    start.seq = seq
    start.failed.workflow_id, start.failed.workflow_type, start.failed.cause = workflow_id, workflow_type, 1
    return job


def child_ended(seq: int, result: ChildWorkflowResult) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_child_workflow_execution.seq = seq
    job.resolve_child_workflow_execution.result.CopyFrom(result)
    return job


def signalled(name: str, args: Sequence[Payload]) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.signal_workflow.signal_name, job.signal_workflow.originating_event_id = name, 1
    job.signal_workflow.input.extend(args)
    return job


def signal_answer(seq: int, is_known: bool) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_signal_external_workflow.seq = seq
    if not is_known:
        gone = ApplicationError("no such process is running", type="not_found")
        job.resolve_signal_external_workflow.failure.CopyFrom(failure_of(gone))
    return job


def cancel_answer(seq: int, is_known: bool) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.resolve_request_cancel_external_workflow.seq = seq
    if not is_known:
        gone = ApplicationError("no such process is running", type="not_found")
        job.resolve_request_cancel_external_workflow.failure.CopyFrom(failure_of(gone))
    return job


def cancelled() -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.cancel_workflow.reason = "asked for"
    return job


def updated(number: str, name: str, args: Sequence[Payload]) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    job.do_update.id = job.do_update.protocol_instance_id = number
    job.do_update.name, job.do_update.run_validator = name, True
    job.do_update.input.extend(args)
    return job
