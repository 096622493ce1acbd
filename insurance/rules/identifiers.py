"""Numbers of persons, schools, companies and cards: what makes one well-formed (DOMAIN 6). Each reader raises `Invalid`."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from insurance.rules.errors import Invalid

_ID = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
# the province alone: districts come and go, and people keep their numbers
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
# residents from Hong Kong, Macao and Taiwan; foreigners' permanent residence cards begin with 9
_PERMIT_REGIONS = ("810000", "820000", "830000")

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SCHOOL_CODE = re.compile(r"(\d{2})(\d{2})\d{6}", re.ASCII)
_SCHOOL_KINDS = {
    "11": "kindergarten",
    "21": "primary",
    "22": "primary",
    "31": "junior",
    "32": "junior",
    "33": "junior",
    "34": "senior",
    "35": "senior",
    "36": "senior",
    "37": "special",
    "41": "university",
    "42": "university",
    "51": "special",
}


@dataclass(frozen=True)
class IdentityNumber:
    """A citizen's or a resident permit's number with what it says of its holder. `number` has a capital X."""

    number: str
    birth_date: date
    gender: Literal["male", "female"]


def read_identity_number(text: str) -> IdentityNumber:
    """An 18-digit number of GB 11643-1999. Codes: `bad_format`, `bad_region`, `bad_birth_date`, `bad_check_digit`."""
    number = text.strip().upper()
    if not _ID.fullmatch(number):
        raise Invalid("bad_format", "身份证号码应为18位")
    if not _PROVINCE.match(number) and not number.startswith((*_PERMIT_REGIONS, "9")):
        raise Invalid("bad_region", "身份证号码的地区不存在")
    birth_date = _birth_date(number)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if number[17] != _ID_CHECKS[total % 11]:
        raise Invalid("bad_check_digit", "身份证号码有误，请核对每一位")
    return IdentityNumber(number, birth_date, "male" if int(number[16]) % 2 else "female")


def read_other_document(text: str) -> str:
    """A passport's or other document's number, in capitals. Code: `bad_format`."""
    number = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9()（）-]{5,30}", number):
        raise Invalid("bad_format", "证件号码应为5到30位字母或数字")
    return number


def read_credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码, GB 32100-2015). Codes: `bad_format`, `bad_check_digit`."""
    code = text.strip().upper()
    if len(code) != 18 or any(letter not in _CREDIT for letter in code):
        raise Invalid("bad_format", "统一社会信用代码应为18位数字或大写字母")
    total = sum(_CREDIT.index(letter) * 3**place for place, letter in enumerate(code[:17]))
    if code[17] != _CREDIT[-total % 31]:
        raise Invalid("bad_check_digit", "统一社会信用代码有误，请核对每一位")
    return code


def read_mobile(text: str) -> str:
    """A mobile number of mainland China. Code: `bad_format`."""
    mobile = text.strip()
    if not re.fullmatch(r"1[3-9]\d{9}", mobile, re.ASCII):
        raise Invalid("bad_format", "手机号码应为11位数字")
    return mobile


def read_email(text: str) -> str:
    """A mail address, roughly: one @, a dot behind it, no spaces. Code: `bad_format`."""
    email = text.strip()
    if len(email) > 254 or not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", email):
        raise Invalid("bad_format", "电子邮箱格式不对")
    return email


def read_region(text: str) -> str:
    """A 6-digit region code (行政区划代码) of a known province. Codes: `bad_format`, `bad_region`."""
    region = text.strip()
    if not re.fullmatch(r"\d{6}", region, re.ASCII):
        raise Invalid("bad_format", "地区代码应为6位数字")
    if not _PROVINCE.match(region) and region not in _PERMIT_REGIONS:
        raise Invalid("bad_region", "地区代码不存在")
    return region


def read_school_code(text: str) -> str:
    """A school's 10-digit code (学校标识码); it has no check digit. Code: `bad_format`."""
    code = text.strip()
    if not _SCHOOL_CODE.fullmatch(code):
        raise Invalid("bad_format", "学校标识码应为10位数字")
    return code


def school_type_of(code: str) -> str | None:
    """The school type that a well-formed code tells, None when it tells none."""
    return _SCHOOL_KINDS.get(code[:2])


def read_student_number(text: str) -> str:
    """A student number (学籍号): G and an identity number, or J or L and 18 characters. `bad_format`, or what is wrong with the former."""
    number = text.strip().upper()
    if not re.fullmatch(r"[GJL]\d{17}[\dX]", number, re.ASCII):
        raise Invalid("bad_format", "学籍号应为 G、J 或 L 加18位")
    if number[0] == "G":
        read_identity_number(number[1:])
    return number


def read_bank_card(text: str) -> str:
    """A bank card number of 12 to 19 digits, spaces allowed, checked by Luhn. Codes: `bad_format`, `bad_check_digit`."""
    card = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{12,19}", card, re.ASCII):
        raise Invalid("bad_format", "银行卡号应为12到19位数字")
    digits = [int(digit) for digit in reversed(card)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    if (sum(digits[::2]) + sum(doubled)) % 10:
        raise Invalid("bad_check_digit", "银行卡号有误，请核对每一位")
    return card


def _birth_date(number: str) -> date:
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise Invalid("bad_birth_date", "身份证号码中的出生日期不存在") from error
    if birth_date.year < 1900:
        raise Invalid("bad_birth_date", "身份证号码中的出生日期不存在")
    return birth_date
