import pytest

from insurance.rules.receipts.label_words import FURTHER_FUND, NOTHING_OF_OURS, meaning_of
from insurance.rules.receipts.labels import LABELS, find_labels
from insurance.rules.receipts.vocabulary import ITEM_NAMES


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("基本医疗保险统筹基金支出", "pool_pay"),
        ("合作医疗补偿额", "pool_pay"),
        ("本次帐户支付总额", "account_pay"),
        ("本次基本个人帐户支付", "account_pay"),
        ("个人现金支出", "cash_pay"),
        ("自费支付", "cash_pay"),
        ("全自费金额", "self_expense"),
        ("医药费总额", "total"),
        ("金额总计(大写)", "total_upper"),
        ("人员姓名", "payer"),
        ("结算单流水号", "bill_no"),
        ("缴费完成时间", "date"),
        ("定点医药机构名称", "hospital"),
        ("姓名Name:", "payer"),
        ("收据号Receipt No.:", "bill_no"),
        ("Date", "date"),
    ],
)
def test_a_label_is_told_by_the_words_it_is_made_of(phrase: str, meaning: str) -> None:
    assert meaning_of(phrase) == meaning


@pytest.mark.parametrize(
    "phrase", ["居民大病保险资金支出", "公务员医疗补助基金支出", "医疗救助支付", "民政救助额", "附加支付", "大病补充"]
)
def test_funds_without_a_field_are_further_funds(phrase: str) -> None:
    assert meaning_of(phrase) == FURTHER_FUND


@pytest.mark.parametrize(
    "phrase",
    [
        "先行自付金额",
        "起付线内费用个人支付",
        "个人账户余额",
        "统筹基金累计支付",
        "分类自负",
        "户主姓名",
        "患者或家属签字",
        "记账金额",
    ],
)
def test_what_only_sounds_like_a_label_of_ours_is_another(phrase: str) -> None:
    assert meaning_of(phrase) in (None, NOTHING_OF_OURS)
    assert not {label.field for label in find_labels(phrase + ":")} & set(LABELS)


def test_no_charge_and_no_kind_of_insurance_is_a_label() -> None:
    values = (*ITEM_NAMES, "城乡居民医保", "居民基本医疗保险", "职工医保", "微信支付", "综合医院", "人民医院")
    assert [value for value in values if meaning_of(value)] == []


def test_most_of_the_known_labels_are_told_by_their_words_too() -> None:
    sums = [(label, name) for name in ("pool_pay", "other_pay", "account_pay", "cash_pay") for label in LABELS[name]]
    told = [label for label, name in sums if meaning_of(label) == name]
    assert len(told) > 0.9 * len(sums)
    assert all(meaning_of(label) in (name, None, NOTHING_OF_OURS) for label, name in sums)


def test_a_day_of_admission_is_not_the_day_of_issue() -> None:
    assert [label.field for label in find_labels("入院日期")] == ["admitted"]
    assert [label.field for label in find_labels("日期2016-03-01")] == ["date"]


def test_the_place_for_the_seal_belongs_to_the_label() -> None:
    (label,) = find_labels("医疗单位（盖章）绵阳市明湖医院".replace("（", "(").replace("）", ")"))
    assert (label.field, label.end) == ("hospital", 8)
