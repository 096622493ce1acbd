"""Claims with a doubt, whose clocks run, and what was said of them."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from workflows.messages import DecisionOrder

# 80 % of what 1,100 yuan, and 2,200 yuan, exceed the deductible of 100 yuan by
CERTAIN, ALL = 800_00, 1680_00
FATHER = (payee(),)
HALF = (DecidedLine("accident_medical", 840_00),)


async def down(order):
    """Away for days, and asked twice a day."""
    raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=12))


def full(who):
    return DecisionOrder(who, "full", (), "同意")


def refused(who):
    return DecisionOrder(who, "refused", ("event_not_covered",), "不属于保险责任")


async def doubtful(world, *, payees=FATHER, sure=True):
    """A claim in review with two receipts, one of which could not be read for certain."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=sure), world.receipt(sure=False), payees=payees)
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id


async def taken(world, **how):
    claim_id = await doubtful(world, **how)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    return claim_id


async def decided(world, claim_id, order):
    await world.update(f"{claim_id}-r1", "decide", order)


def calls(world, claim_id):
    return [event for event in world.books.told(claim_id) if event.startswith("clock_")]


def addressed(world, process_id, kind):
    """To whom notices of a kind went."""
    return {n.subject for key, n in world.books.notices.items() if key.startswith(f"{process_id}:") and n.kind == kind}


def transfers(world, claim_id):
    return [(p.amount_fen, p.advance) for p in world.claim(claim_id).case.payouts if p.state == "paid"]
