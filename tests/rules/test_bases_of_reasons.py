from datetime import UTC, datetime

import pytest

from insurance.products.catalogue import load_catalogue
from insurance.rules.case import DecidedLine, Decision
from insurance.rules.codes import REASON_CODES
from insurance.rules.reasons import ARTICLES, bases_of
from insurance.rules.settlement import Line, NotPayable, Settlement

LINES = (
    Line("accident_medical", "意外医疗", "第七条", 800_00, (), 800_00, 0),
    Line("campus_medical", "校园意外医疗", "第八条", 100_00, (), 100_00, 0),
)
ELSEWHERE = NotPayable("illness_hospital", "疾病住院", "event_not_covered", "不是疾病")
SETTLED, NOTHING = Settlement(900_00, LINES, (ELSEWHERE,)), Settlement(0, (), (ELSEWHERE,))


def decision(outcome="refused", *lines):
    return Decision("adjuster", outcome, 0, lines, (), "", (), ("adj-1",), datetime(2026, 3, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("code", "basis"),
    [
        ("altered_receipt", "保险法第二十七条"),
        ("duplicate_receipt", "补偿原则"),
        ("paid_elsewhere", "补偿原则"),
        ("no_evidence", "保险法第二十二条"),
        ("waiting_period", "等待期"),
        ("outside_period", "保险期间"),
    ],
)
def test_what_has_nothing_to_do_with_a_benefit_rests_on_the_law_or_on_an_article_of_its_own(code, basis):
    for settled in (SETTLED, NOTHING):
        found = bases_of(code, decision(), settled, {})
        assert any(basis in one for one in found) and "第七条" not in found


def test_what_is_no_matter_of_a_benefit_rests_on_the_clauses_of_those_that_pay_less():
    assert bases_of("item_not_covered", decision(), SETTLED, {}) == ("第七条", "第八条")
    less = decision("partial", DecidedLine("accident_medical", 800_00))
    assert bases_of("item_not_covered", less, SETTLED, {}) == ("第八条",)


def test_where_nothing_was_worked_out_it_rests_on_the_clauses_of_what_does_not_apply_for_this_reason():
    assert bases_of("event_not_covered", decision(), NOTHING, {"illness_hospital": "第九条"}) == ("第九条",)
    assert bases_of("event_not_covered", decision(), NOTHING, {}) == ("疾病住院",)
    assert bases_of("not_insured", decision(), NOTHING, {}) == ()


def test_the_terms_of_every_product_have_the_articles_that_reasons_name():
    catalogue = load_catalogue()
    for terms in catalogue.products:
        (clauses,) = (d for d in catalogue.documents(terms.product_id, terms.version) if "clauses" in d.document_id)
        assert [a for a in ARTICLES if f"（{a}）" not in clauses.text] == []


def test_every_reason_is_known():
    assert {"altered_receipt", "no_evidence", "other"} <= set(REASON_CODES)
