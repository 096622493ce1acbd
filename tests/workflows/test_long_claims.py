"""Claims whose history would grow long go on in a new run, and nobody notices."""

import asyncio

import pytest

from tests.workflows.process_orders import adjuster, payee
from workflows.messages import ClaimOutcome, Correction, DecisionOrder

pytestmark = pytest.mark.servers

LONGEST = 200
# what one message to a process may add before it is looked at again
ONE_MORE = 60


async def current_length(world, claim_id):
    return await world.events_in_history(claim_id)


async def quiet(world, claim_id):
    """As soon as nothing is at work in it, its history is short."""
    for _ in range(400):
        if await current_length(world, claim_id) < LONGEST:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await current_length(world, claim_id))


async def first_run_of(world, claim_id):
    return (await world.handle(claim_id).describe()).raw_description.workflow_execution_info.first_run_id


async def run_of(world, claim_id):
    return (await world.handle(claim_id).describe()).run_id


async def test_a_claim_of_a_year_with_two_hundred_documents_keeps_its_history_short(world):
    claim_id = await world.report(longest_history=LONGEST, idle_days=400)
    seen = set()
    for number in range(1, 201):
        await world.update(claim_id, "add_document", await world.paper("medical_receipt", [world.receipt("10.00")]))
        if number % 10 == 0:
            await quiet(world, claim_id)
            seen.add(await run_of(world, claim_id))
    await world.let_pass(days=365)
    assert len(seen) > 3
    assert len(world.books.documents) == len(world.books.receipts) == 200
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "payee_needed")
    told = list(world.books.events[claim_id])
    assert told == list(range(1, len(told) + 1))
    assert world.books.told(claim_id).count("document_received") == 200
    assert world.books.told(claim_id).count("reported") == 1
    assert world.books.told(claim_id).count("family_reminded") == 1


async def test_a_review_outlives_the_run_of_its_claim_and_is_heard(world):
    claim_id = await world.report(longest_history=80)
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    before = await run_of(world, claim_id)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    (receipt_id,) = world.books.receipts
    for number in (900, *range(1, 12)):
        fix = Correction(adjuster(), receipt_id, {"total": f"{1100 + number}.00"}, "核对原件")
        await world.update(claim_id, "correct", fix)
    assert await run_of(world, claim_id) != before
    assert await first_run_of(world, claim_id) != await run_of(world, claim_id)
    # what was promised in an earlier run stays, whatever the sum is now
    assert world.claim(claim_id).case.promised_fen == 1520_00
    await world.update(f"{claim_id}-r1", "decide", DecisionOrder(adjuster(), "full", (), "同意"))
    # 80 % of what 1,111 yuan exceed the deductible of 100 yuan by
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 808_80)
    assert len(world.books.receipts[receipt_id].amendments) == 12


async def test_a_withdrawal_reaches_a_review_that_an_earlier_run_opened(world):
    claim_id = await world.report(longest_history=60)
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    (receipt_id,) = world.books.receipts
    for number in range(8):
        await world.update(
            claim_id, "correct", Correction(adjuster(), receipt_id, {"total": f"{1100 + number}.00"}, "核对")
        )
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    await world.until_state(f"{claim_id}-r1", "withdrawn")


async def test_an_account_that_never_comes_does_not_make_a_history_grow(world):
    claim_id = await world.report(longest_history=80)
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    await world.let_pass(days=700)
    assert await current_length(world, claim_id) < 80 + ONE_MORE
    assert 97 <= world.books.told(claim_id).count("payee_reminded") <= 100
