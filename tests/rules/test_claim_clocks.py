from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from insurance.rules.case import Payout
from insurance.rules.claim_clocks import clocks_of, done_on, next_due, whose_clock
from insurance.rules.deadlines import Pause
from insurance.rules.reminders import calls_of
from tests.rules.clocked import CALENDAR, NO_ACCOUNT, RECEIVED, assessment, case, decision, named, on, waits


def test_before_the_papers_are_complete_only_the_family_s_own_two_years_run():
    reported = case(state="reported", received_at=None, assessment=None)
    (clock,) = clocks_of(reported, CALENDAR, date(2026, 3, 10))
    # the accident was on 4 March 2026; 4 March 2028 is a Saturday
    assert (clock.clock, clock.state, clock.due_on) == ("limitation", "running", date(2028, 3, 6))
    assert next_due(reported, CALENDAR, date(2026, 3, 10)) is None
    assert calls_of(reported, CALENDAR, date(2026, 3, 10)) == ()


def test_the_promise_of_the_product_runs_before_the_law():
    found = named(clocks_of(case(), CALENDAR, date(2026, 3, 2)))
    assert {name: clock.due_on for name, clock in found.items()} == {
        "agreed_decision": date(2026, 3, 3),
        "determination": date(2026, 4, 1),
        "advance_payment": date(2026, 5, 6),
    }
    assert next_due(case(), CALENDAR, date(2026, 3, 2)).clock == "agreed_decision"


def test_a_larger_sum_has_a_longer_promise():
    large = case(assessment=assessment("6000.00"))
    assert named(clocks_of(large, CALENDAR, date(2026, 3, 2)))["agreed_decision"].due_on == date(2026, 3, 16)


LARGE = assessment("6000.00")


@pytest.mark.parametrize(("outcome", "payable_fen"), [("refused", 0), ("partial", 2500_00)])
def test_a_decision_does_not_shorten_the_promise_in_which_it_was_made(outcome, payable_fen):
    decided = case(state="decided", assessment=LARGE, decision=decision(outcome, on(9), payable_fen))
    clock = named(clocks_of(decided, CALENDAR, date(2026, 3, 9)))["agreed_decision"]
    assert (clock.due_on, clock.state, clock.late_days) == (date(2026, 3, 16), "met", 0)
    late = replace(decided, decision=decision(outcome, on(18), payable_fen))
    clock = named(clocks_of(late, CALENDAR, date(2026, 3, 18)))["agreed_decision"]
    assert (clock.state, clock.late_days) == ("broken", 2)


def test_a_correction_to_a_smaller_sum_leaves_the_promise_that_ran():
    corrected = case(promised_fen=LARGE.settlement.payable_fen)
    clock = named(clocks_of(corrected, CALENDAR, date(2026, 3, 9)))["agreed_decision"]
    assert (clock.due_on, clock.state) == (date(2026, 3, 16), "running")
    # a larger sum than was known has the longer time, a small one that was never more the shorter
    assert named(clocks_of(case(promised_fen=1), CALENDAR, date(2026, 3, 9)))["agreed_decision"].state == "broken"
    grown = case(assessment=LARGE, promised_fen=1)
    assert named(clocks_of(grown, CALENDAR, date(2026, 3, 9)))["agreed_decision"].due_on == date(2026, 3, 16)


def test_what_was_reduced_to_a_small_sum_is_paid_as_one():
    agreed = case(
        state="paying", assessment=LARGE, decision=decision("partial", on(9), 2500_00), agreed_at=on(10)
    )  # fmt: skip
    assert named(clocks_of(agreed, CALENDAR, date(2026, 3, 10)))["agreed_payment"].due_on == date(2026, 3, 11)


def test_the_notice_that_arrived_stops_the_determination_until_the_papers_come():
    waiting = case(state="supplement_requested", notice_delivered_at=on(5))
    found = named(clocks_of(waiting, CALENDAR, date(2026, 3, 20)))
    assert (found["determination"].state, found["determination"].paused_days) == ("paused", 15)
    assert "agreed_decision" not in found
    # the sixty days go on
    assert next_due(waiting, CALENDAR, date(2026, 3, 20)).clock == "advance_payment"
    brought = replace(waiting, state="in_review", supplement_received_at=on(20))
    found = named(clocks_of(brought, CALENDAR, date(2026, 3, 20)))
    assert (found["determination"].state, found["determination"].due_on) == ("running", date(2026, 4, 16))
    assert found["agreed_decision"].starts_on == date(2026, 3, 20)


def test_what_was_asked_for_and_never_arrived_stops_nothing():
    asked = case(state="supplement_requested")
    assert named(clocks_of(asked, CALENDAR, date(2026, 3, 20)))["determination"].state == "running"


def test_a_payment_is_late_by_days_behind_its_last_one():
    decided = case(
        state="closed",
        decision=decision("full", on(3)),
        agreed_at=on(3),
        payouts=(Payout("o-1", 1, 0, 940_40, "paid", on(9)),),
        updated_at=on(9),
    )
    found = named(clocks_of(decided, CALENDAR, date(2026, 5, 1)))
    assert (found["agreed_payment"].state, found["agreed_payment"].late_days) == ("broken", 5)
    assert (found["payment"].state, found["payment"].late_days) == ("met", 0)
    assert next_due(decided, CALENDAR, date(2026, 5, 1)) is None


def test_a_refusal_has_three_days_to_be_told():
    refused = case(state="decided", decision=decision("refused", on(3), 0))
    clock = named(clocks_of(refused, CALENDAR, date(2026, 3, 3)))["refusal_notice"]
    assert (clock.due_on, clock.state) == (date(2026, 3, 6), "running")
    told = replace(refused, refusal_notified_at=on(4))
    assert named(clocks_of(told, CALENDAR, date(2026, 3, 30)))["refusal_notice"].state == "met"
    assert next_due(told, CALENDAR, date(2026, 3, 4)) is None


def test_an_advance_keeps_the_sixty_days_and_not_the_thirty():
    advanced = case(payouts=(Payout("o-1", 1, 0, 100_00, "paid", on(1, 5), advance=True),), advance_paid=True)
    found = named(clocks_of(advanced, CALENDAR, date(2026, 5, 10)))
    assert found["advance_payment"].state == "met"
    assert found["determination"].state == "broken"


def test_a_dispute_counts_anew_and_forgets_what_was_before():
    again = case(clocks_from=on(20), notice_delivered_at=on(5), supplement_received_at=on(8))
    found = named(clocks_of(again, CALENDAR, date(2026, 3, 20)))
    assert (found["determination"].starts_on, found["determination"].paused_days) == (date(2026, 3, 20), 0)


def test_the_clocks_of_a_claim_that_was_withdrawn_stand():
    withdrawn = case(state="withdrawn", updated_at=on(6))
    late = named(clocks_of(withdrawn, CALENDAR, date(2027, 3, 6)))
    assert late["determination"].state == "running"
    assert next_due(withdrawn, CALENDAR, date(2027, 3, 6)) is None


def test_a_second_refusal_has_its_own_three_days():
    again = case(state="decided", decision=decision("refused", on(20), 0), refusal_notified_at=on(4))
    assert named(clocks_of(again, CALENDAR, date(2026, 3, 20)))["refusal_notice"].state == "running"


def test_nobody_is_late_while_the_family_has_no_account_that_takes_the_money():
    waiting = case(state="payee_needed", decision=decision("full", on(3)), agreed_at=on(3), state_since=on(3))
    found = named(clocks_of(waiting, CALENDAR, date(2026, 3, 30)))
    assert {(found[name].state, found[name].late_days) for name in ("payment", "agreed_payment")} == {("paused", 0)}
    assert next_due(waiting, CALENDAR, date(2026, 3, 30)) is None
    given = replace(waiting, state="paying", state_since=on(30), **waits(NO_ACCOUNT))
    found = named(clocks_of(given, CALENDAR, date(2026, 3, 30)))
    assert (found["payment"].due_on, found["payment"].paused_days) == (date(2026, 4, 9), 27)
    # counted by the days alone, before they were dated
    undated = replace(given, payee_waits=())
    assert named(clocks_of(undated, CALENDAR, date(2026, 3, 30)))["payment"].due_on == date(2026, 4, 9)


def test_a_pause_says_from_when_to_when_and_why():
    brought = case(notice_delivered_at=on(5), supplement_received_at=on(20))
    (pause,) = named(clocks_of(brought, CALENDAR, date(2026, 3, 20)))["determination"].pauses
    assert pause == Pause(date(2026, 3, 5), date(2026, 3, 20), "supplement")
    given = case(state="paying", decision=decision("full", on(3)), agreed_at=on(3), **waits(NO_ACCOUNT))
    found = named(clocks_of(given, CALENDAR, date(2026, 3, 30)))
    assert found["payment"].pauses == found["agreed_payment"].pauses == (NO_ACCOUNT,)
    asked = replace(given, state="payee_needed", state_since=on(30))
    open_one = Pause(date(2026, 3, 30), None, "payee")
    assert named(clocks_of(asked, CALENDAR, date(2026, 4, 2)))["payment"].pauses == (NO_ACCOUNT, open_one)


def test_waiting_for_an_account_does_not_mend_a_payment_that_was_late_before_and_makes_it_no_later():
    # the promise ended on 4 March, the account was missed from 6 March on
    missed = Pause(date(2026, 3, 6), date(2026, 3, 26), "payee")
    paid = Payout("o-1", 1, 0, 940_40, "paid", on(27))
    settled = case(
        state="closed", decision=decision("full", on(3)), agreed_at=on(3), payouts=(paid,), updated_at=on(27),
        **waits(missed),
    )  # fmt: skip
    found = named(clocks_of(settled, CALENDAR, date(2026, 5, 1)))
    assert (found["agreed_payment"].state, found["agreed_payment"].late_days) == ("broken", 3)
    assert found["agreed_payment"].pauses == ()
    assert (found["payment"].state, found["payment"].pauses) == ("met", (missed,))


def test_an_advance_that_waits_for_an_account_is_not_due_from_staff():
    waiting = case(state="supplement_requested", notice_delivered_at=on(5))
    assert next_due(waiting, CALENDAR, date(2026, 5, 6)).clock == "advance_payment"
    assert next_due(replace(waiting, payee_wanted=True), CALENDAR, date(2026, 5, 6)) is None


def test_the_sixty_days_stand_still_while_an_advance_has_no_account_to_go_to():
    wait = Pause(date(2026, 5, 6), None, "payee")
    waiting = case(payee_wanted=True, advance_asked_at=on(6, 5), advance_waits=(wait,))
    advance = named(clocks_of(waiting, CALENDAR, date(2026, 5, 20)))["advance_payment"]
    assert (advance.state, advance.late_days, advance.pauses) == ("paused", 0, (wait,))
    assert not [c for c in calls_of(waiting, CALENDAR, date(2026, 5, 20)) if c.clock == "advance_payment"]
    given = replace(waiting, payee_wanted=False, advance_waits=(replace(wait, to_on=date(2026, 5, 20)),))
    advance = named(clocks_of(given, CALENDAR, date(2026, 5, 20)))["advance_payment"]
    assert (advance.state, advance.due_on, advance.paused_days) == ("running", date(2026, 5, 20), 14)
    # nobody is reminded of the days in which it stood still, and the advance is not begun once more
    left = [c for c in calls_of(given, CALENDAR, date(2026, 5, 20)) if c.clock == "advance_payment"]
    assert [(c.kind, c.at.day) for c in left] == [("half_time", 10), ("overdue", 21), ("escalated", 23)]


def test_a_dispute_starts_the_insurer_s_time_anew_and_the_sixty_days_go_on_from_where_they_stood():
    thought = Pause(date(2026, 3, 22), date(2026, 4, 11), "answer")
    disputed = case(clocks_from=on(11, 4), advance_from=RECEIVED, advance_waits=(thought,), undisputed=())
    found = named(clocks_of(disputed, CALENDAR, date(2026, 4, 11)))
    assert found["determination"].starts_on == date(2026, 4, 11)
    advance = found["advance_payment"]
    # the first of May, and twenty days in which a decision stood
    assert (advance.starts_on, advance.unrolled_on, advance.paused_days) == (date(2026, 3, 2), date(2026, 5, 21), 20)


def test_what_a_disputed_decision_adds_to_an_advance_does_not_make_that_late():
    advance = Payout("o-1", 1, 0, 400_00, "paid", on(6, 5), advance=True)
    more = replace(advance, out_biz_no="o-2", paid_at=on(20, 5))
    for payouts in ((advance,), (advance, more)):
        disputed = case(clocks_from=on(20, 5), advance_from=RECEIVED, payouts=payouts)
        assert named(clocks_of(disputed, CALENDAR, date(2026, 5, 21)))["advance_payment"].state == "met"


def test_a_wait_that_begins_on_a_last_day_that_was_rolled_over_ends_on_no_later_day_than_its_clock():
    # of the law's ten days the last one is 1 May, rolled over the holidays; of the promise Monday, 20 April
    agreed = datetime(2026, 4, 21, 2, tzinfo=UTC)
    wait = Pause(date(2026, 5, 6), date(2026, 5, 20), "payee")
    given = case(state="paying", decision=decision("full", agreed), agreed_at=agreed, **waits(wait))
    assert named(clocks_of(given, CALENDAR, date(2026, 5, 20)))["payment"].due_on == date(2026, 5, 20)
    on_friday = datetime(2026, 4, 17, 2, tzinfo=UTC)
    wait = Pause(date(2026, 4, 20), date(2026, 4, 21), "payee")
    given = case(state="paying", decision=decision("full", on_friday), agreed_at=on_friday, **waits(wait))
    promise = named(clocks_of(given, CALENDAR, date(2026, 4, 21)))["agreed_payment"]
    assert (promise.due_on, promise.state) == (date(2026, 4, 21), "running")


def test_a_reduction_of_which_the_family_was_not_told_stays_due():
    reduced = case(state="decided", decision=decision("partial", on(3)))
    assert next_due(reduced, CALENDAR, date(2026, 3, 5)) is None
    untold = next_due(replace(reduced, undelivered=("decided_partial",)), CALENDAR, date(2026, 3, 5))
    assert (untold.clock, untold.due_on) == ("determination", date(2026, 4, 1))


def turns(found, as_of):
    return {c.clock: (c.state, whose_clock(found, c), done_on(found, c)) for c in clocks_of(found, CALENDAR, as_of)}


MAY_10 = date(2026, 5, 10)


def test_a_clock_that_is_late_is_somebodys_turn_until_it_is_done():
    assert set(turns(case(), MAY_10).values()) == {("broken", "adjuster", None)}
    told = {"state": "decided", "decision": decision("refused", on(10, 5)), "refusal_notified_at": on(10, 5)}
    done = turns(case(**told), MAY_10)
    assert done.pop("refusal_notice") == ("met", None, MAY_10)
    assert set(done.values()) == {("broken", None, MAY_10)}
    # nobody's, once the claim has ended
    assert set(turns(case(state="withdrawn", updated_at=on(10, 5)), MAY_10).values()) == {("broken", None, None)}


def test_what_waits_for_the_family_after_its_last_day_is_the_familys_turn():
    asked = case(state="supplement_requested")
    assert turns(asked, MAY_10)["determination"] == ("broken", "insurer", None)
    told = turns(replace(asked, notice_delivered_at=on(10, 4)), MAY_10)
    assert told["determination"] == ("broken", "family", None)
    # the sixty days do not wait for papers
    assert told["advance_payment"] == ("broken", "insurer", None)
    no_account = case(state="payee_needed", decision=decision("full", on(3)), agreed_at=on(3), state_since=on(30))
    assert turns(no_account, date(2026, 3, 31))["payment"] == ("broken", "family", None)


def test_an_advance_was_done_when_it_was_paid_whenever_the_rest_is_decided():
    paid = Payout("o-1", 1, 0, 100_00, "paid", on(1, 5), advance=True)
    decided = case(state="decided", decision=decision("partial", on(9, 5)), payouts=(paid,), advance_paid=True)
    assert turns(decided, MAY_10)["advance_payment"] == ("met", None, date(2026, 5, 1))


def test_nothing_is_due_where_an_advance_paid_it_all():
    paid = Payout("o-1", 1, 0, 940_40, "paid", on(2), advance=True)
    settled = case(state="closed", decision=decision("full", on(3)), agreed_at=on(3), payouts=(paid,), updated_at=on(3))
    assert not {"payment", "agreed_payment"} & set(named(clocks_of(settled, CALENDAR, date(2026, 5, 1))))
