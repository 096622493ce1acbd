"""What becomes of a policy that stands, complaints, and the daily processes. Scenarios as in claims.py."""

from datetime import date, timedelta

from tests.workflows.policy_day_worker import OneMorePage, telling
from tests.workflows.process_orders import adjuster
from tests.workflows.process_world import World
from tests.workflows.reconciliation_bills import Bills, working
from workflows.messages import (
    Actor,
    ComplaintAnswering,
    ComplaintExtension,
    Objection,
    PolicyDaysOrder,
    ReconciliationOrder,
    RefundAccount,
)


async def surrendered(world: World) -> list[str]:
    """By the original route, and to an account for a policy sold elsewhere."""
    purchase_id = await world.issued()
    bought_here = await world.surrender(await world.policy(), out_trade_no=f"{purchase_id}-1")
    await world.update(bought_here, "confirm")
    await world.end_of(bought_here)
    elsewhere = await world.surrender(await world.policy())
    await world.update(elsewhere, "confirm")
    await world.until_state(elsewhere, "payee_needed")
    await world.update(elsewhere, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(elsewhere)
    return [bought_here, elsewhere]


async def slow_account(world: World) -> str:
    """A surrender that pays to an account which takes its time: given after nine days, half of the term gone."""
    waiting = await world.surrender(await world.policy())
    await world.update(waiting, "confirm")
    await world.until_state(waiting, "payee_needed")
    await world.let_pass(days=9)
    world.transfers["9103"] = "pending"
    await world.update(waiting, "set_account", RefundAccount("bank", "62220000009103", "黄建国"))
    await world.let_pass(days=17)
    await world.until_told(waiting, "clock_half_time")
    return waiting


async def refunded_late(world: World) -> list[str]:
    """The refund's clock stood still while the family had no account, and was called at half time."""
    waiting = await slow_account(world)
    world.payments.settle(f"{waiting}-out-0", "paid")
    await world.let_pass(hours=5)
    await world.end_of(waiting)
    return [waiting]


async def refunded_at_last(world: World) -> list[str]:
    """The first account takes its time and then nothing, the second one takes it; each is seen to be paid to."""
    waiting = await slow_account(world)
    world.payments.settle(f"{waiting}-out-0", "failed")
    await world.let_pass(hours=5)
    await world.until(lambda: world.books.told(waiting).count("payee_needed") == 2, "asked again")
    await world.update(waiting, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(waiting)
    return [waiting]


async def refused_once(world: World) -> list[str]:
    """The gateway refuses a refund for a reason that says nothing of the account."""
    purchase_id = await world.issued()
    surrender_id = await world.surrender(await world.policy(), out_trade_no=f"{purchase_id}-1")
    world.payments.faults.add("refund", "refuse")
    await world.update(surrender_id, "confirm")
    await world.let_pass(hours=2)
    await world.end_of(surrender_id)
    return [surrender_id]


async def amended(world: World) -> list[str]:
    """A correction that the insurer confirms late, and one that it declines."""
    late = await world.correct(await world.policy(), name="黄待改")
    await world.until_state(late, "confirming")
    await world.until(lambda: world.insurer.entries)
    await world.let_pass(days=8, hours=1)
    world.insurer.decide_amendment(late, "accepted")
    await world.let_pass(hours=7)
    await world.end_of(late)
    declined = await world.correct(await world.policy(), name="黄拒改")
    await world.end_of(declined)
    return [late, declined]


async def complained(world: World) -> list[str]:
    """Answered late, after more time was taken, and looked at again by the superior."""
    lead, operator = adjuster("lead-1", lead=True), Actor("operator", "operator-1")
    complaint_id = await world.complain()
    await world.update(complaint_id, "take", lead)
    await world.update(complaint_id, "extend", ComplaintExtension(lead, "须向医院核实"))
    await world.let_pass(days=45)
    await world.update(complaint_id, "answer", ComplaintAnswering(lead, "not_upheld", "结果不变"))
    await world.update(complaint_id, "ask_review", Objection("没有说明依据"))
    await world.update(complaint_id, "take", operator)
    await world.update(complaint_id, "answer", ComplaintAnswering(operator, "partly_upheld", "补充说明"))
    await world.end_of(complaint_id)
    return [complaint_id]


async def reconciled(world: World) -> list[str]:
    """A day, behind one whose bill never came."""
    day, process_id = date(2026, 3, 10), "reconciliation-recorded"
    bills = Bills(missed=[day - timedelta(days=1)], refused={day - timedelta(days=1)})
    async with working(world.client, bills, process_id):
        await world.client.execute_workflow(
            "reconciliation", ReconciliationOrder(day), id=process_id, task_queue=process_id
        )
    return [process_id]


async def policy_day(world: World) -> list[str]:
    """A day and the one before it, two batches of each moment; the second of two runs."""
    process_id = "policy-days-recorded"
    async with telling(world.client, OneMorePage(), process_id):
        order = PolicyDaysOrder(date(2026, 3, 10), batches_per_run=7)
        await world.client.execute_workflow("policy_days", order, id=process_id, task_queue=process_id)
    return [process_id]
