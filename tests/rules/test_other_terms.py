from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter
from rule_builders import DAY, PRODUCTS, accident, cover, illness, medical_coverage, product, receipt

from insurance.rules.benefit import ClaimReceipt, Cover, Event, settle
from insurance.rules.terms import Band, Coverage, MedicalTerms, ProductTerms

FULL = (Band(100),)
LEGACY = (Band(50, 1_000_00), Band(60, 5_000_00), Band(70, 10_000_00), Band(80, 30_000_00), Band(90))


def terms(*coverages: Coverage) -> ProductTerms:
    return replace(product(1), coverages=coverages)


def medical(**changes) -> MedicalTerms:
    return MedicalTerms(**{"categories": ("outpatient", "inpatient"), "settled": FULL, "unsettled": FULL} | changes)


def pay(on: ProductTerms, *receipts: ClaimReceipt, event: Event | None = None, **changes) -> int:
    return settle(on, cover(), event or accident(), receipts, **changes).payable_fen


def test_legacy_tiers_round_half_up_once():
    assert pay(terms(medical_coverage(medical(settled=LEGACY, unsettled=LEGACY))), receipt(12_345_67)) == 8_276_54


def test_ratio_of_one_hundred_percent_after_another_insurer():
    on = terms(medical_coverage(medical()))
    assert pay(on, receipt(8_000_00, pool_pay_fen=3_000_00), other_insurer_paid_fen=4_000_00) == 1_000_00


def test_an_inpatient_bill_with_items_outside_the_catalogue():
    on = terms(medical_coverage(medical(deductible_fen=100_00, self_expense_cut="医保外")))
    bill = receipt(6_283_79, pool_pay_fen=4_324_53, self_expense_fen=878_76)
    assert pay(on, bill) == 980_50
    assert pay(on, replace(bill, self_expense_fen=0)) == 1_859_26


def test_self_expense_is_paid_when_the_terms_pay_it():
    assert pay(terms(medical_coverage(medical())), receipt(500_00, self_expense_fen=200_00)) == 500_00


def test_the_limit_stands_above_a_large_bill():
    on = terms(
        medical_coverage(
            medical(deductible_fen=100_00, settled=(Band(90),), unsettled=(Band(90),)), limit_fen=10_000_00
        )
    )
    assert pay(on, receipt(15_000_00)) == 10_000_00


def test_campus_medical_continues_at_the_full_amount():
    first = medical_coverage(medical(), limit_fen=60_000_00)
    second = Coverage(
        "campus_medical",
        "校园",
        "二",
        30_000_00,
        ("accident",),
        ("medical",),
        campus_only=True,
        overflow_of="accident_medical",
    )
    settlement = settle(terms(first, second), cover(), accident(on_campus=True), [receipt(75_000_00)])
    assert [line.payable_fen for line in settlement.lines] == [60_000_00, 15_000_00]
    assert settlement.lines[1].steps[0].label == "意外医疗保额以外的部分"


def test_a_third_coverage_may_continue_the_second():
    first = medical_coverage(medical(), limit_fen=100_00)
    second = Coverage("second", "第二项", "二", 100_00, ("accident",), ("medical",), overflow_of="accident_medical")
    third = Coverage("third", "第三项", "三", 100_00, ("accident",), ("medical",), overflow_of="second")
    on = terms(first, second, third)
    assert [pay(on, receipt(fen)) for fen in (50_00, 150_00, 250_00, 350_00)] == [50_00, 150_00, 250_00, 300_00]
    not_needed = settle(on, cover(), accident(), [receipt(50_00)]).not_payable
    assert [(n.coverage_id, n.code) for n in not_needed] == [("second", "not_needed"), ("third", "not_needed")]


def test_a_deductible_that_an_earlier_claim_bore_is_not_taken_again():
    on = terms(medical_coverage(medical(deductible_fen=100_00)))
    assert pay(on, receipt(500_00), event=accident(deductible_taken_fen=60_00)) == 460_00
    assert pay(on, receipt(500_00), event=accident(deductible_taken_fen=100_00)) == 500_00
    assert pay(on, receipt(500_00), event=accident(deductible_taken_fen=900_00)) == 500_00


def test_a_stays_deductible_is_its_own():
    on = terms(medical_coverage(medical(deductible_fen=100_00, deductible_per="stay")))
    assert pay(on, receipt(500_00), event=accident(deductible_taken_fen=60_00)) == 400_00


def test_bands_of_one_accident_run_on_over_its_days():
    on = terms(medical_coverage(medical(unsettled=(Band(50, 1_000_00), Band(100)))))
    receipts = [receipt(800_00), receipt(800_00, date=DAY + timedelta(days=3))]
    assert pay(on, *receipts) == 500_00 + 600_00


def test_bands_of_settled_receipts_are_exact_to_the_fen():
    on = terms(medical_coverage(medical(settled=(Band(0, 1_000_00), Band(100)))))
    assert pay(on, receipt(1_000_01, social_insurance_settled=True)) == 1
    on = terms(medical_coverage(medical(settled=(Band(100, 1_000_00), Band(0)))))
    assert pay(on, receipt(1_000_01, social_insurance_settled=True)) == 1_000_00


def test_without_other_benefits_the_whole_cap_is_there():
    event = accident(on_campus=True, died_on=DAY)
    assert settle(product(4), cover(insured_birth_date=date(2017, 1, 1)), event, []).payable_fen == 200_000_00


def test_bands_of_each_stay_begin_anew():
    on = terms(medical_coverage(medical(unsettled=(Band(50, 1_000_00), Band(100)), deductible_per="stay")))
    receipts = [receipt(800_00), receipt(800_00, date=DAY + timedelta(days=3))]
    assert pay(on, *receipts) == 800_00


def test_a_deductible_larger_than_the_lowest_band_reaches_into_the_next():
    on = terms(medical_coverage(medical(unsettled=(Band(50, 100_00), Band(80)), deductible_fen=150_00)))
    assert pay(on, receipt(1_000_00)) == 680_00


def test_a_sub_limit_uses_up_the_sum_it_draws_on():
    accident_medical = medical_coverage(medical(), limit_fen=1_000_00)
    vaccine = medical_coverage(
        medical(categories=("rabies",)), coverage_id="vaccine", limit_fen=300_00, draws_on="accident_medical"
    )
    on = terms(accident_medical, vaccine)
    shots, visit = receipt(500_00, category="rabies"), receipt(900_00)
    settlement = settle(on, cover(), accident(), [shots, visit])
    assert [line.payable_fen for line in settlement.lines] == [900_00, 100_00]
    assert [line.limit_left_fen for line in settlement.lines] == [0, 0]
    assert pay(on, shots) == 300_00
    assert pay(on, shots, used_fen={"accident_medical": 900_00}) == 100_00
    assert pay(on, visit, used_fen={"vaccine": 300_00}) == 700_00


def test_contradictory_payers_count_as_no_loss():
    on = terms(medical_coverage(medical()))
    assert pay(on, receipt(100_00, pool_pay_fen=80_00, other_pay_fen=80_00)) == 0
    other_day = receipt(50_00, date=DAY + timedelta(days=1))
    assert pay(on, receipt(100_00, pool_pay_fen=180_00), other_day) == 50_00
    # the deductions of one day never exceed what is left of its total
    catalogue_only = terms(medical_coverage(medical(self_expense_cut="医保外")))
    bill = receipt(100_00, pool_pay_fen=30_00, other_pay_fen=90_00, self_expense_fen=50_00)
    line = settle(catalogue_only, cover(), accident(), [bill, other_day]).lines[0]
    assert [step.amount_fen for step in line.steps] == [150_00, -30_00, -70_00]
    bill = receipt(100_00, pool_pay_fen=30_00, other_pay_fen=40_00, self_expense_fen=50_00)
    line = settle(catalogue_only, cover(), accident(), [bill, other_day]).lines[0]
    assert [step.amount_fen for step in line.steps] == [150_00, -30_00, -40_00, -30_00]


def test_a_contradictory_receipt_lowers_the_loss_of_its_own_day():
    receipts = [receipt(10_00, category="rabies", pool_pay_fen=60_00), receipt(300_00, category="rabies")]
    on_one_day = [replace(r, social_insurance_settled=True) for r in receipts]
    assert pay(product(2), *on_one_day, other_insurer_paid_fen=100_00) == 150_00


def test_a_contradictory_receipt_takes_nothing_from_another_category():
    contradictory = receipt(10_00, category="rabies", pool_pay_fen=500_00)
    honest = receipt(300_00, category="dental", pool_pay_fen=10_00)
    assert pay(product(2), contradictory, honest) == 290_00


def test_what_the_family_bears_as_self_expense_is_part_of_its_loss():
    shots = receipt(400_00, category="rabies", self_expense_fen=300_00)
    assert pay(product(2), shots, other_insurer_paid_fen=150_00) == 250_00


def test_receipts_before_the_event_count_for_nothing():
    earlier = receipt(500_00, date=DAY - timedelta(days=1))
    settlement = settle(product(1), cover(), accident(), [earlier])
    assert settlement.payable_fen == 0
    assert {n.coverage_id: n.code for n in settlement.not_payable}["accident_medical"] == "no_evidence"


def test_unknown_and_negative_uses_do_not_raise_a_limit():
    assert pay(product(1), receipt(90_000_00), used_fen={"other": 5, "accident_medical": -10_00}) == 60_000_00


def test_explanations_are_words_for_a_parent():
    settlement = settle(product(4), cover(), illness(date=date(2025, 9, 12)), [receipt(100, category="inpatient")])
    said = {n.coverage_id: n.explanation for n in settlement.not_payable}
    assert said["illness_hospital"] == "2025-09-12还在30天等待期内（到2025-09-30为止）"
    assert said["accident_medical"] == "这次是疾病，本项只保意外"
    assert said["illness_death"] == "没有身故"
    assert said["critical_illness"] == "没有确诊约定的重大疾病"
    assert said["sudden_death"] == "不是猝死"
    campus = {n.coverage_id: n.explanation for n in settle(product(4), cover(), accident(), []).not_payable}
    assert campus["campus_death_disability"] == "事故不在校园内，本项只保校园内的意外"
    assert campus["accident_medical"] == "还没有可以计算的医疗票据"
    on_campus = {
        n.coverage_id: n.explanation
        for n in settle(product(4), cover(), accident(on_campus=True), [receipt(5, category="rabies")]).not_payable
    }
    assert on_campus["campus_death_disability"] == "没有身故，没有评定伤残等级"
    assert on_campus["dental"] == "提交的票据里没有本项可以赔付的类别"
    late = settle(product(4), cover(effective_date=date(2026, 9, 1)), accident(), [])
    assert late.not_payable[0].explanation == "2025-10-20不在保险期间（2026-09-01零时至2027-08-31二十四时）内"


def test_steps_are_words_for_a_parent():
    receipts = [
        receipt(1_280_50, pool_pay_fen=402_30, other_pay_fen=10_00, self_expense_fen=240_00),
        receipt(1_000_00, date=DAY + timedelta(days=181)),
    ]
    line = settle(
        product(2),
        cover(),
        accident(),
        receipts,
        other_insurer_paid_fen=1_500_00,
        used_fen={"accident_medical": 69_700_00},
    ).lines[0]
    assert [step.label for step in line.steps] == [
        "票据金额合计（2张）",
        "意外发生180日后的治疗",
        "医保统筹基金支付",
        "其他支付",
        "个人自费（医保目录外的项目，按条款不在保障范围内）",
        "免赔额（每次事故100.00元）",
        "经医保结算的528.20元按90%赔付，其余由个人承担",
        "超出剩余保额300.00元的部分",
    ]
    hospital = settle(
        product(2), cover(), illness(), [receipt(6_000_00, category="inpatient")], other_insurer_paid_fen=3_000_00
    ).lines[0]
    assert [step.label for step in hospital.steps][1:] == [
        "免赔额（每次住院100.00元）",
        "未经医保结算的4900.00元按60%赔付，其余由个人承担",
        "未经医保结算的1000.00元按70%赔付，其余由个人承担",
        "其他保险已赔3000.00元，合计不超过实际损失",
    ]
    assert (hospital.label, hospital.limit_fen) == ("疾病住院费用补偿", 40_000_00)
    assert hospital.clause == "保险条款第九条；长教发〔2024〕21号附件2第4行方案二"


def test_death_and_disability_steps_are_words_for_a_parent():
    event = accident(on_campus=True, disability_grades=(8, 8), prior_disability_grade=10, died_on=DAY)
    child = cover(insured_birth_date=date(2017, 1, 1), death_limit_fen=180_000_00)
    lines = settle(product(1), child, event, [], other_death_benefit_fen=30_000_00).lines
    labels = {line.coverage_id: [step.label for step in line.steps] for line in lines}
    assert labels["accident_disability"] == ["伤残7级，按保额的40%", "减去原有伤残10级对应的10%"]
    assert labels["campus_death_disability"] == [
        "伤残7级，按保额的40%",
        "减去原有伤残10级对应的10%",
        "身故保险金，按保额",
        "超出剩余保额119000.00元的部分",
    ]
    critical = settle(product(1), cover(), illness(critical_illness=DAY), []).lines[0]
    assert critical.steps[0].label == "一次性给付保额"


def test_the_caps_say_what_they_are():
    event = accident(on_campus=True, died_on=DAY)
    child = cover(insured_birth_date=date(2017, 1, 1), death_limit_fen=180_000_00)
    line = settle(product(1), child, event, [], other_death_benefit_fen=30_000_00).lines[-1]
    assert [(step.label, step.amount_fen) for step in line.steps[1:]] == [
        ("投保时同意的身故保险金合计180000.00元", -20_000_00),
        ("未满10周岁身故保险金限额200000.00元，各保险公司合计", -10_000_00),
    ]


@pytest.mark.parametrize("product_id", PRODUCTS)
def test_terms_and_facts_travel_as_json(product_id):
    for kind, value in [
        (ProductTerms, product(product_id)),
        (Cover, cover(ends_on=DAY, death_limit_fen=5)),
        (Event, accident(disability_grades=(8, 8), died_on=DAY)),
        (ClaimReceipt, receipt(5, receipt_id="r-1")),
    ]:
        adapter = TypeAdapter(kind)
        assert adapter.validate_json(adapter.dump_json(value)) == value


def test_an_unknown_coverage_is_none():
    assert product(1).coverage("rabies") is None
    assert settle(product(1), cover(), accident(), []).line("rabies") is None
