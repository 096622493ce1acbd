from dataclasses import replace
from datetime import date, timedelta

from insurance.rules.advance import certain_part
from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import AssessmentGrounds, DecidedLine, Established, Repeat, SameAccident
from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.event import Cover
from tests import records

COVER = Cover(records.EFFECTIVE, renewal=True, insured_birth_date=date(2016, 2, 29), ends_on=date(2026, 8, 31))
UNSURE = dict.fromkeys(("total", "pool_pay", "other_pay", "self_expense"), 0.5)


def claim(*receipts, **changes):
    made = ClaimToAssess(
        terms=records.PLAN_2,
        cover=COVER,
        cover_to=date(2026, 8, 31),
        insured_name="黄小明",
        report=records.report(),
        receipts=receipts,
        documents=[records.document(document_id=r.document_id, sha256=r.document_id) for r in receipts],
        grounds=AssessmentGrounds({}, (), 0),
    )
    return replace(made, **changes)


def doubtful(total="2000.00"):
    receipt = records.receipt(total)
    return replace(receipt, confidence=receipt.confidence | UNSURE)


def lines(fen):
    return (DecidedLine("accident_medical", fen),)


def test_receipts_without_a_finding_are_certain_as_if_they_came_alone():
    # 80 % of what 1,280.50 yuan exceed the deductible of 100 yuan by
    assert certain_part(claim(records.receipt("1280.50"), doubtful())) == lines(944_40)


def test_nothing_is_certain_where_every_receipt_is_in_doubt():
    assert certain_part(claim(doubtful())) == ()


def test_a_sum_above_what_may_be_decided_alone_is_certain_all_the_same():
    receipt = records.receipt("9000.00")
    papers = [records.document(kind=kind, sha256=kind) for kind in DOCUMENT_KINDS if kind != "medical_receipt"]
    large = claim(receipt, documents=[records.document(document_id=receipt.document_id), *papers])
    assert [f.code for f in assess(large).findings] == ["within_automatic_limit"]
    assert certain_part(large) == lines(7120_00)


def test_a_file_that_nobody_has_read_leaves_the_rest_certain():
    read = claim(records.receipt("1280.50"))
    unread = records.document(document_id="do-unread", sha256="unread")
    assert certain_part(replace(read, documents=[*read.documents, unread])) == lines(944_40)


def test_nothing_is_certain_while_papers_are_missing():
    assert certain_part(claim(records.receipt("9000.00"))) == ()


def test_nothing_is_certain_while_the_event_itself_is_in_doubt():
    before = records.report(accident_at=records.NOW - timedelta(days=400))
    assert certain_part(claim(records.receipt(), report=before)) == ()


def test_nothing_is_certain_while_another_policy_may_pay_too():
    other = AssessmentGrounds({}, (), 1)
    assert certain_part(claim(records.receipt(), grounds=other)) == ()


def test_a_receipt_that_another_claim_has_too_is_not_certain():
    receipt = records.receipt()
    repeat = Repeat("same_receipt", receipt.document_id, receipt.receipt_id, "cl-other", "paid")
    assert certain_part(claim(receipt, grounds=AssessmentGrounds({}, (), 0, (repeat,)))) == ()


def test_what_others_hold_of_the_limit_is_not_certain():
    limit = records.PLAN_2.coverage("accident_medical").limit_fen
    held = AssessmentGrounds({"accident_medical": limit - 500_00}, (), 0)
    assert certain_part(claim(records.receipt("1280.50"), grounds=held)) == lines(500_00)


# --- fixed sums -------------------------------------------------------------------------------------------------------

EVERY_PAPER = [records.document(kind=kind, sha256=kind) for kind in DOCUMENT_KINDS if kind != "medical_receipt"]


def found(**what):
    return Established("adj-1", "见鉴定书", records.NOW, **what)


def disabled(**changes):
    report = records.report(patient_state="disabled")
    return claim(report=report, documents=EVERY_PAPER, **changes)


def test_a_disability_is_certain_when_an_adjuster_has_established_its_grade():
    assert certain_part(disabled()) == ()
    # grade 8 is 30 % of 50,000 yuan
    assert certain_part(disabled(established=found(disability_grades=(8,)))) == (
        DecidedLine("accident_disability", 15_000_00),
    )


def test_a_death_is_certain_when_it_is_established_and_its_papers_are_there():
    dead = {"report": records.report(patient_state="deceased"), "established": found(died_on=records.TODAY)}
    assert certain_part(claim(documents=EVERY_PAPER, **dead)) == (DecidedLine("accident_death", 30_000_00),)
    assert certain_part(claim(**dead)) == ()


def test_beside_an_established_disability_receipts_count_as_far_as_they_are_certain():
    both = claim(records.receipt("1280.50"), doubtful(), established=found(disability_grades=(8,)))
    both = replace(both, documents=[*both.documents, *EVERY_PAPER])
    assert {line.coverage_id: line.payable_fen for line in certain_part(both)} == {
        "accident_medical": 944_40, "accident_disability": 15_000_00,
    }  # fmt: skip


def test_another_policy_makes_costs_uncertain_and_leaves_fixed_sums():
    other = AssessmentGrounds({}, (), 1)
    both = claim(records.receipt("1280.50"), established=found(disability_grades=(8,)), grounds=other)
    both = replace(both, documents=[*both.documents, *EVERY_PAPER])
    assert certain_part(both) == (DecidedLine("accident_disability", 15_000_00),)


def test_a_minor_s_death_is_capped_over_all_policies_and_not_certain_beside_another_one():
    dead = {"report": records.report(patient_state="deceased"), "established": found(died_on=records.TODAY)}
    other = AssessmentGrounds({}, (), 1)
    assert certain_part(claim(documents=EVERY_PAPER, grounds=other, **dead)) == ()
    grown = replace(COVER, insured_birth_date=date(2006, 2, 28))
    assert certain_part(claim(documents=EVERY_PAPER, grounds=other, cover=grown, **dead)) == (
        DecidedLine("accident_death", 30_000_00),
    )


def test_nothing_is_certain_of_an_accident_that_may_have_been_told_before():
    told = AssessmentGrounds({}, (), 0, same_accident=(SameAccident("cl-other", "closed", 1),))
    assert certain_part(disabled(established=found(disability_grades=(8,)), grounds=told)) == ()
