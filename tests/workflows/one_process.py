"""A worker of one daily process, and what it starts, with steps that the test brings."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.failures import FailureInterceptor
from worker import SANDBOX


def worker_of(client: Client, queue: str, processes: Sequence[type], *steps: Callable[..., Any]) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=processes,
        activities=steps,
        interceptors=[FailureInterceptor()],
        workflow_runner=SANDBOX,
    )
