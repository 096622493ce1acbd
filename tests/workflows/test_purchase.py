from datetime import date, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.adapters.ports import PaymentsRefused, PayOrder, Refund
from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_cover
from tests.workflows.process_orders import PREMIUM, terms
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import PurchaseOutcome, RefundAccount

pytestmark = pytest.mark.servers

UNDERWRITTEN = ["underwriting", "awaiting_payment"]
PAID = [("premium", PREMIUM)]
PAID_BACK = [("premium", PREMIUM), ("refund", PREMIUM)]
ACCOUNT = RefundAccount("alipay", "father@example.com", "黄建国")
BOUNCES = RefundAccount("bank", "62220000009102", "黄建国")


def money(world, purchase_id):
    """(kind, fen) of every movement that this purchase knows of."""
    trades = {trade_no_of(world, purchase_id, attempt) for attempt in range(1, 10)}
    return [(m.kind, m.amount_fen) for key, m in world.books.movements.items() if key.partition(":")[2] in trades]


def trade_no_of(world, purchase_id, attempt):
    notices = [n for n in world.payments.notices if n["out_trade_no"] == f"{purchase_id}-{attempt}"]
    return notices[0]["trade_no"] if notices else None


def record(world, purchase_id):
    return world.books.records[purchase_id]


# --- underwriting -----------------------------------------------------------------------------------------------------


async def test_a_paid_purchase_becomes_a_policy_from_the_day_after(world):
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    outcome = await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]
    assert outcome == PurchaseOutcome("issued", record(world, purchase_id).policy_no)
    assert ("policy", f"{purchase_id}-issue", outcome.policy_no) in world.insurer.entries
    assert money(world, purchase_id) == PAID
    assert world.books.noticed(purchase_id) == ["payment_open", "issued"]


async def test_a_declined_proposal_costs_nothing(world):
    purchase_id = await world.buy(child="黄拒保")
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)
    assert record(world, purchase_id).reason_code == "underwriting_rule"
    assert record(world, purchase_id).payment_url is None


async def test_the_family_is_told_why_it_was_declined(world):
    purchase_id = await world.buy(child="黄拒保")
    await world.end_of(purchase_id)
    (notice,) = [n for key, n in world.books.notices.items() if key.startswith(f"{purchase_id}:")]
    assert (notice.subject, notice.kind) == ("parent-1", "declined")
    assert record(world, purchase_id).reason in notice.text and "没有产生任何费用" in notice.text


@pytest.mark.parametrize(("verdict", "pages"), [("accepted", 1), ("declined", 0)])
async def test_there_is_nothing_to_pay_before_the_insurer_has_answered(world, monkeypatch, verdict, pages):
    made, really = [], world.payments.page_pay_url
    monkeypatch.setattr(world.payments, "page_pay_url", lambda order: made.append(order) or really(order))
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries, "asked")
    await world.let_pass(hours=2)
    assert (made, record(world, purchase_id).payment_url) == ([], None)
    await world.insurer_decides(purchase_id, verdict)
    await world.until_state(purchase_id, "awaiting_payment" if pages else "declined")
    assert len(made) == pages
    if pages:
        await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert money(world, purchase_id) == []


async def test_a_proposal_that_the_insurer_will_not_take_is_declined_with_its_code(world):
    world.insurer.faults.add("underwrite", "refuse", code="product_suspended")
    purchase_id = await world.buy()
    await world.end_of(purchase_id)
    assert (record(world, purchase_id).state, record(world, purchase_id).reason_code) == (
        "declined",
        "product_suspended",
    )


async def test_a_pending_answer_comes_by_callback(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_a_pending_answer_is_fetched_when_no_callback_comes(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "declined", tells=False)
    await world.let_pass(minutes=1)
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)


async def test_a_callback_is_heard_while_the_insurer_can_not_be_reached(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    world.insurer.faults.add("query_underwriting", "down", times=100_000)
    await world.let_pass(minutes=3)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_a_callback_is_heard_when_the_answer_to_the_proposal_is_lost(world):
    world.insurer.faults.add("underwrite", "lose_answer", times=100_000)
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_an_insurer_that_can_not_be_asked_again_for_a_day_ends_as_declined(world, monkeypatch):
    async def down(request_id):
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(minutes=1))

    monkeypatch.setattr(world.insurer, "query_underwriting", down)
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.let_pass(hours=25)
    await world.end_of(purchase_id)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"


async def test_no_answer_for_a_day_ends_as_declined(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.let_pass(hours=25)
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"
    assert await world.events_in_history(purchase_id) < 1_000


async def test_an_insurer_that_is_down_for_a_day_ends_as_declined(world, monkeypatch):
    async def down(proposal):
        # so that the day has few attempts
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=5))

    monkeypatch.setattr(world.insurer, "underwrite", down)
    purchase_id = await world.buy()
    await world.let_pass(hours=25)
    await world.end_of(purchase_id)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"


async def test_an_insurer_that_is_down_for_a_moment_is_asked_again(world):
    world.insurer.faults.add("underwrite", "down", times=2)
    purchase_id = await world.buy()
    await world.let_pass(seconds=10)
    await world.until_state(purchase_id, "awaiting_payment")


# --- payment ----------------------------------------------------------------------------------------------------------


async def test_a_payment_without_a_notice_is_found_by_asking(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    await world.let_pass(minutes=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]


async def test_an_order_that_nobody_pays_expires_and_can_not_be_paid_any_more(world):
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    assert record(world, purchase_id).payment_url is None
    assert world.books.noticed(purchase_id) == ["payment_open", "payment_expired"]
    with pytest.raises(PaymentsRefused):
        world.payments.pay(f"{purchase_id}-1")


async def test_an_expired_order_is_resumed_with_a_page_of_its_own(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    assert record(world, purchase_id).out_trade_no == f"{purchase_id}-2"
    await world.pay(purchase_id, attempt=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "awaiting_payment", "paid", "issued"]


async def test_money_of_the_last_second_is_found_when_the_order_is_closed(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=29)
    world.payments.pay(f"{purchase_id}-1")
    await world.let_pass(minutes=2)
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]


async def test_money_that_shows_up_after_the_end_of_the_time_still_becomes_a_policy(world):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.pay_in_the_last_second(purchase_id, 1, in_time)
    await world.tell_last_notice()
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "paid", "issued"]


async def test_an_expired_order_lapses_and_money_after_that_goes_back(world):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(days=31)
    assert await world.end_of(purchase_id) == PurchaseOutcome("cancelled", None)
    assert record(world, purchase_id).reason_code == "lapsed"
    await world.pay_in_the_last_second(purchase_id, 1, in_time)
    await world.tell_last_notice()
    await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert money(world, purchase_id) == PAID_BACK


@pytest.mark.parametrize("first_told", [1, 2])
async def test_of_two_payments_one_becomes_a_policy_and_one_goes_back(world, first_told):
    purchase_id = await world.awaiting_payment()
    in_time = world.time
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    for attempt, paid_before in ((1, in_time), (2, world.time)) if first_told == 1 else ((2, world.time), (1, in_time)):
        await world.pay_in_the_last_second(purchase_id, attempt, paid_before)
        await world.tell_last_notice()
    await world.end_of(purchase_id)
    await world.until(lambda: len(world.books.movements) == 3, "the second payment is back")
    assert record(world, purchase_id).state == "issued"
    assert sorted(money(world, purchase_id)) == sorted([*PAID_BACK, *PAID])


async def test_a_wrong_sum_goes_back_and_the_right_one_is_still_awaited(world):
    purchase_id = await world.awaiting_payment()
    other = PayOrder(f"{purchase_id}-9", 1_00, "other", record(world, purchase_id).expires_at)
    world.payments.page_pay_url(other)
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    assert money(world, purchase_id) == [("premium", 1_00), ("refund", 1_00)]
    assert record(world, purchase_id).state == "awaiting_payment"
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "issued"


async def test_two_halves_are_no_premium_and_both_go_back(world):
    purchase_id = await world.awaiting_payment()
    for number in (7, 8):
        half = PayOrder(f"{purchase_id}-{number}", 60_00, "half", record(world, purchase_id).expires_at)
        world.payments.page_pay_url(half)
        await world.pay(purchase_id, attempt=number)
    await world.until(lambda: money(world, purchase_id).count(("refund", 60_00)) == 2, "both are back")
    assert record(world, purchase_id).state == "awaiting_payment"
    await world.update(purchase_id, "cancel")
    assert (await world.end_of(purchase_id)).state == "cancelled"


async def test_a_notice_that_comes_twice_is_one_payment(world):
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.tell_last_notice()
    await world.end_of(purchase_id)
    assert money(world, purchase_id) == PAID


async def test_a_notice_and_the_end_of_the_time_are_heard_while_the_gateway_can_not_be_asked(world):
    world.payments.faults.add("query", "down", times=100_000)
    told, silent = await world.awaiting_payment(), await world.awaiting_payment()
    await world.let_pass(minutes=5)
    await world.pay(told)
    assert (await world.end_of(told)).state == "issued"
    await world.let_pass(minutes=26)
    await world.until_state(silent, "expired")


@pytest.mark.parametrize("how", ["query", "close"])
async def test_a_gateway_that_will_not_answer_about_an_order_does_not_break_the_purchase(world, how):
    world.payments.faults.add(how, "refuse", times=100)
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    world.payments.faults.clear()
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.pay(purchase_id, attempt=2)
    assert (await world.end_of(purchase_id)).state == "issued"


# --- cancel -----------------------------------------------------------------------------------------------------------


async def test_a_purchase_is_cancelled_while_the_insurer_thinks(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until_state(purchase_id, "underwriting")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == ["underwriting", "cancelled"]


async def test_a_cancelled_order_can_not_be_paid_any_more(world):
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "cancelled"]
    with pytest.raises(PaymentsRefused):
        world.payments.pay(f"{purchase_id}-1")


async def test_an_order_that_the_gateway_will_not_close_is_cancelled_when_its_time_is_over(world):
    world.payments.faults.add("close", "refuse", times=100)
    silent, paid = await world.awaiting_payment(), await world.awaiting_payment()
    for purchase_id in (silent, paid):
        await world.begin(purchase_id, "cancel")
    await world.let_pass(minutes=20)
    world.payments.pay(f"{paid}-1")
    await world.let_pass(minutes=11)
    assert (await world.end_of(silent)).state == "cancelled"
    assert (await world.end_of(paid)).state == "refunded"
    assert money(world, paid) == PAID_BACK


async def test_a_payment_that_was_faster_than_the_cancellation_goes_back_in_full(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    assert money(world, purchase_id) == PAID_BACK
    assert record(world, purchase_id).refunded_fen == PREMIUM


async def test_an_expired_order_is_cancelled(world):
    purchase_id = await world.awaiting_payment()
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "expired", "cancelled"]
    with pytest.raises(ProcessEnded):
        await world.update(purchase_id, "cancel")


# --- policy or refund -------------------------------------------------------------------------------------------------


async def test_what_the_insurer_refuses_to_issue_goes_back_in_full(world):
    world.insurer.faults.add("issue", "refuse", code="proposal_expired")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    assert record(world, purchase_id).reason_code == "proposal_expired"
    assert money(world, purchase_id) == PAID_BACK


async def test_an_insurer_whose_answer_is_lost_issues_one_policy(world):
    world.insurer.faults.add("issue", "lose_answer", times=2)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.let_pass(seconds=10)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert [kind for kind, *_ in world.insurer.entries].count("policy") == 1


async def test_a_refund_that_the_gateway_refuses_is_tried_again_until_it_is_done(world):
    world.insurer.faults.add("issue", "refuse")
    world.payments.faults.add("refund", "refuse", times=2)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(hours=4)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert money(world, purchase_id) == PAID_BACK
    # no account is asked for: only the operator can say what the gateway means
    assert "payee_needed" not in world.books.told(purchase_id)
    assert told_to(world, purchase_id, "refund_refused") == ["role:operator:xiangjiang"]


async def test_a_refusal_of_what_was_done_before_is_no_refusal_of_the_money(world, monkeypatch):
    world.insurer.faults.add("issue", "refuse")
    really = world.payments.refund

    async def refuses_afterwards(out_trade_no, out_request_no, amount_fen, reason):
        await really(out_trade_no, out_request_no, amount_fen, reason)
        raise PaymentsRefused("account_closed", "账户已注销")

    monkeypatch.setattr(world.payments, "refund", refuses_afterwards)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert money(world, purchase_id) == PAID_BACK
    assert "payee_needed" not in world.books.told(purchase_id)


async def test_a_refund_under_way_is_asked_about_until_it_is_done(world, monkeypatch):
    pending, really = iter(range(20)), world.payments.refund

    async def slowly(out_trade_no, out_request_no, amount_fen, reason):
        if next(pending, None) is not None:
            return Refund(out_request_no, "pending", amount_fen)
        return await really(out_trade_no, out_request_no, amount_fen, reason)

    monkeypatch.setattr(world.payments, "refund", slowly)
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(days=3)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert await world.events_in_history(purchase_id) < 1_000
    assert money(world, purchase_id) == PAID_BACK


# --- a closed account -------------------------------------------------------------------------------------------------


def transferred(world, purchase_id):
    start = f"back:{purchase_id}-"
    return {key: m.amount_fen for key, m in world.books.movements.items() if key.startswith(start)}


def told_to(world, about, kind):
    return [n.subject for key, n in world.books.notices.items() if key.startswith(f"{about}:") and n.kind == kind]


async def other_payment(world, purchase_id, number, amount_fen=1_00):
    """Of another sum, from an account that is closed."""
    order = PayOrder(f"{purchase_id}-{number}", amount_fen, "other", record(world, purchase_id).expires_at)
    world.payments.page_pay_url(order)
    await world.pay(purchase_id, attempt=number, account_closed=True)


async def test_a_refund_whose_account_is_closed_asks_the_family_for_another_one(world):
    world.insurer.faults.add("issue", "refuse")
    world.transfers["9102"] = "failed"
    purchase_id = await world.awaiting_payment()
    with pytest.raises(MoveRefused):
        await world.update(purchase_id, "set_account", ACCOUNT)
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    await world.let_pass(days=17)
    assert world.books.told(purchase_id).count("payee_reminded") == 2
    assert told_to(world, purchase_id, "payee_needed") == ["parent-1"] * 3
    assert told_to(world, purchase_id, "refund_refused") == ["role:operator:xiangjiang"] * 3
    await world.update(purchase_id, "set_account", BOUNCES)
    await world.until(lambda: world.books.told(purchase_id).count("payee_needed") == 2, "asked again")
    assert transferred(world, purchase_id) == {}
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert transferred(world, purchase_id) == {f"back:{purchase_id}-1-out-1": PREMIUM}
    assert record(world, purchase_id).refunded_fen == PREMIUM


async def test_a_cancellation_is_answered_when_the_money_asks_for_an_account(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1", account_closed=True)
    await world.update(purchase_id, "cancel")
    assert record(world, purchase_id).state == "payee_needed"
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert (await world.end_of(purchase_id)).state == "refunded"


async def test_a_wrong_sum_that_can_not_go_back_does_not_keep_the_right_one_from_being_taken(world):
    purchase_id = await world.awaiting_payment()
    for number in (8, 9):
        await other_payment(world, purchase_id, number)
    await world.until(lambda: world.books.told(purchase_id).count("payee_needed") == 2, "both ask")
    assert (record(world, purchase_id).state, money(world, purchase_id)) == (
        "awaiting_payment",
        [("premium", 1_00)] * 2,
    )
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "issued")
    await world.update(purchase_id, "set_account", ACCOUNT)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert sorted(transferred(world, purchase_id).values()) == [1_00, 1_00]
    assert record(world, purchase_id).refunded_fen == 2_00


async def test_a_surplus_is_in_the_books_before_it_is_back(world):
    purchase_id = await world.awaiting_payment()
    await other_payment(world, purchase_id, 9)
    await world.until_told(purchase_id, "payee_needed")
    assert money(world, purchase_id) == [("premium", 1_00)]
    came = world.time
    await world.let_pass(minutes=5)
    await world.update(purchase_id, "set_account", ACCOUNT)
    await world.until(lambda: transferred(world, purchase_id), "back")
    (back,) = [m for key, m in world.books.movements.items() if key.startswith(f"back:{purchase_id}-")]
    assert back.at > came
    await world.update(purchase_id, "cancel")


async def test_a_stray_that_can_not_go_back_is_told_to_the_operator_every_week(world):
    order = PayOrder("pu-unknown-here-1", 50_00, "other", world.time.replace(year=world.time.year + 1))
    world.payments.page_pay_url(order)
    world.payments.faults.add("refund", "refuse", times=16)
    await world.pay("pu-unknown-here")
    stray = world.started[-1]
    await world.until_told(stray, "stray_refund_refused")
    await world.let_pass(days=17)
    assert (await world.end_of(stray)).outcome == "refunded"
    assert told_to(world, stray, "refund_refused") == ["role:operator"] * 2
    assert money(world, "pu-unknown-here") == [("premium", 50_00), ("refund", 50_00)]


# --- money without a purchase -----------------------------------------------------------------------------------------


async def test_a_policys_own_premium_told_once_more_stays(world):
    purchase_id = await world.issued()
    await world.tell_last_notice()
    stray = await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert stray.outcome == "known"
    assert money(world, purchase_id) == PAID


async def test_money_that_went_back_and_is_told_once_more_goes_back_once(world):
    purchase_id = await world.awaiting_payment()
    world.payments.pay(f"{purchase_id}-1")
    notice = world.payments.notices[-1]
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    world.payments.notices.append(notice)
    await world.tell_last_notice()
    stray = await world.end_of(f"stray-{trade_no_of(world, purchase_id, 1)}")
    assert stray.outcome == "known"
    assert money(world, purchase_id) == PAID_BACK


async def test_money_for_an_order_that_never_was_goes_back(world):
    world.payments.page_pay_url(
        PayOrder("pu-unheard-of-1", 50_00, "other", world.time.replace(year=world.time.year + 1))
    )
    await world.pay("pu-unheard-of")
    notice = world.payments.notices[-1]
    outcome = await world.end_of(f"stray-{notice['trade_no']}")
    assert outcome.outcome == "refunded"
    assert money(world, "pu-unheard-of") == [("premium", 50_00), ("refund", 50_00)]


async def test_the_insurer_hears_of_the_death_cover_that_was_counted_and_not_only_of_the_forms(world, monkeypatch):
    asked, really = [], world.insurer.underwrite
    monkeypatch.setattr(world.insurer, "underwrite", lambda proposal: asked.append(proposal) or really(proposal))
    counted = death_cover(terms(), date(2012, 3, 15), shanghai_day(world.time), existing_fen=80_000_00)
    for cover in (counted, None):
        await world.update(await world.awaiting_payment(death_cover=cover), "cancel")
    assert [proposal.existing_death_cover_fen for proposal in asked] == [80_000_00, 0]


@pytest.mark.parametrize(("days", "renewal"), [(0, True), (-1, False), (200, True)])
async def test_cover_that_goes_on_without_a_gap_is_a_renewal(world, days, renewal):
    # the order names only cover that has served its own waiting period: bought early, the next begins within it
    tomorrow = shanghai_day(world.time) + timedelta(days=1)
    purchase_id = await world.awaiting_payment(insured_until=tomorrow + timedelta(days=days - 1))
    await world.pay(purchase_id)
    await world.end_of(purchase_id)
    issued = world.books.records[purchase_id].issued
    assert (issued.effective_date, issued.renewal) == (tomorrow, renewal)
