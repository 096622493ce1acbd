"""How long steps may take and how often they are repeated. Named by what a step touches, not by its step."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

# A worker that dies is noticed after HEARTBEAT, not after the whole time a step may take; activities beat by themselves
# (activities/heartbeat.py).
HEARTBEAT = timedelta(seconds=6)

_PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)

# Money or an insurer's books: repeated with the same key until there is an answer. We owe it; there is no giving up.
OUTSIDE: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=60),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": _PATIENT,
}

# Underwriting: nobody has paid yet, so that a family is told after a day instead of waiting for ever.
UNDERWRITING: dict[str, Any] = {**OUTSIDE, "schedule_to_close_timeout": timedelta(days=1)}

# What somebody outside knows, asked while we may hear it from them any moment: no answer within three minutes is none for now.
QUESTION: dict[str, Any] = {**OUTSIDE, "schedule_to_close_timeout": timedelta(minutes=3)}

# Reading one file of evidence, on the OCR workers. A reader that is down is no fault of the file's; what
# nobody has read in a day, a person looks at: the law's days run (保险法 23).
READING: dict[str, Any] = {
    # more than its processor seconds allow (insurance/settings.py, OcrSettings); a reader that is gone is noticed by its heartbeat
    "start_to_close_timeout": timedelta(minutes=60),
    "schedule_to_close_timeout": timedelta(days=1),
    "heartbeat_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
}

# A letter: drawn in a tenth of a second and stored. After a day it has to be asked for by hand; the law gives three (保险法 24).
LETTERS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=60),
    "schedule_to_close_timeout": timedelta(days=1),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": _PATIENT,
}

# The gateway's bill of a day: made by 9:00, sometimes later. What is not there in half a day is asked for again with the next one.
STATEMENT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=3),
    "schedule_to_close_timeout": timedelta(hours=12),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=30), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=30)
    ),
}

# A bill that did not come with its own day is asked for once a day, beside the others.
STATEMENT_OF_BEFORE: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=3),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": RetryPolicy(maximum_attempts=1),
}

# Our own database: a short transaction, run inside the workflow's task. A long outage turns into timer-backed retries.
RECORDS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "local_retry_threshold": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
    ),
}

# The same, told only after the server knows why: what a task says that is lost with its worker may not come true.
RECORDS_OF_ENDS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "heartbeat_timeout": HEARTBEAT,
    "retry_policy": RECORDS["retry_policy"],
}


def pauses(first: timedelta, longest: timedelta) -> Iterator[timedelta]:
    """Between two questions to somebody who has no answer yet. Each is twice the one before: a process that asked every half
    minute for days would outgrow what Temporal keeps of one, and be ended by it."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)
