"""A claim in review, and what adjusters say of it, with full defaults."""

import pytest

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import Correction, DecisionOrder, PapersOrder

PAYABLE = 800_00
HALF = (DecidedLine("accident_medical", 400_00),)
LEAD = adjuster("lead-1", lead=True)


def full(who, comment="同意"):
    return DecisionOrder(who, "full", (), comment)


def partial(who, lines=HALF):
    return DecisionOrder(who, "partial", ("item_not_covered",), "", lines)


def refused(who):
    return DecisionOrder(who, "refused", ("event_not_covered",), "不属于保险责任")


async def in_review(world, total="1100.00", **receipt):
    """A claim with its first review open, and an account to pay to."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(total, sure=False, **receipt), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id


async def taken(world, who=None, **receipt):
    claim_id = await in_review(world, **receipt)
    await world.update(f"{claim_id}-r1", "take", who or adjuster())
    return claim_id, f"{claim_id}-r1"


async def decided(world, order, **receipt):
    claim_id, review_id = await taken(world, order.actor, **receipt)
    await world.update(review_id, "decide", order)
    await world.until_state(claim_id, "decided")
    return claim_id


async def refusal_of(world, process_id, update, arg=None):
    with pytest.raises(MoveRefused) as refusal:
        await world.update(process_id, update, arg)
    return refusal.value.code


def held(world, claim_id):
    limits = world.books.limits[claim_id]
    return limits.how, sum(line.payable_fen for line in limits.lines)


async def asked_for_papers(world):
    claim_id, review_id = await taken(world)
    await world.update(review_id, "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_state(claim_id, "supplement_requested")
    return claim_id


async def papers_brought(world):
    claim_id = await asked_for_papers(world)
    await world.update(claim_id, "add_document", await world.paper("medical_record"))
    await world.update(claim_id, "submit")
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id, f"{claim_id}-r2"


def correction(world, claim_id, who=None, **fields):
    receipt_id = next(i for i, r in world.books.receipts.items() if r.document_id in world.books.documents)
    return Correction(who or adjuster(), receipt_id, fields, "核对原件")
