from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import Amendment, AssessmentGrounds
from insurance.rules.event import Cover
from insurance.rules.receipts.entry import enter, read_again
from insurance.rules.receipts.likeness import alike, likeness, search_keys
from insurance.rules.receipts.names import masked_agrees, resemblance
from insurance.rules.receipts.reading import FIELD_NAMES, Basis, Extras, Item, ReceiptFields, ReceiptReading
from insurance.rules.receipts.recheck import rechecked
from insurance.rules.receipts.repeats import mark_of, sameness
from tests import records

AMOUNTS = st.none() | st.from_regex(r"-?\d{1,25}\.\d\d", fullmatch=True) | st.just("128.50")
CODES = st.none() | st.from_regex(r"[0-9]{6,12}", fullmatch=True) | st.just("43060126")
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
NUMBERS = st.none() | st.from_regex(r"[0-9a-zA-Z]{4,40}", fullmatch=True) | st.just("0012345678")
TEXTS = st.none() | st.text(max_size=30)
FIELDS = st.builds(
    ReceiptFields,
    bill_code=CODES, bill_no=NUMBERS, check_code=NUMBERS, payer=TEXTS, date=DAYS, total_upper=TEXTS, total=AMOUNTS,
    pool_pay=AMOUNTS, other_pay=AMOUNTS, account_pay=AMOUNTS, cash_pay=AMOUNTS, self_pay=AMOUNTS, self_expense=AMOUNTS,
    hospital=TEXTS, items=st.lists(st.builds(Item, TEXTS, AMOUNTS), max_size=3).map(tuple),
)  # fmt: skip
READINGS = st.builds(
    ReceiptReading,
    FIELDS,
    st.dictionaries(st.sampled_from(FIELD_NAMES), st.floats(0, 1)),
    kind=st.sampled_from(["outpatient", "inpatient", None]),
    settled=st.sampled_from([True, False, None]),
    extras=st.builds(
        Extras, visit_date=DAYS, stay_from=DAYS, stay_to=DAYS, prepaid=AMOUNTS, insurance_type=TEXTS, payer_id=TEXTS,
        void_mark=TEXTS,
    ),
    basis=st.builds(Basis, prints=st.lists(st.text(max_size=40), max_size=5).map(tuple), items_whole=st.booleans()),
)  # fmt: skip
COVER = Cover(records.EFFECTIVE, renewal=True, insured_birth_date=date(2016, 2, 29), ends_on=date(2026, 8, 31))


def entered(readings):
    return [rechecked(enter(f"do-{n}", 0, reading, b"key")) for n, reading in enumerate(readings)]


@settings(max_examples=150, deadline=None)
@given(st.lists(READINGS, max_size=3))
def test_whatever_was_read_comes_to_a_settlement_and_is_only_paid_without_a_person_when_it_is_proved(readings):
    receipts = entered(readings)
    documents = [records.document(document_id=r.document_id, sha256=r.document_id) for r in receipts]
    terms, report = records.PLAN_2, records.report()
    grounds = AssessmentGrounds({}, (), 0)
    claim = ClaimToAssess(
        terms, COVER, COVER.ends_on, "黄小明", report, receipts, documents, grounds, "43010220160229001X"
    )
    assessment = assess(claim)
    assert assessment.automatic is (not assessment.findings)
    assert assessment.settlement.payable_fen >= 0
    if assessment.automatic:
        assert all(check.ok or check.level == "info" for receipt in receipts for check in receipt.checks)
        assert all(receipt.fields.payer == "黄小明" for receipt in receipts)
    # the order in which files came changes no sum of honest receipts and never the need for a person
    assert assess(replace(claim, receipts=receipts[::-1])).automatic == assessment.automatic


@settings(max_examples=150, deadline=None)
@given(READINGS, READINGS)
def test_sameness_is_the_same_both_ways_and_every_receipt_with_a_number_is_the_same_as_itself(one, other):
    first, second = (mark_of(receipt) for receipt in entered([one, other]))
    assert sameness(first, second) == sameness(second, first)
    if first.bill_no is not None and (first.bill_code or first.date or first.total or first.check_code):
        assert sameness(first, first) == "same_receipt"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=20), FIELDS)
def test_any_prints_have_a_likeness_that_an_index_can_hold(prints, fields):
    told = likeness(prints, fields, b"key")
    assert told == likeness(prints[::-1], fields, b"key")
    assert all(0 <= key < 2**63 for key in search_keys(told))
    assert alike(told, told) in (True, False)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_names_and_numbers_can_be_compared(one, other):
    assert resemblance(one, other) == resemblance(other, one)
    assert resemblance(one, one) == "same"
    assert masked_agrees(one, other) in (True, False, None)


@settings(max_examples=100, deadline=None)
@given(READINGS, READINGS, st.sampled_from(["payer", "total", "bill_no"]))
def test_no_reading_changes_what_a_person_corrected(first, later, field):
    (known,) = entered([first])
    value = "黄小明" if field == "payer" else "128.50" if field == "total" else "7700000001"
    note = Amendment(field, getattr(known.fields, field), value, "核对原件", "adj-1", records.NOW)
    amended = replace(known, fields=replace(known.fields, **{field: value}), amendments=(note,))
    stands = {amended.receipt_id: amended} | {r.receipt_id: r for r in read_again([amended], entered([later]))}
    again = stands[amended.receipt_id]
    assert (getattr(again.fields, field), again.amendments) == (value, (note,))
    assert len(stands) <= 2
