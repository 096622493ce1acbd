from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from rule_builders import DAY, PRODUCTS, accident, ask, cover, illness, product, questions, receipt, receipts

from insurance.rules.benefit import Settlement, settle

INDEMNITY = {"illness_hospital", "accident_medical", "campus_medical", "suturing", "dental", "rabies"}

RULES = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@RULES
@given(questions())
def test_nothing_is_negative_and_everything_adds_up(question):
    settlement = ask(question)
    assert settlement.payable_fen == sum(line.payable_fen for line in settlement.lines)
    for line in settlement.lines:
        assert line.payable_fen >= 0 and line.limit_left_fen >= 0
        assert sum(step.amount_fen for step in line.steps) == line.payable_fen


@RULES
@given(questions())
def test_no_line_exceeds_what_is_left_of_its_sum(question):
    for line in ask(question).lines:
        left = max(0, line.limit_fen - question["used_fen"].get(line.coverage_id, 0))
        assert line.payable_fen <= left
        assert line.limit_left_fen <= left - line.payable_fen


@RULES
@given(questions())
def test_a_shared_sum_is_never_exceeded_by_those_who_share_it(question):
    settlement, used = ask(question), question["used_fen"]
    for coverage in question["terms"].coverages:
        sharing = [c.coverage_id for c in question["terms"].coverages if c.draws_on == coverage.coverage_id]
        group = [coverage.coverage_id, *sharing]
        paid = sum(line.payable_fen for line in settlement.lines if line.coverage_id in group)
        assert paid <= max(0, coverage.limit_fen - sum(used.get(name, 0) for name in group)) or not sharing


@RULES
@given(questions())
def test_indemnity_never_exceeds_what_the_family_still_carries(question):
    indemnity = sum(line.payable_fen for line in ask(question).lines if line.coverage_id in INDEMNITY)
    loss = sum(r.total_fen - r.pool_pay_fen - r.other_pay_fen for r in question["receipts"])
    assert indemnity <= max(0, loss - question["other_insurer_paid_fen"])


@RULES
@given(questions())
def test_a_minors_death_benefit_never_exceeds_the_cap(question):
    terms, event = question["terms"], replace(question["event"], disability_grades=())
    deaths = {c.coverage_id for c in terms.coverages if {"death", "sudden_death"} & set(c.pays)}
    settlement = ask(question, event=event, cover=replace(question["cover"], insured_birth_date=DAY.replace(year=2017)))
    paid = sum(line.payable_fen for line in settlement.lines if line.coverage_id in deaths)
    assert paid <= max(0, 200_000_00 - question["other_death_benefit_fen"])


@RULES
@given(questions(), st.data())
def test_a_larger_receipt_never_pays_less(question, data):
    if question["receipts"]:
        index = data.draw(st.integers(0, len(question["receipts"]) - 1))
        more = list(question["receipts"])
        more[index] = replace(more[index], total_fen=more[index].total_fen + data.draw(st.integers(1, 50_000_00)))
        assert ask(question, receipts=more).payable_fen >= ask(question).payable_fen


@RULES
@given(questions(), receipts())
def test_one_more_receipt_never_pays_less(question, another):
    assert ask(question, receipts=[*question["receipts"], another]).payable_fen >= ask(question).payable_fen


@RULES
@given(questions(), st.randoms())
def test_the_order_in_which_receipts_come_does_not_matter(question, random):
    shuffled = list(question["receipts"])
    random.shuffle(shuffled)
    assert ask(question, receipts=shuffled) == ask(question)


@RULES
@given(st.sampled_from(PRODUCTS), receipts(day=DAY), st.data(), st.sampled_from([accident(on_campus=True), illness()]))
def test_splitting_a_receipt_of_one_day_changes_no_sum(product_id, whole, data, event):
    whole = replace(whole, social_insurance_settled=whole.settled)
    part = {name: data.draw(st.integers(0, getattr(whole, name))) for name in AMOUNTS}
    rest = {name: getattr(whole, name) - part[name] for name in AMOUNTS}
    split = [replace(whole, **part), replace(whole, **rest)]
    one, two = (settle(product(product_id), cover(), event, r) for r in ([whole], split))
    assert [(x.coverage_id, x.payable_fen) for x in one.lines] == [(x.coverage_id, x.payable_fen) for x in two.lines]


AMOUNTS = ("total_fen", "pool_pay_fen", "other_pay_fen", "self_expense_fen")


@RULES
@given(questions(), st.integers(1, 50_000_00))
def test_more_from_another_insurer_never_pays_more(question, more):
    paid = question["other_insurer_paid_fen"]
    assert ask(question, other_insurer_paid_fen=paid + more).payable_fen <= ask(question).payable_fen


@RULES
@given(questions())
def test_a_settlement_travels_as_json(question):
    adapter = TypeAdapter(Settlement)
    settlement = ask(question)
    assert adapter.validate_json(adapter.dump_json(settlement)) == settlement


@RULES
@given(
    questions(), st.lists(st.builds(receipt, st.integers(-10_000, 10_000), pool_pay_fen=st.integers(-10_000, 10_000)))
)
def test_receipts_that_contradict_themselves_do_not_break_a_settlement(question, odd):
    assert isinstance(ask(question, receipts=odd), Settlement)
