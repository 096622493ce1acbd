from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_builders import DAY, accident, ask, product, questions, receipt

from insurance.rules.apportionment import NotApportionable, apportion, largest_remainder

RULES = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def paid_of(settlement):
    return {line.coverage_id: line.payable_fen for line in settlement.lines}


def split(question, paid):
    return apportion(question["terms"], question["event"], question["receipts"], paid)


@RULES
@given(questions())
def test_shares_and_lump_sums_add_up_to_what_is_payable_to_the_fen(question):
    settlement = ask(question)
    found = split(question, paid_of(settlement))
    assert found.paid_fen == settlement.payable_fen
    by_coverage = {}
    for line in [*found.lump_sums, *(line for share in found.receipts for line in share.lines)]:
        by_coverage[line.coverage_id] = by_coverage.get(line.coverage_id, 0) + line.paid_fen
    assert by_coverage == {name: fen for name, fen in paid_of(settlement).items() if fen}


@RULES
@given(questions())
def test_no_receipt_is_paid_more_than_the_family_carried_of_it(question):
    for share in split(question, paid_of(ask(question))).receipts:
        r = share.receipt
        assert 0 <= share.paid_fen <= max(0, r.total_fen - r.pool_pay_fen - r.other_pay_fen)


@RULES
@given(questions(), st.data())
def test_a_line_that_an_adjuster_reduced_still_adds_up(question, data):
    paid = {name: data.draw(st.integers(0, fen)) for name, fen in paid_of(ask(question)).items()}
    assert split(question, paid).paid_fen == sum(paid.values())


@RULES
@given(questions())
def test_a_line_stands_only_on_receipts_of_its_kind(question):
    terms = question["terms"]
    for share in split(question, paid_of(ask(question))).receipts:
        for line in share.lines:
            coverage = terms.coverage(line.coverage_id)
            medical = coverage.medical or terms.coverage(coverage.overflow_of).medical
            assert share.receipt.category in medical.categories


def test_receipts_with_their_own_ratios_get_what_they_brought():
    settled = receipt(total_fen=1_000_00, pool_pay_fen=400_00)
    unsettled = receipt(total_fen=500_00)
    question = {"terms": product("changsha-2024-plan-2"), "event": accident(), "receipts": [settled, unsettled]}
    # the deductible of 100 yuan is borne by the unsettled one: 400 at 80 %, 600 at 90 %
    found = split(question, {"accident_medical": 860_00})
    assert [share.paid_fen for share in found.receipts] == [540_00, 320_00]


def test_a_receipt_that_does_not_count_gets_nothing():
    late = receipt(total_fen=900_00, date=DAY + timedelta(days=181))
    before = receipt(total_fen=900_00, date=DAY - timedelta(days=1))
    good = receipt(total_fen=600_00)
    question = {"terms": product("changsha-2024-plan-2"), "event": accident(), "receipts": [late, before, good]}
    found = split(question, {"accident_medical": 400_00})
    assert {share.receipt.total_fen: share.paid_fen for share in found.receipts} == {900_00: 0, 600_00: 400_00}


def test_a_sum_that_these_receipts_can_not_have_brought_is_no_apportionment():
    question = {"terms": product("changsha-2024-plan-2"), "event": accident(), "receipts": [receipt(total_fen=50_00)]}
    with pytest.raises(NotApportionable):
        split(question, {"accident_medical": 100_00})
    with pytest.raises(NotApportionable):
        split(question | {"receipts": []}, {"accident_medical": 1})


def test_the_fen_that_remain_go_to_the_largest_remainders_and_of_equal_ones_to_the_first():
    third = [Fraction(1, 3)] * 3
    assert largest_remainder(100, third, [100] * 3) == [34, 33, 33]
    assert largest_remainder(101, [Fraction(1), Fraction(5), Fraction(4)], [100] * 3) == [10, 51, 40]
    assert largest_remainder(10, [Fraction(1), Fraction(1)], [3, 100]) == [3, 7]


@RULES
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 97)), min_size=1, max_size=20), st.integers(0, 10**9))
def test_every_share_is_within_a_fen_of_its_exact_one(pairs, total):
    weights = [Fraction(a, b) for a, b in pairs]
    if not any(weights):
        return
    shares = largest_remainder(total, weights, [10**12] * len(weights))
    assert sum(shares) == total
    assert all(abs(share - w * total / sum(weights)) < 1 for share, w in zip(shares, weights, strict=True))


def test_what_the_campus_coverage_took_over_stands_on_the_same_receipts():
    event = replace(accident(), on_campus=True)
    question = {"terms": product("changsha-2024-plan-2"), "event": event, "receipts": [receipt(60_000_00)] * 2}
    found = split(question, {"accident_medical": 70_000_00, "campus_medical": 25_920_00})
    assert [share.paid_fen for share in found.receipts] == [47_960_00, 47_960_00]
    assert [line.coverage_id for line in found.receipts[0].lines] == ["accident_medical", "campus_medical"]
