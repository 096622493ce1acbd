"""The day for which a schedule (workflows/schedules.py) started a process."""

from datetime import date

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

from insurance.rules.cover import shanghai_day

# set by Temporal: when the schedule meant to start it, however late it really began
SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


def scheduled_day() -> date:
    """The Chinese day. Raises ApplicationError `day_unknown` in a process that no schedule started."""
    scheduled = workflow.info().typed_search_attributes.get(SCHEDULED_START)
    if scheduled is None:
        raise ApplicationError("neither a day nor a schedule", type="day_unknown", non_retryable=True)
    return shanghai_day(scheduled)
