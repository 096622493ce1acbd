import ast
from pathlib import Path

import pytest

import workflows

FILES = sorted(Path(workflows.__file__).parent.rglob("*.py"))

# waits without a time-out, by file and function, and why each of them ends all the same
EXEMPT = {
    "admission._begin": "outside of processes: calls with limits of their own",
    "claim.run": "for handlers and steps of its own, which end by themselves or are called off",
    "claim._close": "for notices and an advance: steps that we owe, repeated until there is an answer",
    "claim._lapse": "for a transfer of an advance, which is repeated until there is an answer",
    "claim._pay": "for an advance, which a decision makes needless while it waits for an account",
    "claim_advance._ask_for_payee": "for an account or a decision, whose own clocks run and are called",
    "claim_advance._ask_for_look": "for a lead's look or a decision, in a run from before that look was reminded of",
    "claim_advance._known_anew": "for an assessment: a step with time-outs of its own",
    "claim_clocks._watch": "for a new fact: every call about the known ones was made; the process itself waits elsewhere",
    "claim_clocks.keep": "for a state that somebody is waited for in, or the end of the claim",
    "claim_review.result": "for the review, as claim_deciding._await_review; its end is a step of its own",
    "claim_case.unless_over": "for a step with time-outs of its own, or the end of the claim",
    "claim_deciding._read": "for readings: a step with a limit of a day each, after which an adjuster has the file",
    "claim_deciding._await_review": "for the review, which goes back to the queue when its adjuster leaves it alone; the law's clock runs",
    "claim_family.accept": "an answer to the family, given by the process's next step",
    "claim_family.dispute": "an answer to the family, given by the process's next step",
    "claim_family.withdraw": "an answer to the family, given by the process's next step",
    "claim_adjusters.undo": "an answer to the lead, given by the process's next step",
    "complaint.run": "for handlers, which end with their record",
    "purchase.run": "for handlers, which end with the state",
    "purchase_money.return_surplus_until": "for one payment more, or the premium's policy or refund, which we owe",
    "purchase_money.settle": "for refunds that we owe, which remind every week",
    "purchase.set_account": "an answer to the family, given by the process's next step",
    "purchase_underwriting.underwrite": "for the insurer's answer, which has a limit of a day of its own",
    "purchase_underwriting._unless_told": "for a step with time-outs of its own, or the callback",
    "purchase.cancel": "an answer to the family, given when the order is closed at the gateway or its time is over",
    "purchase.resume": "an answer to the family, given by the process's next step",
    "review.run": "for handlers, which end with their record",
    "quality_review.run": "for handlers, which end with their record",
    "serious_case.run": "for handlers, which end with their record",
    "serious_case.claim_moved": "for the beginning, which is two records long",
    "serious_case.school_noted": "for the beginning, which is two records long",
    "surrender_clock._keep_refund_clock": "for the family's account, whose own wait has weekly reminders",
    "surrender_clock._say_calls": "for an account that is asked for, or the end of the refund: every call was made",
    "surrender.run": "for handlers, which end with the state",
    "surrender.confirm": "an answer to the family, given by the process's next step",
    "surrender.cancel": "an answer to the family, given by the process's next step",
    "surrender.set_account": "an answer to the family, given by the process's next step",
}


# waits with a time-out, and tests that let it pass
TESTED = {
    "claim_parts._heard": (
        "test_claim.test_a_claim_without_papers_lapses",
        "test_review_papers.test_papers_that_never_come_leave_the_claim_to_an_adjuster",
        "test_kept_clocks.test_a_family_is_reminded_three_times_before_its_silence_counts",
        "test_family_answers.test_a_refusal_that_nobody_answers_closes_the_claim",
    ),
    "claim_clocks._changes": (
        "test_kept_clocks.test_the_law_s_thirty_days_are_called_at_half_time_two_days_before_and_on_the_day",
        "test_kept_clocks.test_a_refusal_counts_as_told_when_its_notice_has_arrived",
        "test_kept_clocks.test_a_payment_is_watched_when_it_takes_more_than_an_hour",
        "test_advances.test_after_sixty_days_what_is_certain_is_paid_and_the_rest_with_the_decision",
    ),
    "claim_letters._rested": (
        "test_decision_letters.test_a_refusals_letter_is_tried_again_every_half_day",
        "test_decision_letters.test_a_letter_that_is_not_made_in_the_laws_days_is_told_to_the_insurers_operator",
    ),
    "claim_money.await_look": (
        "test_who_is_paid.test_a_lead_who_does_not_look_is_told_again_and_the_clock_runs_on",
        "test_who_is_paid.test_what_is_undisputed_waits_for_a_look_at_who_was_named_after_the_decision_and_the_lead_hears_again",
    ),
    "claim_money.await_payee": ("test_claim.test_a_claim_without_an_account_waits_for_one_and_reminds",),
    "complaint._wait": (
        "test_complaint.test_whoever_has_it_is_reminded_at_half_time_two_days_before_and_on_the_day",
        "test_complaint.test_what_is_not_answered_in_time_goes_up_and_the_family_hears_where_else_to_turn",
        "test_complaint.test_what_stays_unanswered_is_called_every_week",
        "test_complaint.test_an_answer_stands_when_nobody_asks_for_a_review_within_thirty_days",
    ),
    "payouts.followed": ("test_claim.test_a_transfer_under_way_is_neither_paid_nor_failed",),
    "payouts.transfer": (
        "test_refused_payouts.test_what_the_gateway_refuses_for_the_payers_sake_is_paid_later_and_the_clock_runs",
    ),
    "payouts._rested": (
        "test_refused_payouts.test_what_the_gateway_refuses_for_the_payers_sake_is_paid_later_and_the_clock_runs",
    ),
    "policy_correction._answer_of_insurer": (
        "test_policy_correction.test_an_insurer_that_is_slow_is_reminded_and_the_family_told",
    ),
    "policy_correction._ask": ("test_policy_correction.test_an_answer_that_comes_later_is_asked_for",),
    "purchase_underwriting._await_late_answer": (
        "test_purchase.test_a_pending_answer_is_fetched_when_no_callback_comes",
    ),
    "purchase_payment._close_order": (
        "test_purchase_payment.test_an_order_that_the_gateway_will_not_close_is_cancelled_when_its_time_is_over",
    ),
    "purchase_payment._wait_for_payment": (
        "test_purchase_payment.test_an_order_that_nobody_pays_expires_and_can_not_be_paid_any_more",
    ),
    "purchase_payment._wait_for_resume": (
        "test_purchase_payment.test_an_expired_order_lapses_and_money_after_that_goes_back",
        "test_purchase_payment.test_an_order_whose_end_the_gateway_did_not_tell_is_asked_about_again",
    ),
    "quality_review._tell_claim": (
        "test_quality_review.test_a_disagreement_that_comes_as_the_claim_ends_stands_in_its_record_seconds_later",
    ),
    "refunds.refund": ("test_purchase_refunds.test_a_refund_under_way_is_asked_about_until_it_is_done",),
    "refunds._otherwise": ("test_stray_payments.test_a_stray_that_can_not_go_back_is_told_to_the_operator_every_week",),
    "refunds._to_account": (
        "test_purchase_refunds.test_a_refund_that_the_gateway_refuses_is_tried_again_until_it_is_done",
        "test_purchase_refunds.test_a_refund_whose_account_is_closed_asks_the_family_for_another_one",
    ),
    "refunds.to_account": (
        "test_purchase_refunds.test_a_transfer_that_is_refused_for_the_payers_sake_is_tried_again_to_the_same_account",
        "test_surrender.test_what_is_refused_for_the_payers_sake_is_refunded_to_the_same_account_and_the_days_run",
    ),
    "review_desk.wait": (
        "test_review.test_a_review_that_its_adjuster_leaves_alone_goes_back_to_the_queue",
        "test_quality_review.test_a_quality_review_that_is_left_alone_goes_back_to_the_queue",
    ),
    "serious_case._wait": (
        "test_serious_case.test_what_is_late_is_called_again_every_week_until_it_is_done",
        "test_serious_case.test_a_case_that_is_paid_and_not_closed_within_three_days_is_called",
    ),
    "surrender_refund._refund_by_original_route": (
        "test_surrender.test_a_refusal_that_may_hide_a_refund_is_told_to_the_operator_and_no_other_account_is_paid",
    ),
    "surrender_clock._stops": ("test_surrender.test_a_refund_that_takes_its_time_is_reminded_of_and_goes_up",),
    "surrender_refund._wait_for_account": ("test_surrender.test_nobody_is_late_while_the_family_has_no_account",),
    "surrender._wait_for_family": ("test_surrender.test_a_quote_that_nobody_confirms_expires_and_the_policy_stays",),
}
# pauses of loops and of callers outside of processes
OUTSIDE = {"admission.run", "admission._serve", "client.update"}


def waits(path):
    """(function, has a time-out) of each wait and sleep of a file."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.AsyncFunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    if call.func.attr == "wait_condition":
                        yield f"{path.stem}.{function.name}", any(k.arg == "timeout" for k in call.keywords)
                    elif call.func.attr in ("sleep", "wait", "gather", "wait_for", "acquire"):
                        yield f"{path.stem}.{function.name}", call.func.attr == "sleep" and bool(call.args)


TESTS = {
    f"{path.stem}.{node.name}"
    for path in Path(__file__).parent.glob("test_*.py")
    for node in ast.parse(path.read_text("utf-8")).body
    if isinstance(node, ast.AsyncFunctionDef)
}
WAITS = [wait for path in FILES for wait in waits(path)]


@pytest.mark.parametrize("where", sorted({where for where, has_timeout in WAITS if not has_timeout}))
def test_a_wait_without_a_time_out_says_why_it_ends(where):
    assert EXEMPT.get(where)


@pytest.mark.parametrize("where", sorted({where for where, has_timeout in WAITS if has_timeout} - OUTSIDE))
def test_a_wait_with_a_time_out_has_a_test_that_lets_it_pass(where):
    assert where in TESTED
    assert [test for test in TESTED[where] if test not in TESTS] == []


def test_no_test_is_named_for_a_wait_that_is_gone():
    assert set(TESTED) <= {where for where, has_timeout in WAITS if has_timeout}


def test_no_exemption_outlives_its_wait():
    assert set(EXEMPT) <= {where for where, has_timeout in WAITS if not has_timeout}


def test_the_waits_are_found():
    assert len(WAITS) > 20
