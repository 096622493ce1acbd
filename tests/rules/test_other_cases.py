from dataclasses import fields

import pytest
from rule_cases import cases, fen, terms_of

from insurance.calendar import load_calendar
from insurance.rules.deadlines import ClaimFacts, clocks
from insurance.rules.death_cover import death_cover
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
    if "steps" in case:
        assert [step.amount_fen for step in cover.steps] == [fen(step) for step in case["steps"]]


@named("documents")
def test_the_papers_are_asked_for_all_at_once(case):
    facts = EvidenceFacts(case["event"], case["patient_state"], critical_illness=case.get("critical_illness", False))
    required = required_documents(facts)
    if "expect" in case:
        assert {document.kind: document.required for document in required} == case["expect"]
    missing = missing_documents(required, case.get("received", []), fen(case["total"]))
    assert [document.kind for document in missing] == case["missing"]
    assert all(document.title and document.why for document in required)
