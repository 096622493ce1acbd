import pytest
from rule_builders import for_people
from rule_cases import SETTLEMENTS, cases, cover_of, event_of, fen, fen_by_id, receipts_of, terms_of

from insurance.rules.benefit import Settlement, settle


def settle_case(case: dict) -> Settlement:
    return settle(
        terms_of(case),
        cover_of(case),
        event_of(case),
        receipts_of(case),
        other_insurer_paid_fen=fen(case.get("other_insurer_paid", "0")),
        other_death_benefit_fen=fen(case.get("other_death_benefit", "0")),
        used_fen=fen_by_id(case.get("used", {})),
    )


@pytest.mark.parametrize("case", cases(*SETTLEMENTS), ids=lambda case: case["name"])
def test_the_case_is_settled_to_the_fen(case):
    settlement, expected = settle_case(case), case["expect"]
    assert {line.coverage_id: line.payable_fen for line in settlement.lines} == fen_by_id(expected.get("lines", {}))
    assert settlement.payable_fen == fen(expected["payable"])
    for coverage_id, steps in expected.get("steps", {}).items():
        assert [s.amount_fen for s in settlement.line(coverage_id).steps] == [fen(step) for step in steps]
    for coverage_id, left in expected.get("left", {}).items():
        assert settlement.line(coverage_id).limit_left_fen == fen(left)
    codes = {n.coverage_id: n.code for n in settlement.not_payable}
    assert codes.items() >= expected.get("not_payable_some", {}).items()
    assert "not_payable" not in expected or codes == expected["not_payable"]


@pytest.mark.parametrize("case", cases(*SETTLEMENTS), ids=lambda case: case["name"])
def test_every_coverage_of_the_product_is_answered_once(case):
    settlement = settle_case(case)
    answered = [x.coverage_id for x in (*settlement.lines, *settlement.not_payable)]
    assert sorted(answered) == sorted(c.coverage_id for c in terms_of(case).coverages)
    texts = [s.label for line in settlement.lines for s in line.steps] + [n.explanation for n in settlement.not_payable]
    labels = {c.coverage_id: c.label for c in terms_of(case).coverages}
    assert all(x.label == labels[x.coverage_id] for x in (*settlement.lines, *settlement.not_payable))
    assert all(for_people(text) for text in texts)


def test_case_names_are_unique():
    names = [case["name"] for case in cases(*SETTLEMENTS)]
    assert len(set(names)) == len(names)
