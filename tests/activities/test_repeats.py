import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import select

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from insurance.rules.case import Amendment
from insurance.rules.receipts.likeness import Likeness, search_keys
from insurance.rules.receipts.reading import Item
from insurance.tables import Claim, Database, ReceiptMark
from tests import records

pytestmark = pytest.mark.servers


def likeness(seed):
    """Of its own for every `seed`."""
    return Likeness(*(tuple(range(start + seed * 100, start + seed * 100 + 5)) for start in (0, 10**9, 10**9)))


class Family:
    """A policy with a claim of one receipt, each call another family."""

    def __init__(self, database, receipt=None, insurer="xiangjiang", **document):
        self.database = database
        self.receipt = receipt or records.receipt()
        self.document = records.document(document_id=self.receipt.document_id, sha256=records.new("s"), **document)
        self.policy = records.policy(insurer_code=insurer)
        self.case = records.case(policy_no=self.policy.policy_no, insurer_code=insurer, state="assessing")

    async def report(self, state="assessing"):
        """Claim and papers stand in the books, as its process publishes them before it is assessed."""
        async with self.database.transaction() as session:
            session.add(self.policy)
        record = records.claim(
            case=replace(self.case, state=state), documents=(self.document,), receipts=(self.receipt,)
        )
        await ClaimRecords(self.database).publish_claim(record)
        return self

    async def assess(self):
        step = AssessStep(
            self.case.claim_id, self.policy.policy_no, self.case.report, (self.receipt,), (self.document,)
        )
        return await Assessing(self.database).assess_claim(step)

    async def found(self):
        return [finding.code for finding in (await self.assess()).findings]


async def assessed(database, *args, **kwargs):
    family = await Family(database, *args, **kwargs).report()
    await family.assess()
    return family


def again(receipt, **fields):
    """The same paper in another file."""
    other = records.receipt()
    return replace(
        other, fields=replace(receipt.fields, **fields), likeness=receipt.likeness, confidence=receipt.confidence
    )


async def test_a_receipt_is_known_in_another_claim_of_another_policy_and_insurer(database: Database):
    first = await assessed(database)
    second = await Family(database, again(first.receipt), insurer="ganpo").report()
    assessment = await second.assess()
    (repeat,) = assessment.grounds.repeated
    assert (repeat.how, repeat.claim_id, repeat.receipt_id) == (
        "same_receipt", first.case.claim_id, second.receipt.receipt_id,
    )  # fmt: skip
    assert [f.code for f in assessment.findings] == ["same_receipt_elsewhere"]
    assert await first.found() == ["same_receipt_elsewhere"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": "9280.50"}, "same_number_other_amount"),
        ({"bill_code": None}, "same_receipt_elsewhere"),
        ({"bill_code": "43060126"}, "same_receipt_elsewhere"),
        ({"check_code": "ffffff"}, "same_receipt_elsewhere"),
    ],
)
async def test_a_number_is_known_with_another_amount_and_without_its_code(database: Database, changes, code):
    first = await assessed(database)
    assert code in await (await Family(database, again(first.receipt, **changes)).report()).found()


async def test_a_number_of_another_province_is_another_receipt(database: Database):
    first = await assessed(database)
    other = again(first.receipt, bill_code="36010225", total="990.00", date="2026-03-05")
    assert await (await Family(database, other).report()).found() == []


async def test_a_claim_that_was_withdrawn_does_not_use_up_its_receipt(database: Database):
    first = await assessed(database)
    withdrawn = records.claim(9, case=replace(first.case, state="withdrawn"), open=False)
    await ClaimRecords(database).publish_claim(withdrawn)
    second = Family(database, again(first.receipt))
    second.document = replace(second.document, sha256=first.document.sha256)
    assert await (await second.report()).found() == []


async def test_a_receipt_without_a_number_is_known_by_its_likeness(database: Database):
    unread = {"fields": replace(records.receipt().fields, bill_no=None), "confidence": {}}
    first = await assessed(database, replace(records.receipt(), likeness=likeness(1), **unread))
    second = await Family(database, replace(records.receipt(), likeness=likeness(1), **unread)).report()
    (repeat,) = (await second.assess()).grounds.repeated
    assert (repeat.how, repeat.claim_id) == ("looks_alike", first.case.claim_id)
    third = await Family(database, replace(records.receipt(), likeness=likeness(2), **unread)).report()
    assert (await third.assess()).grounds.repeated == ()


async def test_a_number_that_was_changed_is_known_by_its_likeness(database: Database):
    first = await assessed(database, replace(records.receipt(), likeness=likeness(3)))
    forged = replace(again(first.receipt, bill_no="9999999999"), confidence={"bill_no": 0.5})
    second = await Family(database, forged).report()
    assert "looks_alike_elsewhere" in await second.found()


async def test_a_corrected_number_is_looked_for_and_found_from_then_on(database: Database):
    first = await assessed(database)
    number = first.receipt.fields.bill_no
    misread = await assessed(database, again(first.receipt, bill_no=None, total="77.00"))
    assert "same_number_other_amount" not in await misread.found()
    note = Amendment("bill_no", None, number, "核对原件", "adj-1", records.NOW)
    corrected = replace(misread.receipt.fields, bill_no=number)
    misread.receipt = replace(misread.receipt, fields=corrected, amendments=(note,))
    assert "same_number_other_amount" in await misread.found()
    assert "same_number_other_amount" in await first.found()


async def test_a_file_of_another_claim_is_known_and_papers_of_persons_may_come_again(database: Database):
    for kind, code in (("medical_record", ["same_file_elsewhere"]), ("insured_id", [])):
        first, second = Family(database, kind=kind), Family(database, kind=kind)
        second.document = replace(second.document, sha256=first.document.sha256)
        for family in (first, second):
            # the receipt itself lies in a file of its own
            family.receipt = replace(family.receipt, document_id=records.new("do"))
        await first.report()
        await second.report()
        found = await second.found()
        assert [c for c in found if c.startswith("same_")] == code


async def test_a_file_that_was_rejected_there_was_not_used_there(database: Database):
    first = Family(database, state="rejected")
    await first.report()
    second = Family(database)
    second.document = replace(second.document, sha256=first.document.sha256)
    assert await (await second.report()).found() == []


async def test_assessing_again_finds_nothing_of_its_own(database: Database):
    family = await assessed(database)
    assert [await family.found() for _ in range(2)] == [[], []]
    async with database.transaction() as session:
        marks = (await session.exec(select(ReceiptMark).where(ReceiptMark.claim_id == family.case.claim_id))).all()
    assert len(marks) == 1


async def test_what_a_newer_reading_superseded_is_found_by_nobody_and_finds_nobody(database: Database):
    first = await assessed(database)
    second = await Family(database, again(first.receipt)).report()
    first.receipt = replace(first.receipt, superseded=True)
    await first.assess()
    assert (await second.assess()).grounds.repeated == ()
    assert (await first.assess()).grounds.repeated == ()
    assert await _marks(database, first.case.claim_id) == 0


async def test_a_page_of_a_bills_list_is_no_other_amount_under_its_number(database: Database):
    first = await Family(database).report()
    bill = first.receipt
    nobody = dict.fromkeys(("total_upper", "pool_pay", "other_pay", "account_pay", "cash_pay"))
    pages = [again(bill, **nobody, total=amount, items=(Item("治疗费", amount),)) for amount in ("1000.00", "280.50")]
    step = AssessStep(first.case.claim_id, first.policy.policy_no, first.case.report, (bill, *pages), (first.document,))
    assert (await Assessing(database).assess_claim(step)).findings == ()
    assert await _marks(database, first.case.claim_id) == 1
    assert await (await Family(database, again(bill)).report()).found() == ["same_receipt_elsewhere"]


# --- at the same moment ---------------------------------------------------------------------------------------------------


async def test_of_claims_assessed_at_the_same_moment_at_most_one_does_not_see_the_others(database: Database):
    for _ in range(5):
        paper = records.receipt()
        families = [await Family(database, again(paper)).report() for _ in range(6)]
        found = await asyncio.gather(*(family.found() for family in families))
        assert sum(codes == [] for codes in found) <= 1
        # whoever looks later sees all of them
        assert [await family.found() for family in families] == [["same_receipt_elsewhere"]] * 6


async def test_a_claim_held_up_after_its_marks_were_made_still_shows_them(database: Database):
    first = await Family(database).report()
    second = await Family(database, again(first.receipt)).report()
    async with database.transaction() as session:
        await session.execute(
            text("SELECT 1 FROM policies WHERE policy_no = :no FOR UPDATE"), {"no": first.policy.policy_no}
        )
        waiting = asyncio.create_task(first.found())
        async with asyncio.timeout(10):
            while await _marks(database, first.case.claim_id) == 0:  # noqa: ASYNC110  (PostgreSQL tells nobody)
                await asyncio.sleep(0.01)
        assert await second.found() == ["same_receipt_elsewhere"]
    assert await waiting == ["same_receipt_elsewhere"]


async def _marks(database, claim_id):
    async with database.transaction() as session:
        return len((await session.exec(select(ReceiptMark.receipt_id).where(ReceiptMark.claim_id == claim_id))).all())


# --- among many -----------------------------------------------------------------------------------------------------------


async def test_candidates_are_found_by_index(database: Database):
    await assessed(database)
    query = text(
        "EXPLAIN SELECT * FROM receipt_marks WHERE bill_no IN ('0012345678') OR keys && ARRAY[1, 2, 3]::bigint[]"
    )
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join((await session.execute(query)).scalars())
    assert "ix_receipt_marks_keys" in plan and "ix_receipt_marks_bill_no" in plan


async def test_a_number_is_found_among_any_number_of_receipts_that_share_a_hospitals_number_and_a_day(database):
    keys = list(search_keys(likeness(8)))
    async with database.transaction() as session:
        # a table without gaps, so that what comes last is found last
        await session.execute(text("TRUNCATE receipt_marks"))
        for number in range(210):
            for bill_no in (None, f"{number:010d}"):
                session.add(ReceiptMark(
                    receipt_id=f"near-{number}-{bill_no}", claim_id=f"near-{number}", bill_no=bill_no, numbers=[], sums=[], keys=keys,
                ))  # fmt: skip
    first = await assessed(database)
    second = await Family(database, replace(again(first.receipt), likeness=likeness(8))).report()
    assert await second.found() == ["same_receipt_elsewhere"]


async def test_more_claims_with_a_number_than_anybody_looks_at_are_still_a_finding(database: Database):
    paper = records.receipt(likeness=likeness(9))
    async with database.transaction() as session:
        for number in range(210):
            claim = f"many-{number}"
            session.add(Claim(
                claim_id=claim, policy_no="P", subject="s", insurer_code="ganpo", state="closed", case={},
                created_at=records.NOW, updated_at=records.NOW,
            ))  # fmt: skip
            session.add(ReceiptMark(
                receipt_id=claim, claim_id=claim, bill_no=paper.fields.bill_no, bill_code=paper.fields.bill_code,
                total=paper.fields.total, numbers=[], sums=[], keys=[],
            ))  # fmt: skip
    assessment = await (await Family(database, paper).report()).assess()
    assert len(assessment.grounds.repeated) == 3
    assert [f.code for f in assessment.findings] == ["same_receipt_elsewhere"]
