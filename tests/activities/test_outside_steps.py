import dataclasses
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.failures import failure_code, failure_message, translated
from activities.insurer import CancelStep, CloseClaimStep, InsurerSteps, IssueStep, ReportStep, UnderwriteStep
from activities.payments import PaymentSteps, RefundStep
from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import (
    Cancellation,
    ClaimReport,
    ClaimResult,
    InsurerRefused,
    InsurerUnavailable,
    IssueOrder,
    PaymentsUnavailable,
    PayOrder,
    Person,
    Proposal,
    TakenOverPolicy,
    TransferOrder,
)
from tests import records

CHILD = Person("黄小明", "resident_id", "430102201602290017", "male", date(2016, 2, 29))
PROPOSAL = Proposal("pu-1", "changsha-2024-plan-2", 120_00, None, "parent", CHILD, CHILD, "2143000001", "primary", 0)
TRANSFER = TransferOrder("cl-1-out-0", 484_38, "alipay", "parent@example.com", "黄建国", "学平险赔款")
ORDER = PayOrder("pu-1-1", 120_00, "学平险", records.NOW + timedelta(minutes=30))
REFUND = RefundStep("pu-1-1", "pu-1-1-back", 120_00, "退款")


def attempt(number):
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=number)
    return environment


@pytest.fixture
def gateway():
    gateway = FakePayments(clock=lambda: records.NOW)
    gateway.page_pay_url(ORDER)
    gateway.pay(ORDER.out_trade_no)
    gateway.movements.clear()
    return gateway


async def with_lost_answer(gateway, operation, step, order):
    """The gateway acts and its answer is lost; then the step is tried again."""
    gateway.faults.add(operation, "lose_answer")
    with pytest.raises(PaymentsUnavailable):
        await attempt(1).run(step, order)
    return await attempt(2).run(step, order)


async def test_a_payout_whose_answer_was_lost_is_paid_once(gateway):
    transfer = await with_lost_answer(gateway, "transfer", PaymentSteps(gateway).pay_out, TRANSFER)
    assert transfer.status == "paid"
    assert gateway.movements == [("transfer", "cl-1-out-0", 484_38)]


async def test_a_refund_whose_answer_was_lost_is_given_once(gateway):
    refund = await with_lost_answer(gateway, "refund", PaymentSteps(gateway).refund, REFUND)
    assert (refund.status, refund.amount_fen) == ("done", 120_00)
    assert gateway.movements == [("refund", "pu-1-1-back", 120_00)]


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_payouts_and_refunds_move_money_once_however_often_they_are_run(gateway, times):
    steps = PaymentSteps(gateway)
    for number in range(1, times + 1):
        await attempt(number).run(steps.pay_out, TRANSFER)
        await attempt(number).run(steps.refund, REFUND)
    assert sorted(gateway.movements) == [("refund", "pu-1-1-back", 120_00), ("transfer", "cl-1-out-0", 484_38)]


async def test_a_second_attempt_asks_the_gateway_before_it_acts(gateway):
    gateway.faults.add("transfer", "down", times=9)
    gateway.faults.add("query_transfer", "down")
    with pytest.raises(PaymentsUnavailable):
        await attempt(2).run(PaymentSteps(gateway).pay_out, TRANSFER)
    assert [fault.operation for fault in gateway.faults.pending] == ["transfer"]
    assert gateway.faults.pending[0].times == 9


@pytest.fixture
async def insurer():
    insurer = FakeInsurer("xiangjiang", clock=lambda: records.NOW)
    await insurer.take_over([TakenOverPolicy("P-1", "changsha-2024-plan-2", records.EFFECTIVE, 120_00, CHILD)])
    insurer.entries.clear()
    return insurer


async def test_every_step_at_the_insurer_has_one_effect_when_its_answer_is_lost(insurer):
    steps = InsurerSteps({"xiangjiang": insurer})
    proposal = UnderwriteStep("xiangjiang", PROPOSAL)
    number = (await twice(insurer, "underwrite", steps.underwrite, proposal)).proposal_no
    order = IssueOrder("pu-1-issue", number, 120_00, records.NOW, records.TODAY, "t-1")
    await twice(insurer, "issue", steps.issue_policy, IssueStep("xiangjiang", order))
    report = ClaimReport("cl-1", "P-1", "accident", records.NOW, "430102", "outpatient")
    report_no = await twice(insurer, "report_claim", steps.report_claim, ReportStep("xiangjiang", report))
    result = ClaimResult("cl-1-close-1", report_no, "full", 484_38, records.NOW)
    await twice(insurer, "close_claim", steps.close_claim, CloseClaimStep("xiangjiang", result))
    ending = Cancellation("su-1", "P-1", records.TODAY, 78_00, "not_wanted")
    await twice(insurer, "cancel_policy", steps.cancel_policy, CancelStep("xiangjiang", ending))
    assert [kind for kind, *_ in insurer.entries] == ["proposal", "policy", "report", "closure", "cancellation"]


async def twice(insurer, operation, step, order):
    insurer.faults.add(operation, "lose_answer")
    with pytest.raises(InsurerUnavailable):
        await attempt(1).run(step, order)
    return await attempt(2).run(step, order)


async def test_an_insurer_that_is_not_connected_is_a_final_refusal():
    with pytest.raises(ApplicationError) as failure:
        await failing_with(lambda: InsurerSteps({}).underwrite(UnderwriteStep("nobody", PROPOSAL)))
    assert (failure.value.type, failure.value.non_retryable) == ("insurer_unknown", True)


async def failing_with(step):
    async def execute(_):
        return await step()

    return await translated(execute, None)


async def raising(error):
    raise error


@pytest.mark.parametrize(
    ("error", "kind", "final"),
    [
        (InsurerRefused("policy_unknown", "没有这张保单"), "policy_unknown", True),
        (InsurerUnavailable("connect to 黄小明"), "unavailable", False),
        (OperationalError("SELECT 黄小明", {}, Exception("黄小明")), "unavailable", False),
        (DataError("INSERT 黄小明", {}, ValueError("黄小明")), "ValueError", False),
        (IntegrityError("INSERT 黄小明", {}, KeyError("黄小明")), "KeyError", False),
    ],
    ids=["refused", "unavailable", "database-away", "data", "integrity"],
)
async def test_a_failure_says_a_code_and_nothing_about_a_person(error, kind, final):
    with pytest.raises(ApplicationError) as failure:
        await failing_with(lambda: raising(error))
    assert (failure.value.type, failure.value.non_retryable) == (kind, final)
    assert "黄小明" not in str(failure.value)
    # the cause would be stored with the failure
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


async def test_what_a_workflow_reads_from_a_failure():
    outer = RuntimeError("activity failed")
    outer.__cause__ = ApplicationError("没有这张保单", type="policy_unknown")
    assert (failure_code(outer), failure_message(outer)) == ("policy_unknown", "没有这张保单")
    assert (failure_code(RuntimeError()), failure_message(RuntimeError())) == ("unknown", "")
