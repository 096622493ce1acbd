from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import Amendment, AssessmentGrounds, Repeat, SameAccident
from insurance.rules.event import Cover
from insurance.rules.receipts.against_claim import DECIDING_FIELDS
from insurance.rules.receipts.likeness import Likeness
from insurance.rules.receipts.reading import Check, Extras
from insurance.rules.repeated import has_more
from tests import records

CHILD, NUMBER = "黄小明", "430102201602290017"
GROUNDS = AssessmentGrounds({}, (), 0)
COVER = Cover(records.EFFECTIVE, renewal=True, insured_birth_date=date(2016, 2, 29), ends_on=date(2026, 8, 31))


def receipt(total="1280.50", *, fields=None, extras=None, confidence=None, **changes):
    made = records.receipt(total, **changes)
    made = replace(made, fields=replace(made.fields, **(fields or {})), extras=Extras(**(extras or {})))
    return replace(made, confidence=made.confidence | (confidence or {}))


def claim(*receipts, documents=None, **changes):
    if documents is None:
        documents = [records.document(document_id=r.document_id, sha256=r.document_id) for r in receipts]
    made = ClaimToAssess(
        terms=records.PLAN_2,
        cover=COVER,
        cover_to=date(2026, 8, 31),
        insured_name=CHILD,
        report=records.report(),
        receipts=receipts,
        documents=documents,
        grounds=GROUNDS,
        insured_id_number=NUMBER,
    )
    return replace(made, **changes)


def findings(*receipts, **changes):
    return assess(claim(*receipts, **changes)).findings


def codes(*receipts, **changes):
    return [finding.code for finding in findings(*receipts, **changes)]


def amended(receipt, **values):
    notes = tuple(
        Amendment(field, getattr(receipt.fields, field, None), value, "核对原件", "adj-1", records.NOW)
        for field, value in values.items()
    )
    printed = {name: value for name, value in values.items() if hasattr(receipt.fields, name)}
    beside = {name: value for name, value in values.items() if not hasattr(receipt.fields, name)}
    return replace(receipt, fields=replace(receipt.fields, **printed), amendments=notes, **beside)


def test_a_receipt_that_is_proved_and_fits_is_decided_without_a_person_and_names_every_check():
    assessment = assess(claim(receipt()))
    assert (assessment.automatic, assessment.findings) == (True, ())
    assert assessment.passed == (
        "event_in_cover", "simple_medical_claim", "papers_complete", "receipts_present", "receipts_read",
        "receipts_proven", "payer_is_insured", "days_possible", "not_claimed_before",
        "accident_told_once", "school_day", "no_other_policy", "payee_known", "payable", "within_automatic_limit",
    )  # fmt: skip


# --- what a sum stands on (DESIGN 7) --------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", DECIDING_FIELDS)
@pytest.mark.parametrize("is_read", [True, False])
def test_every_field_that_a_decision_stands_on_must_be_certain_and_is_named(field, is_read):
    doubted = receipt(confidence={field: 0.989}) if is_read else receipt(fields={field: None})
    (finding,) = [f for f in findings(doubted) if f.code == "receipts_read"]
    assert finding.receipt_id == doubted.receipt_id
    assert field in finding.fields


def test_every_field_that_the_arithmetic_uses_is_one_of_them():
    certain = assess(claim(receipt())).settlement
    for field in ("total", "pool_pay", "other_pay", "self_expense"):
        assert field in DECIDING_FIELDS
        other = receipt(fields={field: "900.00" if field == "total" else "100.00"})
        assert assess(claim(other)).settlement != certain, field


def test_what_a_person_entered_counts_as_certain():
    doubted = receipt(confidence={"total": 0.5})
    assert codes(amended(doubted, total="1280.50")) == []
    assert codes(amended(doubted, hospital="长沙市明湖人民医院")) == ["receipts_read"]


def test_an_amount_that_could_not_be_read_is_not_counted():
    assessment = assess(claim(receipt(), receipt("500.00", fields={"self_expense": None})))
    assert assessment.settlement == assess(claim(receipt())).settlement
    assert not assessment.automatic


def test_nothing_payable_is_explained_by_what_could_not_be_read_or_by_the_terms():
    unread, small = (findings(r) for r in (receipt(fields={"total": None}), receipt("80.00")))
    texts = [f.explanation for found in (unread, small) for f in found if f.code == "payable"]
    assert ["看不清" in text for text in texts] == [True, False]


@pytest.mark.parametrize("field", ["total", "pool_pay", "other_pay", "self_expense"])
@pytest.mark.parametrize("amount", ["-0.01", "-500.00", "12345678901234567.00", "100000000.01"])
def test_an_amount_that_no_receipt_can_have_counts_as_not_read(field, amount):
    impossible = receipt(fields={field: amount})
    assessment = assess(claim(impossible))
    assert assessment.settlement.payable_fen == 0
    assert [f.fields for f in assessment.findings if f.code == "receipts_read"] == [(field,)]


def test_parts_larger_than_their_whole_go_to_a_person():
    parts = {"pool_pay": "1000.00", "other_pay": "200.00", "self_expense": "80.51"}
    assert "parts_exceed_total" in codes(receipt(fields=parts))
    assert "parts_exceed_total" not in codes(receipt(fields=parts | {"self_expense": "80.50"}))


@pytest.mark.parametrize("level", ["error", "warning"])
def test_every_check_that_failed_is_a_finding_of_its_own(level):
    failed = tuple(Check(code, False, f"{code}不符", level) for code in ("capitals_equal_total", "items_equal_total"))
    assert codes(receipt(checks=failed)) == ["capitals_equal_total", "items_equal_total"]


def test_a_check_that_only_informs_is_none():
    assert codes(receipt(checks=(Check("number_shapes", False, "位数不同", "info"),))) == []


def test_a_visit_day_that_nothing_proves_counts_as_long_as_the_sum_is_the_same():
    assert codes(receipt(treated_on="2026-03-05")) == []
    # 180 days after the accident: the visit still counts, the day of issue does not
    late = records.report(accident_at=records.NOW - timedelta(days=184))
    issued = receipt(treated_on="2026-03-05", fields={"date": "2026-03-09"})
    assert "treatment_day_unproved" in codes(issued, report=late)
    assert "treatment_day_unproved" not in codes(amended(issued, treated_on="2026-03-05"), report=late)


def test_a_day_of_treatment_that_is_printed_and_could_not_be_read_is_no_day_of_issue():
    unread = receipt(assumed=("treated_on",))
    (finding,) = findings(unread)
    assert (finding.code, finding.fields) == ("receipts_read", ("treated_on",))
    assert codes(amended(unread, treated_on="2026-03-05")) == []


def test_an_insurance_type_that_was_not_read_goes_to_a_person_when_the_ratio_depends_on_it():
    unread = receipt(assumed=("social_insurance_settled",))
    (finding,) = findings(unread)
    assert (finding.code, finding.fields) == ("insurance_type_unread", ("social_insurance_settled",))
    assert codes(amended(unread, social_insurance_settled=False)) == []
    paid_by_funds = receipt(assumed=("social_insurance_settled",), fields={"pool_pay": "100.00"})
    assert codes(paid_by_funds) == []


def test_a_form_that_was_not_read_goes_to_a_person_when_the_sum_depends_on_it():
    ill = records.report(event="illness", patient_state="discharged")
    assert "form_unread" in codes(receipt(assumed=("category",), category="inpatient"), report=ill)
    assert "form_unread" not in codes(receipt(category="inpatient"), report=ill)


# --- whose it is (R8) -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "code"),
    [("黄小眀", "payer_other_person"), ("黄建国", "payer_other_person"), (None, "payer_unread")],
)
def test_a_receipt_of_somebody_else_goes_to_a_person(payer, code):
    assert codes(receipt(fields={"payer": payer})) == [code]


def test_one_look_alike_character_is_its_own_finding_and_repairs_nothing():
    looks_alike = receipt(fields={"payer": "黄小朋"})
    (finding,) = findings(looks_alike)
    assert finding.code == "payer_one_character"
    assert looks_alike.fields.payer == "黄小朋"


def test_a_hidden_number_that_agrees_is_told_beside_the_name_and_proves_nothing():
    masked = {"payer_id": "430102********0017"}
    (finding,) = findings(receipt(fields={"payer": "黄小朋"}, extras=masked))
    assert "可见部分一致" in finding.explanation


@pytest.mark.parametrize("clear", [True, False])
def test_a_hidden_number_that_differs_is_told_to_who_looks_anyway_and_bars_nothing_by_itself(clear):
    differs = {"payer_id": "360102********0017", "payer_id_clear": clear}
    assert codes(receipt(extras=differs)) == []
    assert codes(receipt(extras=differs, fields={"payer": None})) == ["payer_unread", "payer_number_differs"]


# --- days (R9) ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("treated_on", "found"), [("2026-03-03", ["treated_before_event"]), ("2026-03-04", [])])
def test_treatment_before_the_accident_goes_to_a_person(treated_on, found):
    assert [c for c in codes(receipt(treated_on=treated_on)) if c == "treated_before_event"] == found


@pytest.mark.parametrize(
    ("day", "fields"),
    [("2026-03-10", None), ("2026-03-11", ("treated_on", "date")), ("2027-03-06", ("treated_on", "date"))],
)
def test_days_after_the_file_came_in_go_to_a_person(day, fields):
    found = [f.fields for f in findings(receipt(treated_on=day, fields={"date": day})) if f.code == "dated_in_future"]
    assert found == ([fields] if fields else [])


def test_a_day_is_chinas_day():
    # 23:30 in London is the next morning in Changsha
    at = records.NOW.replace(hour=23, minute=30)
    today = receipt(treated_on="2026-03-11", fields={"date": "2026-03-11"})
    document = records.document(document_id=today.document_id, received_at=at)
    assert codes(today, documents=[document]) == []


# --- twice (R10) --------------------------------------------------------------------------------------------------------------


def twice(**changes):
    """The same receipt in two files."""
    first = receipt()
    again = replace(receipt(), fields=replace(first.fields, **changes))
    return first, again


def test_a_receipt_given_twice_in_a_claim_is_told_and_counted_once():
    first, again = twice()
    assessment = assess(claim(first, again))
    assert [(f.code, f.receipt_id) for f in assessment.findings] == [("same_receipt_here", again.receipt_id)]
    assert assessment.settlement == assess(claim(first)).settlement


def test_another_amount_under_the_same_number_is_told_and_only_one_is_counted():
    first, again = twice(total="2280.50")
    assessment = assess(claim(first, again))
    assert [f.code for f in assessment.findings] == ["same_number_other_amount"]
    assert assessment.settlement == assess(claim(first)).settlement


def test_receipts_that_look_alike_are_told_and_both_are_counted():
    likeness = Likeness((1, 2, 3, 4), (11, 12, 13, 14), (11, 12))
    one, other = (receipt(fields={"bill_no": None}, likeness=likeness) for _ in range(2))
    assessment = assess(claim(one, other))
    assert "looks_alike_here" in [f.code for f in assessment.findings]
    alone = assess(claim(one)).settlement.payable_fen
    assert assessment.settlement.payable_fen > alone


def test_the_same_file_twice_is_told_and_one_file_for_two_kinds_of_papers_is_not():
    one = receipt()
    file = records.document(document_id=one.document_id)
    again = replace(file, document_id="do-2")
    assert codes(one, documents=[file, again]) == ["file_unread", "same_file_here"]
    assert codes(one, documents=[file, replace(file, document_id="do-2", kind="expense_list")]) == []


@pytest.mark.parametrize(
    ("hows", "found"),
    [
        (["same_receipt"], ["same_receipt_elsewhere"]),
        (["looks_alike", "same_receipt", "same_number_other_amount"], ["same_number_other_amount"]),
        (["looks_alike", "same_receipt"], ["same_receipt_elsewhere"]),
        (["looks_alike", "looks_alike"], ["looks_alike_elsewhere"]),
    ],
)
def test_of_what_other_claims_have_the_strongest_is_told_once(hows, found):
    mine = receipt()
    repeated = tuple(Repeat(how, mine.document_id, mine.receipt_id, "cl-2", "closed") for how in hows)
    assert codes(mine, grounds=replace(GROUNDS, repeated=repeated)) == found


def test_a_file_of_another_claim_is_told_unless_its_receipt_is():
    mine = receipt()
    file = Repeat("same_file", mine.document_id, None, "cl-2", "closed")
    number = Repeat("same_receipt", mine.document_id, mine.receipt_id, "cl-2", "closed")
    assert codes(mine, grounds=replace(GROUNDS, repeated=(file,))) == ["same_file_elsewhere"]
    assert codes(mine, grounds=replace(GROUNDS, repeated=(file, number))) == ["same_receipt_elsewhere"]


def test_more_is_another_claim_or_one_that_was_settled_meanwhile():
    one = Repeat("same_receipt", "do-1", "do-1-0", "cl-2", "in_review")
    known = replace(GROUNDS, repeated=(one,))
    assert not has_more(known, known)
    assert not has_more(replace(GROUNDS, repeated=(replace(one, state="decided"),)), known)
    assert not has_more(GROUNDS, known)
    assert has_more(known, GROUNDS)
    assert has_more(replace(GROUNDS, repeated=(replace(one, state="paid"),)), known)
    assert has_more(replace(GROUNDS, repeated=(one, replace(one, claim_id="cl-3"))), known)


def test_what_earlier_records_said_of_repeats_still_counts():
    assert codes(receipt(), grounds=replace(GROUNDS, repeats=("0000000001",))) == ["same_receipt_elsewhere"]


def test_a_file_of_a_receipt_that_nobody_has_read_is_looked_at_by_a_person():
    one, other = receipt(), replace(receipt(), receipt_id="do-2-0", document_id="do-2")
    files = [records.document(document_id=d, sha256=d) for d in (one.document_id, "do-2")]
    assert codes(one, documents=files) == ["file_unread"]
    # a copy is read, other papers never are
    assert "file_unread" not in codes(one, other, documents=files)
    assert codes(one, documents=[files[0], replace(files[1], kind="medical_record")]) == []


# --- all of them ----------------------------------------------------------------------------------------------------------------

EVERYTHING = [
    receipt(fields={"payer": "黄建国", "bill_no": None}, checks=(Check("not_void", False, "票面有“作废”字样"),)),
    receipt(fields={"payer": None, "date": "2027-01-01"}, treated_on="2026-03-01", extras={"payer_id": "36" + "*" * 14 + "17"}),
    receipt(fields={"payer": "黄小朋", "pool_pay": "2000.00"}, assumed=("category", "social_insurance_settled")),
    *twice(total="99.00"),
]  # fmt: skip


def test_every_finding_has_a_code_of_the_list_and_a_short_text_that_names_no_other_claim():
    listed = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    repeated = tuple(Repeat("looks_alike", r.document_id, r.receipt_id, "cl-other", "closed") for r in EVERYTHING)
    found = findings(*EVERYTHING, grounds=AssessmentGrounds({}, (), 1, repeated))
    assert len({f.code for f in found}) >= 9
    for finding in found:
        assert f"`{finding.code}`" in listed, finding.code
        assert 5 <= len(finding.explanation) <= 80
        assert "cl-other" not in finding.explanation
        assert not any(secret in finding.explanation for secret in (CHILD, NUMBER, "黄建国", "黄小朋"))


# --- beside the receipts --------------------------------------------------------------------------------------------------


def test_another_claim_of_the_same_accident_is_a_reason_to_look():
    same = (SameAccident("cl-2", "paid", 1),)
    (finding,) = findings(receipt(), grounds=replace(GROUNDS, same_accident=same))
    assert finding.code == "accident_told_once"
    assert "cl-2" not in finding.explanation


def test_an_accident_on_campus_on_a_day_without_lessons_is_a_reason_to_look():
    (finding,) = findings(receipt(), grounds=replace(GROUNDS, closed_because="寒假"))
    assert finding.code == "school_day"
    assert "当天是寒假" in finding.explanation


def test_a_day_that_is_only_guessed_to_be_without_lessons_is_not_told_as_a_fact():
    guess = "按往年惯例推算，没有当地当年的校历"
    (finding,) = findings(receipt(), grounds=replace(GROUNDS, closed_because="暑假", closed_guessed_from=guess))
    assert "当天可能是暑假（按往年惯例推算" in finding.explanation
    assert "当天是" not in finding.explanation


def test_other_policies_of_the_child_are_counted_and_what_that_means_is_told():
    (finding,) = findings(receipt(), grounds=replace(GROUNDS, other_policies=2))
    assert finding.code == "no_other_policy"
    assert "2张" in finding.explanation and "不超过实际支出" in finding.explanation


def test_somebody_is_paid_whom_the_policy_does_not_know_after_a_person_looked():
    (finding,) = findings(receipt(), payees_known=False)
    assert finding.code == "payee_known" and "关系证明" in finding.explanation


@pytest.mark.parametrize(
    ("before", "now", "more"),
    [
        ((), (), False),
        ((), (SameAccident("cl-2", "in_review", 0),), True),
        ((SameAccident("cl-2", "in_review", 0),), (SameAccident("cl-2", "in_review", 0),), False),
        ((SameAccident("cl-2", "in_review", 0),), (SameAccident("cl-2", "paid", 0),), True),
    ],
)
def test_an_accident_told_by_another_claim_meanwhile_is_news(before, now, more):
    assert has_more(replace(GROUNDS, same_accident=now), replace(GROUNDS, same_accident=before)) is more
