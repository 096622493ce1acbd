"""Histories of every workflow as the code makes them now, to be replayed on later code (tests/workflows/test_replay.py).

`python -m tests.histories.record` writes them anew, `… record reviewed` those of one scenario. Do that when a history has a new
shape to be proved from now on; a change that breaks the replay of the old ones would break running cases, and needs
`workflow.patched`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from insurance.adapters.ports import PayOrder
from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from tests.workflows.conftest import PROGRAMS
from tests.workflows.policy_day_worker import OneMorePage, telling
from tests.workflows.process_orders import accident, adjuster, payee
from tests.workflows.process_world import CONVERTER, World, open_world
from tests.workflows.reconciliation_bills import Bills, working
from workflows.messages import (
    Actor,
    CaseStep,
    ComplaintAnswering,
    ComplaintExtension,
    Correction,
    DecisionOrder,
    Establishing,
    Objection,
    PapersOrder,
    PayeeOrder,
    PolicyDaysOrder,
    QualityJudgement,
    ReconciliationOrder,
    RefundAccount,
    Rereading,
    Undoing,
)
from workflows.search import INSURER_CODE, add_search_attribute

HERE = Path(__file__).parent
Scenario = Callable[[World], Awaitable[list[str]]]


async def bought(world: World) -> list[str]:
    """The usual purchase."""
    return [await world.issued()]


async def bought_late(world: World) -> list[str]:
    """Pending underwriting, and an order that expired and was resumed."""
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.let_pass(minutes=31)
    await world.until_state(purchase_id, "expired")
    await world.update(purchase_id, "resume")
    await world.until_state(purchase_id, "awaiting_payment")
    await world.pay(purchase_id, 2)
    await world.end_of(purchase_id)
    return [purchase_id]


async def cancelled(world: World) -> list[str]:
    purchase_id = await world.awaiting_payment()
    world.payments.open_page(f"{purchase_id}-1")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    return [purchase_id]


async def returned(world: World) -> list[str]:
    """A wrong sum goes back, and the premium too after the gateway refused it thrice."""
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    expires_at = world.time + timedelta(hours=1)
    world.payments.page_pay_url(PayOrder(f"{purchase_id}-9", 1_00, "other", expires_at))
    await world.pay(purchase_id, attempt=9)
    await world.until_told(purchase_id, "payment_returned")
    world.payments.faults.add("refund", "refuse", times=3)
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "refunding")
    await world.let_pass(hours=9)
    await world.end_of(purchase_id)
    return [purchase_id]


async def returned_elsewhere(world: World) -> list[str]:
    """A wrong sum and the premium, both from closed accounts, go to one that the family gives."""
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    expires_at = world.time + timedelta(hours=1)
    world.payments.page_pay_url(PayOrder(f"{purchase_id}-9", 1_00, "other", expires_at))
    await world.pay(purchase_id, attempt=9, account_closed=True)
    await world.until_told(purchase_id, "payee_needed")
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    await world.let_pass(days=9)
    await world.update(purchase_id, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    await world.end_of(purchase_id)
    return [purchase_id]


async def claimed(world: World) -> list[str]:
    """Decided without a person, paid after the first account bounced."""
    world.transfers["9102"] = "failed"
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("father9102"),))
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee("mother@example.com"),)))
    await world.end_of(claim_id)
    return [claim_id]


async def reviewed(world: World) -> list[str]:
    """A request for papers, a partial decision that is disputed, and a full one by another adjuster."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    first, second, third = (f"{claim_id}-r{n}" for n in (1, 2, 3))
    await world.until_state(first, "open")
    await world.update(first, "take", adjuster())
    await world.update(first, "request_documents", PapersOrder(adjuster(), ("medical_record",), ""))
    await world.until_state(claim_id, "supplement_requested")
    await world.update(claim_id, "add_document", await world.paper("medical_record"))
    await world.update(claim_id, "submit")
    await world.until_state(second, "open")
    await world.update(second, "take", adjuster())
    half = (DecidedLine("accident_medical", 100_00),)
    await world.update(second, "decide", DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", half))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    await world.until_state(third, "open")
    other = adjuster("adjuster-2")
    await world.update(third, "take", other)
    await world.update(third, "decide", DecisionOrder(other, "full", (), ""))
    await world.end_of(claim_id)
    return [claim_id, first, second, third]


async def corrected(world: World) -> list[str]:
    """An adjuster corrects a receipt, has its file read again, and decides."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", adjuster())
    receipt_id, receipt = next(reversed(world.books.receipts.items()))
    correction = Correction(adjuster(), receipt_id, {"total": "600.00", "hospital": None}, "核对原件")
    await world.update(claim_id, "correct", correction)
    await world.update(claim_id, "read_again", Rereading(adjuster(), receipt.document_id))
    await world.until_told(claim_id, "document_read_again")
    await world.update(review_id, "decide", DecisionOrder(adjuster(), "full", (), ""))
    await world.end_of(claim_id)
    return [claim_id, review_id]


async def withdrawn(world: World) -> list[str]:
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(claim_id, "withdraw")
    await world.end_of(claim_id)
    return [claim_id, f"{claim_id}-r1"]


async def lapsed(world: World) -> list[str]:
    """Nobody handed in any papers; the end is told once the server knows of it."""
    claim_id = await world.report()
    await world.let_pass(days=181)
    await world.end_of(claim_id)
    return [claim_id]


async def sampled(world: World) -> list[str]:
    """A claim decided without a person, with a quality review that disagrees after it was paid."""
    claim_id = await world.report(quality_sampled=True)
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    review_id = f"{claim_id}-q1"
    await world.until_state(review_id, "open")
    await world.end_of(claim_id)
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "judge", QualityJudgement(adjuster(), False, "票据日期应再核对"))
    await world.end_of(review_id)
    return [claim_id, review_id]


async def serious(world: World) -> list[str]:
    """A disability: the family is called late, further papers, withdrawn at last."""
    claim_id = await world.report(report=accident(world.time, patient_state="disabled"))
    case_id = f"{claim_id}-s"
    await world.until_state(case_id, "notified")
    await world.let_pass(days=2)
    await world.update(case_id, "in_contact", CaseStep(adjuster(), "母亲接听"))
    await world.update(case_id, "documents", CaseStep(adjuster()))
    await world.update(claim_id, "withdraw")
    await world.end_of(claim_id)
    await world.end_of(case_id)
    return [claim_id, case_id]


async def advanced(world: World) -> list[str]:
    """Clocks that run out: reminders, the advance of what is certain, a refusal with its notice and letter, silence."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), world.receipt(sure=False), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "decide", DecisionOrder(adjuster(), "refused", ("event_not_covered",), ""))
    await world.until_told(claim_id, "letter_made")
    await world.let_pass(days=31)
    await world.end_of(claim_id)
    return [claim_id, review_id]


async def continued(world: World) -> list[str]:
    """A claim whose history was cut while its review was open; the last run of it."""
    claim_id = await world.report(longest_history=80)
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", adjuster())
    receipt_id = next(reversed(world.books.receipts))
    for number in range(10):
        fix = Correction(adjuster(), receipt_id, {"total": f"{1100 + number}.00"}, "核对原件")
        await world.update(claim_id, "correct", fix)
    await world.update(review_id, "decide", DecisionOrder(adjuster(), "full", (), ""))
    await world.end_of(claim_id)
    return [claim_id, review_id]


async def automatic(world: World) -> list[str]:
    """As `claimed`, of a claim whose states share records when they pass at once; its files are read before it is submitted."""
    claim_id = await world.report()
    paper = await world.paper("medical_receipt", [world.receipt()])
    await world.update(claim_id, "add_document", paper)
    await world.until_told(claim_id, "document_read")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.update(claim_id, "submit")
    await world.end_of(claim_id)
    return [claim_id]


async def undone(world: World) -> list[str]:
    """A decision in full that a lead undoes while it waits for an account; the family disputes the next one."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False))
    first, second, third = (f"{claim_id}-r{n}" for n in (1, 2, 3))
    await world.until_state(first, "open")
    await world.update(first, "take", adjuster())
    await world.update(first, "decide", DecisionOrder(adjuster(), "full", (), ""))
    await world.until_state(claim_id, "payee_needed")
    await world.let_pass(days=8)
    await world.update(claim_id, "undo", Undoing(adjuster("lead-1", lead=True), "金额有误"))
    await world.until_state(second, "open")
    await world.update(claim_id, "set_payee", PayeeOrder((replace(payee(), proof="none"),)))
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    other = adjuster("adjuster-2")
    await world.update(second, "take", other)
    await world.update(second, "decide", DecisionOrder(other, "refused", ("event_not_covered",), ""))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    await world.until_state(third, "open")
    last = adjuster("adjuster-3")
    await world.update(third, "take", last)
    await world.update(third, "decide", DecisionOrder(last, "full", (), ""))
    await world.end_of(claim_id)
    return [claim_id, first]


async def bereaved(world: World) -> list[str]:
    """A death that is established after the sixtieth day: heirs are asked for, get what is certain in advance, and the rest."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    first, second = (f"{claim_id}-r{n}" for n in (1, 2))
    who, other = adjuster(), adjuster("adjuster-2")
    papers = "death_certificate", "accident_proof", "heirs_statement", "insured_id", "guardian_id", "relationship_proof"
    await world.until_state(first, "open")
    await world.update(first, "take", who)
    await world.update(first, "request_documents", PapersOrder(who, papers, ""))
    await world.until_told(claim_id, "notice_delivered")
    for kind in papers:
        await world.update(claim_id, "add_document", await world.paper(kind))
    await world.update(claim_id, "submit")
    await world.until_state(second, "open")
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_nothing_certain")
    await world.update(second, "take", who)
    died_on = shanghai_day(world.time) - timedelta(days=80)
    await world.update(claim_id, "establish", Establishing(who, "见死亡证明", died_on=died_on))
    await world.until_told(claim_id, "payee_needed")
    heirs = tuple(replace(payee(f"{n}@example.com", name, "0.5"), proof="paper") for n, name in enumerate("甲乙"))
    await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    await world.until_told(claim_id, "advance_paid")
    await world.update(second, "decide", DecisionOrder(who, "full", (), ""))
    await world.update(second, "take", other)
    await world.update(second, "decide", DecisionOrder(other, "full", (), ""))
    await world.end_of(claim_id)
    return [claim_id, second]


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


async def refunded_late(world: World) -> list[str]:
    """The refund's clock stood still while the family had no account, and was called at half time."""
    waiting = await world.surrender(await world.policy())
    await world.update(waiting, "confirm")
    await world.until_state(waiting, "payee_needed")
    await world.let_pass(days=9)
    world.transfers["9103"] = "pending"
    await world.update(waiting, "set_account", RefundAccount("bank", "62220000009103", "黄建国"))
    await world.let_pass(days=17)
    await world.until_told(waiting, "clock_half_time")
    world.payments.settle(f"{waiting}-out-0", "paid")
    await world.let_pass(hours=5)
    await world.end_of(waiting)
    return [waiting]


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


async def stray(world: World) -> list[str]:
    """Money for a purchase that was cancelled."""
    purchase_id = await world.awaiting_payment()
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    await world.pay(purchase_id)
    await world.end_of(world.started[-1])
    return [world.started[-1]]


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


SCENARIOS: tuple[Scenario, ...] = (
    bought, bought_late, cancelled, returned, returned_elsewhere,
    claimed, reviewed, corrected, withdrawn, lapsed, sampled, serious, advanced, continued,
    automatic, undone, bereaved,
    surrendered, refunded_late, amended, stray, complained, reconciled,
    policy_day,
)  # fmt: skip


async def record() -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=CONVERTER, test_server_existing_path=str(PROGRAMS / "temporal-test-server")
    ) as environment:
        await add_search_attribute(environment.client, INSURER_CODE)
        asked = [s for s in SCENARIOS if not sys.argv[1:] or s.__name__ in sys.argv[1:]]
        for number, scenario in enumerate(asked):
            async with open_world(environment, f"record-{number}") as world:
                for order, process_id in enumerate(await scenario(world)):
                    history = await world.client.get_workflow_handle(process_id).fetch_history()
                    started = history.events[0].workflow_execution_started_event_attributes
                    name = f"{scenario.__name__}-{order}-{started.workflow_type.name}.json"
                    (HERE / name).write_text(history.to_json(), encoding="utf-8")
                    sys.stdout.write(f"{name} {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record())
