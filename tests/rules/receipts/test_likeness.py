from dataclasses import replace

import pytest

from insurance.rules.receipts.likeness import MOST_DAYS, MOST_NUMBERS, MOST_SUMS, alike, likeness, search_keys
from insurance.rules.receipts.reading import ReceiptFields

KEY = b"key of a test"
FIELDS = ReceiptFields(
    bill_code="43060126", bill_no="0012345678", check_code="a1b2c3", date="2026-03-06", total="1280.50"
)
PRINTS = (
    "票据代码：43060126", "票据号码：0012345678", "校验码：a1b2c3", "开票日期：2026-03-06", "业务流水号：2026030612345678",
    "门诊号：7836215", "医保编号：430809637463", "交款人统一社会信用代码：3601022012********", "诊察费", "18.00", "检查费 460.00",
    "治疗费", "802.50", "（小写）1,280.50", "个人现金支付：878.20", "医保统筹基金支付：402.30", "其他支付：0.00",
)  # fmt: skip


def of(prints=PRINTS, key=KEY, **changes):
    return likeness(prints, replace(FIELDS, **changes), key)


def found(one, other):
    return bool(set(search_keys(one)) & set(search_keys(other)))


def printed(**changes):
    """The same lines with some texts in them changed."""
    lines = list(PRINTS)
    for old, new in changes.values():
        lines = [line.replace(old, new) for line in lines]
    return tuple(lines)


def test_the_same_lines_found_in_another_order_and_piece_by_piece_are_the_same_receipt():
    pieces = tuple(part for line in reversed(PRINTS) for part in line.replace("：", "： ").split())
    assert of(pieces) == of()


def test_a_date_and_an_amount_count_however_they_are_written():
    others = printed(date=("2026-03-06", "2026年3月6日"), total=("1,280.50", "￥1280.50元"))
    assert of(others) == of()


@pytest.mark.parametrize("left_out", [("0012345678",), ("0012345678", "a1b2c3", "2026-03-06"), ("402.30", "878.20")])
def test_a_part_of_a_receipt_is_found_in_the_whole(left_out):
    prints = tuple(line for line in PRINTS if not any(text in line for text in left_out))
    crop = of(prints, bill_no=None, check_code="a1b2c3" if "a1b2c3" not in left_out else None)
    assert alike(crop, of()) and alike(of(), crop) and found(crop, of())


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"number": ("0012345678", "0012345679")}, {"bill_no": "0012345679"}),
        ({"number": ("0012345678", "9912345678"), "check": ("a1b2c3", "d4e5f6")},
         {"bill_no": "9912345678", "check_code": "d4e5f6"}),
        ({"total": ("1,280.50", "9,280.50")}, {"total": "9280.50"}),
        ({"day": ("2026-03-06", "2026-05-06")}, {"date": "2026-05-06"}),
    ],
)  # fmt: skip
def test_a_receipt_of_which_a_number_a_sum_or_a_day_was_changed_is_still_known(changes, fields):
    forged = of(printed(**changes), **fields)
    assert forged != of()
    assert alike(forged, of()) and found(forged, of())


def test_another_visit_of_the_same_child_is_another_receipt():
    later = printed(
        number=("0012345678", "0012399999"), check=("a1b2c3", "0f0f0f"), day=("2026-03-06", "2026-03-13"),
        serial=("2026030612345678", "2026031387654321"), total=("1,280.50", "1,130.00"), care=("802.50", "652.00"),
        cash=("878.20", "727.70"),
    )  # fmt: skip
    other = of(later, bill_no="0012399999", check_code="0f0f0f", date="2026-03-13", total="1130.00")
    assert not alike(other, of()) and not found(other, of())


def test_another_child_with_the_same_treatment_on_the_same_day_is_another_receipt():
    twin = printed(
        number=("0012345678", "0012345680"), check=("a1b2c3", "0f0f0f"), serial=("2026030612345678", "2026030612345999"),
        record=("7836215", "7836299"), insured=("430809637463", "430809637999"),
    )  # fmt: skip
    assert not alike(of(twin, bill_no="0012345680", check_code="0f0f0f"), of())


SLIP = ("门诊号:7836215", "收费时间:2026-03-06 14:23:05", "清创缝合 120.00", "换药 35.00", "合计:155.00", "现金:155.00")


def test_a_slip_is_told_from_the_same_treatment_of_the_same_child_by_its_time():
    fields = ReceiptFields(date="2026-03-06", total="155.00")
    slip = likeness(SLIP, fields, KEY)
    later = tuple(line.replace("2026-03-06 14:23:05", "2026-03-08 09:10:44") for line in SLIP)
    sooner = tuple(line.replace("14:23:05", "09:10:44") for line in SLIP)
    assert alike(slip, likeness(SLIP, fields, KEY)) and len(slip.numbers) == 2
    assert not alike(slip, likeness(later, ReceiptFields(date="2026-03-08", total="155.00"), KEY))
    assert not alike(slip, likeness(sooner, fields, KEY))


def test_small_slips_with_one_sum_and_no_number_are_never_alike():
    slip = ("2026-03-06", "35.00")
    assert not alike(*(likeness(slip, ReceiptFields(date="2026-03-06", total="35.00"), KEY) for _ in range(2)))


def test_a_slip_without_numbers_is_known_by_many_sums():
    prints = tuple(line for line in PRINTS if line[-2:] != "：" and not any(c in line for c in "代号码编"))
    fields = ReceiptFields(date="2026-03-06", total="1280.50")
    slip = likeness(prints, fields, KEY)
    assert slip.numbers == ()
    assert alike(slip, slip) and search_keys(slip)


def test_a_slip_of_which_a_crop_lost_every_number_is_still_found_by_its_day_and_total():
    fields = ReceiptFields(date="2026-03-06", total="155.00")
    sums = ("2026-03-06", "西药费 12.50", "检查费 42.50", "治疗费 100.00", "合计 155.00", "统筹 20.00", "现金 135.00")
    whole, cropped = likeness((*sums, "流水号：2026030612345678"), fields, KEY), likeness(sums, fields, KEY)
    assert (len(whole.numbers), cropped.numbers) == (1, ())
    assert alike(whole, cropped) and found(whole, cropped)


def test_nothing_that_was_printed_can_be_read_from_it():
    told = of()
    assert all(0 <= number < 2**48 for number in (*told.numbers, *told.sums, *told.anchors))
    assert not set(told.numbers) & set(of(key=b"another key").numbers)
    assert all(0 <= key < 2**63 for key in search_keys(told))


def test_masked_numbers_and_the_code_of_a_whole_province_say_nothing():
    only_common = ("票据代码：43060126", "交款人统一社会信用代码：3601022012********", "数量 12")
    assert likeness(only_common, ReceiptFields(bill_code="43060126"), KEY).numbers == ()


def test_it_stays_small_however_much_is_printed():
    many = tuple(f"编号{n:012d} 金额{n}.25" for n in range(1000))
    told = of(many)
    assert (len(told.numbers), len(told.sums)) == (MOST_NUMBERS, MOST_SUMS)
    assert len(search_keys(told)) <= (MOST_DAYS + 1) * MOST_NUMBERS + MOST_DAYS
    assert alike(told, of(tuple(reversed(many))))
