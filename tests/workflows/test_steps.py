from types import SimpleNamespace

from temporalio import activity
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, TimeoutError, TimeoutType

import worker
from activities.failures import failure_code, failure_message
from insurance.settings import Settings
from tests.workflows.process_books import Books


def names(steps):
    return {activity._Definition.must_from_callable(step).name for step in steps}


def test_the_world_of_these_tests_has_every_step_of_the_real_worker():
    adapters = SimpleNamespace(insurers={}, payments=None, notices=None)
    outside = worker.outside_activities({}, None, None)
    # reconciliation and the days of policies have worlds of their own
    its_own = {"days_to_reconcile", "reconcile_day", "note_no_statement"}
    its_own |= {"days_to_tell", "tell_policy_day", "note_day_told", "call_for_answers"}
    steps = names(worker.process_activities(None, adapters, None, Settings()))
    assert steps - its_own == names([*outside, *Books().activities()])


def failed(cause):
    error = ActivityError(
        "failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type="underwrite",
        activity_id="1",
        retry_state=RetryState.TIMEOUT,
    )
    error.__cause__ = cause
    return error


def test_a_refusal_keeps_its_code_and_its_words():
    refusal = failed(ApplicationError("产品已停售", type="product_suspended", non_retryable=True))
    assert (failure_code(refusal), failure_message(refusal)) == ("product_suspended", "产品已停售")


def test_a_step_whose_time_was_over_has_no_answer():
    over = TimeoutError("over", type=TimeoutType.SCHEDULE_TO_CLOSE, last_heartbeat_details=[])
    assert (failure_code(failed(over)), failure_message(failed(over))) == ("unavailable", "")


def test_a_failure_of_no_known_kind_is_unknown():
    assert failure_code(failed(None)) == "unknown"
