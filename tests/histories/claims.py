"""Claims and their reviews. A scenario ends with the processes whose histories are kept."""

from dataclasses import replace
from datetime import timedelta

from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from tests.workflows.process_orders import accident, adjuster, payee
from tests.workflows.process_world import World
from workflows.messages import (
    CaseStep,
    Correction,
    DecisionOrder,
    Establishing,
    PapersOrder,
    PayeeOrder,
    QualityJudgement,
    Rereading,
    Undoing,
)


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
