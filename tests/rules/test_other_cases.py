from dataclasses import fields, replace
from datetime import date

import pytest
from rule_builders import for_people, product
from rule_cases import cases, fen, terms_of

from insurance.calendar import load_calendar
from insurance.rules.deadlines import ClaimFacts, clocks
from insurance.rules.death_cover import death_cover, death_sum
from insurance.rules.evidence import EvidenceFacts, missing_documents, required_documents
from insurance.rules.surrender import surrender_value


def named(name):
    return pytest.mark.parametrize("case", cases(name), ids=lambda case: case["name"])


@named("surrender")
def test_the_refund_is_exact_to_the_fen(case):
    terms = terms_of(case)
    premium = fen(case["premium"]) if "premium" in case else terms.premium_fen
    value = surrender_value(terms, premium, case["effective_date"], case["requested_on"], case.get("claim_paid", False))
    assert value.refund_fen == fen(case["refund"])
    assert value.cover_ends_on == case["cover_ends_on"]
    assert sum(step.amount_fen for step in value.steps) == value.refund_fen
    assert all(for_people(step.label) for step in value.steps)
    if "steps" in case:
        assert [step.amount_fen for step in value.steps] == [fen(step) for step in case["steps"]]


@named("clocks")
def test_the_clocks_are_exact_to_the_day(case):
    known = {field.name for field in fields(ClaimFacts)}
    facts = ClaimFacts(**{name: value for name, value in case.items() if name in known})
    found = {clock.clock: clock for clock in clocks(facts, load_calendar(), case["as_of"])}
    assert set(found) == set(case["expect"])
    for name, expected in case["expect"].items():
        assert {key: getattr(found[name], key) for key in expected} == expected


@named("death_cover")
def test_the_minors_cap_at_issue_is_calculated(case):
    cover = death_cover(terms_of(case), case["insured_birth_date"], case["first_day"], fen(case["existing"]))
    assert (cover.age, cover.product_fen, cover.accepted_fen) == (
        case["age"],
        fen(case["product"]),
        fen(case["accepted"]),
    )
    assert sum(step.amount_fen for step in cover.steps) == cover.accepted_fen
    assert cover.existing_fen == fen(case["existing"])
    assert all(for_people(step.label) for step in cover.steps)
    if "steps" in case:
        assert [step.amount_fen for step in cover.steps] == [fen(step) for step in case["steps"]]


@named("documents")
def test_the_papers_are_asked_for_all_at_once(case):
    facts = EvidenceFacts(
        case["event"],
        case["patient_state"],
        critical_illness=case.get("critical_illness", False),
        established=tuple(case.get("established", ())),
    )
    required = required_documents(facts)
    if "expect" in case:
        assert {document.kind: document.required for document in required} == case["expect"]
    missing = missing_documents(required, case.get("received", []), fen(case["total"]))
    assert [document.kind for document in missing] == case["missing"]
    assert all(document.title and document.why for document in required)


@pytest.mark.parametrize(
    ("kept_percent", "request_day_counts", "refund"),
    [(65, True, 56_42), (75, True, 65_10), (100, True, 86_79), (65, False, 56_63)],
)
def test_other_surrender_terms_give_other_refunds(kept_percent, request_day_counts, refund):
    terms = product(2)
    rule = replace(terms.surrender, kept_percent=kept_percent, request_day_counts=request_day_counts)
    value = surrender_value(replace(terms, surrender=rule), 120_00, date(2025, 9, 1), date(2025, 12, 10), False)
    assert value.refund_fen == refund


def test_a_paid_claim_keeps_the_refund_when_the_terms_do():
    terms = product(2)
    kind = replace(terms, surrender=replace(terms.surrender, zero_after_paid_claim=False))
    assert surrender_value(kind, 120_00, date(2025, 9, 1), date(2025, 12, 10), True).refund_fen == 56_42


def test_surrender_steps_say_what_they_are():
    labels = [
        [step.label for step in surrender_value(product(2), 120_00, date(2025, 9, 1), day, paid).steps]
        for day, paid in [(date(2025, 12, 10), False), (date(2025, 12, 10), True), (date(2026, 9, 1), False)]
    ]
    assert labels == [
        ["已交保费", "扣除费用35%", "已经过101天，共365天"],
        ["已交保费", "本保单已赔付过保险金，按条款不退保费"],
        ["已交保费", "保险期间已满，没有可退的保费"],
    ]
    last_day = surrender_value(product(2), 120_00, date(2025, 9, 1), date(2026, 8, 31), False)
    assert last_day.steps[-1].label == "已经过365天，共365天"


def test_papers_say_why_they_are_wanted():
    on_campus = required_documents(EvidenceFacts("accident", "outpatient", on_campus=True))
    said = {document.kind: document.why for document in on_campus}
    assert said["medical_receipt"] == "审核必须的材料"
    assert said["accident_proof"] == "票据合计超过3000元时需要，不超过则不用交；校园内的事故由学校出具"
    assert said["diagnosis"] == "票据合计超过3000元时需要，不超过则不用交"
    assert said["exam_report"] == "如果有，请一并提交，可以加快审核"
    elsewhere = required_documents(EvidenceFacts("accident", "outpatient"))
    assert {d.kind: d.why for d in elsewhere}["accident_proof"] == "票据合计超过3000元时需要，不超过则不用交"


def test_the_sum_of_a_small_claim_can_be_another():
    required = required_documents(EvidenceFacts("illness", "inpatient"))
    assert len(missing_documents(required, [], 500_00, small_claim_fen=499_99)) > 1
    assert len(missing_documents(required, [], 500_00, small_claim_fen=500_00)) == 1


def test_the_most_that_one_death_can_bring():
    terms = product(4)
    without_campus = tuple(c for c in terms.coverages if not c.campus_only)
    assert death_sum(replace(terms, coverages=without_campus)) == 100_000_00
    beside = tuple(replace(c, in_place_of=None) for c in without_campus)
    assert death_sum(replace(terms, coverages=beside)) == 140_000_00
    ill = tuple(c for c in without_campus if "sudden_death" not in c.pays and c.coverage_id != "accident_death")
    assert death_sum(replace(terms, coverages=ill)) == 40_000_00
    assert death_sum(replace(terms, coverages=())) == 0
