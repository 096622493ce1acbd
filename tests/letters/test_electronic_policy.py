from datetime import date

import pypdfium2
import pytest
import zxingcpp
from letter_builders import TERMS, e_policy, policy_on_paper, text_of

from insurance.letters.coverage_words import payment_words, waiting_words
from insurance.letters.electronic_policy import AgreedText
from insurance.letters.letter import Table
from insurance.letters.pdf import as_pdf
from insurance.products.catalogue import load_catalogue
from insurance.rules.death_cover import death_cover
from insurance.rules.money import yuan

PLAN_4 = load_catalogue().product("changsha-2024-plan-4")


def test_the_family_reads_whose_contract_it_is_about_what_and_for_how_long():
    text = text_of(as_pdf(e_policy()))
    assert (
        "保单号：XJ00000000000001" in text and f"产品：{TERMS.title}" in text and f"条款版本：{TERMS.version}" in text
    )
    assert "投保人：黄建国" in text and "被保险人：黄小明" in text and "投保人是被保险人的：父母" in text
    assert "430102********0017" in text and "137****5678" in text
    assert "自2025年9月1日零时起至2026年8月31日二十四时止" in text
    assert "人民币120.00元（壹佰贰拾元整）" in text
    assert "400-000-0731（每日8:00-20:00）" in text


def test_it_says_that_renewing_is_not_guaranteed():
    assert "本产品不保证续保" in text_of(as_pdf(e_policy()))


def test_every_coverage_stands_with_its_sum_and_its_clause():
    letter = e_policy()
    (table,) = (block for block in letter.blocks if isinstance(block, Table) and block.header[0] == "保险责任")
    assert [(row[0], row[1], row[4]) for row in table.rows] == [
        (c.label, yuan(c.limit_fen), c.clause) for c in TERMS.coverages
    ]
    text = text_of(as_pdf(letter))
    assert all(yuan(coverage.limit_fen) in text for coverage in TERMS.coverages)


def test_deductibles_ratios_and_what_is_left_out_are_said_in_words():
    words = {c.coverage_id: payment_words(c, TERMS) for c in TERMS.coverages}
    assert words["accident_medical"] == (
        "每次事故免赔100.00元；经医保结算赔付90%；未经医保结算赔付80%；医保目录外费用不赔；限事故发生后180天内的治疗"
    )
    assert "5000.00元以内部分60%、10000.00元以内部分70%、其余90%" in words["illness_hospital"]
    assert words["campus_medical"] == "限校园内；“意外伤害费用补偿（含门诊和住院）”用完后接续"
    assert (words["dental"], words["accident_death"]) == ("赔付100%", "按保险金额给付")


def test_every_relation_between_coverages_of_every_product_is_said():
    for terms in load_catalogue().products:
        for coverage in terms.coverages:
            words = payment_words(coverage, terms)
            for other in (coverage.draws_on, coverage.in_place_of, coverage.overflow_of):
                assert other is None or f"“{terms.coverage(other).label}”" in words


def test_a_renewal_has_no_waiting_period():
    illness = TERMS.coverage("illness_hospital")
    assert (waiting_words(illness, False), waiting_words(illness, True)) == ("30天", "续保，无")
    assert waiting_words(TERMS.coverage("dental"), True) == "无"


def test_the_minors_cap_stands_in_the_contract_with_its_calculation():
    cover = death_cover(PLAN_4, date(2016, 2, 29), date(2025, 9, 1), 150_000_00)
    assert cover.accepted_fen < cover.product_fen
    text = text_of(as_pdf(e_policy(terms=PLAN_4, death_cover=cover, death_limit_fen=cover.accepted_fen)))
    assert "保监发〔2015〕90号" in text and "被保险人在保障生效日9周岁" in text
    assert "未满10周岁身故保险金限额200000.00已有的身故保额-150000.00本保单身故保险金限额50000.00" in text


def test_a_cap_of_which_no_calculation_was_kept_is_said_all_the_same():
    text = text_of(as_pdf(e_policy(death_limit_fen=10_000_00)))
    assert "身故保险金合计以10000.00元为限" in text and "已有的身故保额" not in text


@pytest.mark.parametrize("terms", load_catalogue().products, ids=lambda terms: terms.product_id)
def test_every_product_has_one_of_at_most_three_pages(terms):
    agreed = tuple(AgreedText(t.title, t.version, t.sha256) for t in load_catalogue().documents(terms.product_id))
    file = as_pdf(e_policy(terms=terms, agreed=agreed))
    assert len(pypdfium2.PdfDocument(file)) <= 3 and len(file) < 150_000


def test_without_a_reduction_no_word_of_the_cap():
    assert "身故保险金限额" not in text_of(as_pdf(e_policy()))


def test_what_was_agreed_to_stands_with_its_version_and_hash():
    text = text_of(as_pdf(e_policy()))
    for agreed in policy_on_paper().agreed:
        assert f"{agreed.title}{agreed.version}{agreed.sha256}" in text


def test_a_policy_sold_elsewhere_says_where_its_texts_are():
    assert "由该渠道保存" in text_of(as_pdf(e_policy(agreed=())))


@pytest.mark.parametrize("tail", ["c=abcdefghijklmnop", "c=" + "x" * 300])
def test_a_phone_reads_the_code_from_the_page(tail):
    address = f"https://xueping.invalid/v1/verify/XJ00000000000001?{tail}"
    pages = [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(as_pdf(e_policy(address)))]
    assert [code.text for page in pages for code in zxingcpp.read_barcodes(page)] == [address]
