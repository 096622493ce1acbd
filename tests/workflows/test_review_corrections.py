import asyncio
import json

import pytest

from tests.workflows.process_orders import adjuster
from tests.workflows.process_reviews import (
    correction,
    full,
    held,
    refusal_of,
    taken,
)
from workflows.messages import (
    ClaimOutcome,
    Correction,
)

pytestmark = pytest.mark.servers


async def test_a_correction_is_computed_anew_and_kept_beside_what_was_read(world):
    claim_id, review_id = await taken(world)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "1100.00")
    assert [(a.field, a.old, a.new, a.person) for a in receipt.amendments] == [
        ("total", "1100.00", "600.00", "adjuster-1")
    ]
    assert held(world, claim_id) == ("reserved", 400_00)
    # the promise goes by what was found first
    assert world.claim(claim_id).case.promised_fen == 800_00
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"nothing": "1.00"}, "unknown_field"),
        ({"total": "abc"}, "invalid_amount"),
        ({"total": "600"}, "invalid_amount"),
        ({"total": "600.5"}, "invalid_amount"),
        ({"total": "-600.00"}, "invalid_amount"),
        ({"total": "999999999999.00"}, "invalid_amount"),
        ({"total": ""}, "invalid_amount"),
        ({"date": "2026-02-30"}, "invalid_date"),
        ({"date": "20260203"}, "invalid_date"),
        ({"treated_on": "1026-02-03"}, "invalid_date"),
        ({"bill_no": "12 34 56"}, "invalid_value"),
        ({"bill_no": "1" * 33}, "invalid_value"),
        ({"bill_code": "0000000A"}, "invalid_value"),
        ({"payer": " "}, "invalid_value"),
        ({"total_upper": "一百元"}, "invalid_value"),
        ({"category": None}, "invalid_value"),
        ({"social_insurance_settled": "yes"}, "invalid_value"),
        ({"items": "x"}, "invalid_value"),
        ({"items": "{}"}, "invalid_value"),
        ({"items": "null"}, "invalid_value"),
        ({"items": None}, "invalid_value"),
        ({"items": '[{"name": "治疗费"}]'}, "invalid_value"),
        ({"items": '[{"name": null, "amount": "1.00"}]'}, "invalid_value"),
        ({"items": '[{"name": "治疗费", "amount": "1"}]'}, "invalid_amount"),
        ({"category": "holiday"}, "invalid_value"),
        ({}, "nothing_to_correct"),
    ],
)
async def test_what_no_receipt_can_show_is_no_correction(world, fields, code):
    claim_id, _ = await taken(world)
    assert await refusal_of(world, claim_id, "correct", correction(world, claim_id, **fields)) == code


async def test_amounts_are_kept_as_they_are_printed_and_every_value_has_its_amendment(world):
    claim_id, _ = await taken(world)
    values = {"total": "1,600.00", "bill_no": "0012345678", "treated_on": None, "check_code": None}
    await world.update(claim_id, "correct", correction(world, claim_id, **values))
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.fields.check_code, receipt.treated_on) == ("1600.00", None, None)
    assert {a.field: a.new for a in receipt.amendments} == values | {"total": "1600.00"}


async def test_a_list_of_charges_is_corrected_as_a_whole_and_held_against_the_total(world):
    claim_id, _ = await taken(world)
    items = [{"name": "治疗费", "amount": "1,000.00"}, {"name": "西药费", "amount": "90.00"}]
    await world.update(claim_id, "correct", correction(world, claim_id, items=json.dumps(items)))
    await world.until_told(claim_id, "receipt_corrected")
    receipt = next(iter(world.books.receipts.values()))
    assert [(item.name, item.amount) for item in receipt.fields.items] == [("治疗费", "1000.00"), ("西药费", "90.00")]
    assert json.loads(receipt.amendments[0].old) == []
    assert [check.code for check in receipt.checks if not check.ok] == ["items_equal_total"]


async def test_every_check_is_made_again_after_a_correction_and_the_review_knows(world):
    claim_id, review_id = await taken(world, total_upper="陆佰元整", total="1100.00", self_expense="1200.00")
    found = [f.code for f in world.books.records[review_id].findings]
    assert "parts_exceed_total" in found
    await world.update(claim_id, "correct", correction(world, claim_id, self_expense="0.00"))
    await world.until(lambda: world.books.records[review_id].seq > 2, "the review knows")
    findings = world.books.records[review_id].findings
    assert [f.code for f in findings] == ["receipts_read", "capitals_equal_total"]
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    receipt = next(iter(world.books.receipts.values()))
    assert [(c.code, c.ok) for c in receipt.checks if c.code == "capitals_equal_total"] == [
        ("capitals_equal_total", True)
    ]
    assert [f.code for f in world.books.records[review_id].findings] == ["receipts_read"]


async def test_a_receipt_of_nobody_can_not_be_corrected(world):
    claim_id, _ = await taken(world)
    other = Correction(adjuster(), "no-receipt", {"total": "1.00"}, "核对原件")
    assert await refusal_of(world, claim_id, "correct", other) == "receipt_unknown"


async def test_a_withdrawal_during_a_correction_leaves_no_limits_held(world):
    claim_id = await world.report_to_a_slow_database()
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(f"{claim_id}-r1", "open")
    started, go_on = world.books.hold("assessing")
    correcting = await world.begin(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await started.wait()
    withdrawing = await world.begin(claim_id, "withdraw")
    await world.until_state(f"{claim_id}-r1", "withdrawn")
    # time to go wrong: the withdrawal must not be recorded before the correction
    await asyncio.sleep(1)
    go_on.set()
    await correcting.result()
    await withdrawing.result()
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert held(world, claim_id)[1] == 0
