import subprocess
import sys
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from letter_builders import ACCIDENT, CLAIM, TERMS, decided, notice, pages_of, settlement, statement, text_of

from insurance.letters import fonts
from insurance.letters.apportionment_statement import PrintedNumber
from insurance.letters.letter import Paragraph
from insurance.letters.pdf import as_pdf
from insurance.rules.apportionment import apportion
from insurance.rules.benefit import ClaimReceipt, Event
from insurance.rules.money import yuan

ILLNESS_IN_WAITING = Event("illness", date(2025, 9, 4))


def test_every_step_of_the_arithmetic_can_be_read_in_the_notice():
    text = text_of(as_pdf(notice("full")))
    for line in settlement().lines:
        assert f"依据：{line.clause}" in text
        for step in line.steps:
            assert f"{step.label}{yuan(step.amount_fen)}".replace(" ", "") in text
    assert f"赔款共{yuan(settlement().payable_fen)}元" in text


def test_a_letter_names_its_insurer_its_number_and_its_pages():
    pages = pages_of(as_pdf(notice("partial")))
    assert "湘江学安保险股份有限公司" in pages[0] and "编号：cl-1-d1" in pages[0]
    assert [f"第{n}页共{len(pages)}页" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)


def test_the_day_is_the_decisions_own_in_china():
    assert "2026年3月11日" in text_of(as_pdf(notice("full")))


def test_a_reduction_says_why_by_which_clause_and_until_when_it_can_be_disputed():
    text = text_of(as_pdf(notice("partial")))
    assert "理赔决定通知书" in text and "理赔员adj-1、adj-2" in text
    assert "费用项目不在保障范围内保险条款第七条" in text and "特需门诊服务费不在保障范围内" in text
    assert "申请复核：2026年4月10日前" in text


def test_a_refusal_is_the_laws_notice_with_its_reasons():
    text = text_of(as_pdf(notice("refused", ILLNESS_IN_WAITING)))
    assert "拒绝给付保险金通知书" in text and "保险法第二十四条" in text
    assert "2025-09-04还在30天等待期内" in text and "保险条款第九条" in text


def test_a_reason_of_the_terms_stands_with_the_clause_of_the_coverage_that_it_is_about():
    settled = settlement(ILLNESS_IN_WAITING)
    decision = decided("refused", settled, reason_codes=("waiting_period",))
    text = text_of(as_pdf(notice("refused", ILLNESS_IN_WAITING, decision=decision)))
    assert "在等待期内保险条款“等待期”、保险条款第九条" in text


def test_who_had_a_second_opinion_is_sent_to_complain():
    text = text_of(as_pdf(notice("refused", dispute_until=None)))
    assert "申请复核" not in text and "一般15日内答复，复杂的30日，特别复杂的最长60日" in text


def test_a_full_decision_says_no_word_of_disputes_and_of_coverages_about_something_else():
    text = text_of(as_pdf(notice("full")))
    assert "申请复核" not in text and "没有赔付的保险责任" not in text


def test_the_statement_adds_up_on_each_receipt_and_in_all():
    text = text_of(as_pdf(statement()))
    assert "430601250012345678" in text and "无号码" in text
    assert "1280.50402.30484.38393.82" in text
    assert f"合计2080.50402.30{yuan(settlement().payable_fen)}" in text


def test_lump_sums_stand_apart_from_receipts():
    paid = {"accident_disability": 10_000_00}
    text = text_of(as_pdf(statement(apportionment=apportion(TERMS, ACCIDENT, (), paid), numbers={})))
    assert "定额给付" in text and "按票据" not in text and "10000.00" in text


def test_two_hundred_receipts_go_over_pages_with_the_header_on_each():
    receipts = [ClaimReceipt("outpatient", date(2026, 3, 4), 100_00 + n, receipt_id=f"r-{n}") for n in range(200)]
    many = apportion(TERMS, ACCIDENT, receipts, {"accident_medical": 16_000_00})
    numbers = {r.receipt_id: PrintedNumber("43060125", f"{n:010d}") for n, r in enumerate(receipts)}
    pages = pages_of(as_pdf(statement(apportionment=many, numbers=numbers)))
    assert len(pages) > 4 and all("票据代码号码" in page for page in pages[:5])
    assert all(f"{n:010d}" in "".join(pages) for n in range(200))


def test_the_same_letter_is_the_same_bytes_in_another_process_too():
    program = (
        "import hashlib; from letter_builders import notice; from insurance.letters.pdf import as_pdf; "
        "print(hashlib.sha256(as_pdf(notice('partial'))).hexdigest())"
    )
    hashes = set()
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        hashes.add(run.stdout.strip())
    assert len(hashes) == 1


def test_only_the_characters_of_the_letter_are_embedded():
    file = as_pdf(notice("full"))
    assert len(file) < 150_000 and b"/FontFile3" in file


def test_a_character_that_no_font_has_is_marked_and_the_rest_stands(caplog):
    claim = replace(CLAIM, applicant_name="黄\U000e0001国")
    text = text_of(as_pdf(notice("full", claim=claim)))
    assert "黄〓国" in text
    assert not caplog.records


@pytest.mark.parametrize("comment", ["一" * 2000, "a" * 2000, "甲\t乙\n" * 300, "（" * 500, "，" * 500])
def test_no_comment_of_an_adjuster_is_too_much(comment):
    letter = notice("partial")
    longer = replace(letter, blocks=(*letter.blocks, Paragraph(comment)))
    document = pypdfium2.PdfDocument(as_pdf(longer))
    assert len(document) > 1


def test_without_a_font_that_can_be_embedded_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.setattr(fonts.shutil, "which", lambda _: None)
    with pytest.raises(fonts.FontMissing, match="fonts-noto-cjk"):
        fonts.letter_font.__wrapped__()


def test_a_font_elsewhere_is_found_by_fontconfig(monkeypatch):
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    if fonts.shutil.which("fc-list"):
        assert fonts.letter_font.__wrapped__().name == fonts.letter_font().name
