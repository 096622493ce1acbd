import json
from datetime import date

import pytest

from api.bench.samples import BEFORE_ISSUE, Sample, Samples, labelled_in, numbered
from insurance.simulators.receipts.corpus import corpus
from insurance.simulators.receipts.labelled import Labelled

FIELDS = {
    "payer": "程伟",
    "date": "2025-03-12",
    "total": "38.81",
    "pool_pay": None,
    "other_pay": "0.00",
    "self_expense": "1.20",
}


def labelled(layout="outpatient", texts=(), **fields):
    truth = {"layout": layout, "tampered": None, "texts": list(texts), "fields": FIELDS | fields}
    return Labelled("000", "images", ".png", b"", truth)


def counted(file):
    (receipt,) = Sample(7, file).question("plan")["receipts"]
    return receipt


def test_what_is_true_is_asked_in_fen():
    assert counted(labelled()) == {
        "total_fen": 38_81,
        "pool_pay_fen": 0,
        "other_pay_fen": 0,
        "self_expense_fen": 1_20,
        "category": "outpatient",
        "date": "2025-03-12",
        "social_insurance_settled": False,
    }


@pytest.mark.parametrize(
    ("layout", "category"), [("inpatient", "inpatient"), ("paper_in", "inpatient"), ("paper_out", "outpatient")]
)
def test_the_form_says_which_kind_of_receipt_it_is(layout, category):
    assert counted(labelled(layout))["category"] == category


@pytest.mark.parametrize(
    ("texts", "pool_pay", "is_settled"),
    [
        (("医保类型：", "职工医保"), None, True),
        (("医保类型：居民基本医疗保险",), None, True),
        (("医保类型：", "自费"), None, False),
        (("医保类型：", "普通患者"), None, False),
        ((), "27.53", True),
    ],
)
def test_social_insurance_is_settled_by_its_payment_or_its_type(texts, pool_pay, is_settled):
    assert counted(labelled(texts=texts, pool_pay=pool_pay))["social_insurance_settled"] is is_settled


def test_the_policy_is_the_payers_and_covers_an_accident_before_the_receipt():
    sample = Sample(7, labelled())
    row = sample.row({"product_id": "plan", "premium_fen": 120_00})
    assert row["insured"]["name"] == "程伟"
    assert sample.accident_on == date(2025, 3, 12) - BEFORE_ISSUE
    assert date.fromisoformat(row["effective_date"]) < sample.accident_on


def test_a_receipt_without_a_day_in_its_truth_is_left_out():
    assert [s.number for s in numbered([labelled(), labelled(date=None), labelled()], 20)] == [20, 21]


def test_a_folder_of_drawn_receipts_comes_back_with_its_truth(tmp_path):
    drawn = list(corpus(3, 1, "known"))
    for file in drawn:
        file.write(tmp_path)
    found = {file.stem: file for file in labelled_in(tmp_path)}
    assert {stem: json.dumps(file.truth["fields"]) for stem, file in found.items()} == {
        file.stem: json.dumps(file.truth["fields"]) for file in drawn
    }
    assert all(found[file.stem].content == file.content for file in drawn)


def test_the_share_is_of_all_that_were_asked():
    assert Samples(asked=8, automatic=2).document()["share"] == 0.25
    assert Samples().document()["share"] is None


def test_what_no_reading_could_decide_by_itself_is_told_apart():
    small = Sample(7, labelled(total="1100.00"))
    assert small.is_possible("changsha-2024-plan-2", 800_00)
    assert not small.is_possible("changsha-2024-plan-2", 0)
    assert not Sample(7, labelled(total="3000.01")).is_possible("changsha-2024-plan-2", 800_00)
    forged = labelled(total="1100.00")
    forged.truth["tampered"] = "total_lower"
    assert not Sample(7, forged).is_possible("changsha-2024-plan-2", 800_00)
