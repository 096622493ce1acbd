from random import Random

from insurance.simulators.receipts.forms import draw_sheet
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.pairs import look_alike, pairs


def test_a_pair_is_the_same_for_its_seed_and_both_answers_occur() -> None:
    assert pairs(1) == pairs(1)
    assert {pairs(seed)[2] for seed in range(6)} == {True, False}


def test_two_files_of_one_receipt_are_different_files() -> None:
    first, second, _ = pairs(2)
    assert first != second


def test_receipts_that_look_alike_share_patient_and_hospital_but_no_number_day_or_sum() -> None:
    for seed in range(8):
        rng = Random(seed)
        spec = invent_known(rng, "outpatient")
        one, other = draw_sheet(spec).fields, draw_sheet(look_alike(spec, rng)).fields
        assert (one["payer"], one["hospital"]) == (other["payer"], other["hospital"])
        assert all(one[name] != other[name] for name in ("bill_no", "date", "total"))
        assert abs(float(one["total"]) - float(other["total"])) < 60
