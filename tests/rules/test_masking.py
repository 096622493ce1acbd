from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insurance.rules.masking import (
    mask_account,
    mask_address,
    mask_birth_date,
    mask_email,
    mask_free_text,
    mask_identity_number,
    mask_identity_number_strictly,
    mask_mobile,
    mask_name,
)


@pytest.mark.parametrize(
    ("mask", "plain", "masked"),
    [
        (mask_name, "黄晓明", "黄**"),
        (mask_name, "李雷", "李*"),
        (mask_name, "王", "王"),
        (mask_name, "", ""),
        (mask_identity_number, "360102201203151230", "360102********1230"),
        (mask_identity_number, "E12345678", "E********"),
        (mask_identity_number, "", ""),
        (mask_identity_number_strictly, "360102201203151230", "3" + "*" * 17),
        (mask_mobile, "13700005678", "137****5678"),
        (mask_mobile, "0731-8888", "0********"),
        (mask_account, "6222020000000000003", "*" * 15 + "0003"),
        (mask_account, "12345678", "****5678"),
        (mask_account, "1234567", "1******"),
        (mask_account, "13700005678", "137****5678"),
        (mask_account, "1370000567a", "*******567a"),
        (mask_account, "huang@example.com", "h***@example.com"),
        (mask_email, "huang@example.com", "h***@example.com"),
        (mask_email, "no-mail", "n******"),
        (mask_email, "a@b@example.com", "a***@b@example.com"),
        (mask_address, "江西省南昌市东湖区阳明路1号", "江西省南昌市东湖区***"),
        (mask_address, "湖南省长沙市长沙县星沙街道", "湖南省长沙市长沙县***"),
        (mask_address, "南昌市第二中学", "南昌市***"),
        (mask_address, "南昌市东市场", "南昌市***"),
        (mask_address, "东湖区开发区县前街", "东湖区***"),
        (mask_address, "市中心", "市**"),
        (mask_address, "A区", "A区***"),
        (mask_address, "操场", "操*"),
        (mask_address, "区", "区"),
        (mask_address, "", ""),
    ],
)
def test_what_is_shown(mask, plain, masked):
    assert mask(plain) == masked


def test_of_a_birth_date_only_the_year_is_shown():
    assert mask_birth_date(date(2012, 3, 15)) == "2012"


@settings(derandomize=True, database=None, deadline=None)
@given(st.text(max_size=30))
def test_masks_take_any_text_and_never_show_all_of_a_longer_one(text):
    for mask in (mask_name, mask_identity_number, mask_mobile, mask_account, mask_address, mask_email):
        assert mask(text) != text or len(text.replace("*", "")) <= 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "核对原件，金额 1280.50 元，票号 0012345678，2026-03-06 就诊",
            "核对原件，金额 1280.50 元，票号 0012345678，2026-03-06 就诊",
        ),
        ("账号6222020000000000001填错", "账号****0001填错"),
        ("卡号 6222 0200 0000 0000 001", "卡号 ****0001"),
        ("电话13712345678", "电话****5678"),
        ("证件360102198105123450、36010219810512345x", "证件****3450、****345x"),
        ("支付宝 huang.jg@example.com 已注销", "支付宝 h***@example.com 已注销"),
        ("", ""),
    ],
)
def test_what_people_write_is_shown_without_numbers_of_persons(said: str, shown: str) -> None:
    assert mask_free_text(said) == shown
