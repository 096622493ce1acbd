from datetime import date

import pytest
from rule_builders import for_people

from insurance.rules.errors import Invalid
from insurance.rules.identifiers import (
    IdentityNumber,
    read_bank_card,
    read_credit_code,
    read_email,
    read_identity_number,
    read_mobile,
    read_other_document,
    read_region,
    read_school_code,
    read_student_number,
    school_type_of,
)


def refusal(reader, text: str) -> str:
    with pytest.raises(Invalid) as refused:
        reader(text)
    assert len(text) < 5 or text not in str(refused.value)
    assert for_people(refused.value.message)
    return refused.value.code


@pytest.mark.parametrize(
    ("number", "birth_date", "gender"),
    [
        ("360102201203151230", date(2012, 3, 15), "male"),
        ("360102201203151249", date(2012, 3, 15), "female"),
        ("360102200709010027", date(2007, 9, 1), "female"),
        ("430102201602290017", date(2016, 2, 29), "male"),
        # a birth before its district was founded
        ("360102198105123450", date(1981, 5, 12), "male"),
        ("810000201203150015", date(2012, 3, 15), "male"),
        ("820000201203150023", date(2012, 3, 15), "female"),
        ("830000201203150031", date(2012, 3, 15), "male"),
        ("931840201203150046", date(2012, 3, 15), "female"),
    ],
)
def test_valid_identity_numbers_tell_birth_and_gender(number, birth_date, gender):
    number = number[:17] + check_digit(number)
    assert read_identity_number(number) == IdentityNumber(number, birth_date, gender)


def check_digit(number: str) -> str:
    weights = [2**place % 11 for place in range(17, 0, -1)]
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]


@pytest.mark.parametrize(
    "number",
    ["360102201203151230", "360102201203151249", "360102200709010027", "430102201602290017", "360102198105123450"],
)
def test_the_vectors_of_the_standard_are_accepted_as_they_are(number):
    assert read_identity_number(number).number == number


def test_a_lower_case_x_and_spaces_around_are_accepted():
    number = next(f"3601022012031511{n}X" for n in range(10) if check_digit(f"3601022012031511{n}") == "X")
    assert read_identity_number(f" {number.lower()} ").number == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("43010220150229001X", "bad_birth_date"),
        ("36010220120315123X", "bad_check_digit"),
        ("360102201203151231", "bad_check_digit"),
        ("360102120315123", "bad_format"),
        ("3601022012031512300", "bad_format"),
        ("36010220120315123Y", "bad_format"),
        ("36010X201203151230", "bad_format"),
        ("060102201203151230", "bad_format"),
        ("160102201203151230", "bad_region"),
        ("240102201203151230", "bad_region"),
        ("380102201203151230", "bad_region"),
        ("470102201203151230", "bad_region"),
        ("550102201203151230", "bad_region"),
        ("660102201203151230", "bad_region"),
        ("720102201203151230", "bad_region"),
        ("810001201203151230", "bad_region"),
        ("360102189912311230", "bad_birth_date"),
        ("360102201213011230", "bad_birth_date"),
        ("", "bad_format"),
    ],
)
def test_invalid_identity_numbers_are_refused_with_a_code(number, code):
    assert refusal(read_identity_number, number) == code


def test_births_are_accepted_from_1900_on():
    number = "36010219000101001"
    assert read_identity_number(number + check_digit(number)).birth_date == date(1900, 1, 1)


def test_any_one_wrong_digit_is_found():
    number = "360102201203151230"
    for place in (0, 1, 5, 16):
        for digit in "0123456789":
            wrong = number[:place] + digit + number[place + 1 :]
            if wrong != number:
                assert refusal(read_identity_number, wrong) in ("bad_check_digit", "bad_region", "bad_format")


@pytest.mark.parametrize(
    "code", ["91360102MA35ABCD1N", "12430100444876505M", "52430100MJJ5037289", "91360102ma35abcd1n"]
)
def test_valid_credit_codes(code):
    assert read_credit_code(code) == code.upper()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91360102MA35ABCD1P", "bad_check_digit"),
        ("91360102MA35ABDC1N", "bad_check_digit"),
        ("91360102MA35ABCD1", "bad_format"),
        ("91360102MA35ABCD1NN", "bad_format"),
        ("9136O102MA35ABCD1N", "bad_format"),
        ("9136I102MA35ABCD1N", "bad_format"),
        ("91360102MA35ABCDSN", "bad_format"),
        ("91360102MA35ABCDVN", "bad_format"),
        ("91360102MA35ABCDZN", "bad_format"),
    ],
)
def test_invalid_credit_codes(code, reason):
    assert refusal(read_credit_code, code) == reason


@pytest.mark.parametrize("mobile", ["13700005678", "19912345678", " 13700005678 "])
def test_valid_mobiles(mobile):
    assert read_mobile(mobile) == mobile.strip()


@pytest.mark.parametrize(
    "mobile",
    [
        "12700005678",
        "1370000567",
        "137000056789",
        "1370000567８",
        "+8613700005678",
        "1370000567a",
        "１３７００００５６７８",
    ],
)
def test_invalid_mobiles(mobile):
    assert refusal(read_mobile, mobile) == "bad_format"


@pytest.mark.parametrize("email", ["a@b.cn", " huang.xm@example.com.cn ", "x" * 64 + "@b.cn"])
def test_valid_emails(email):
    assert read_email(email) == email.strip()


@pytest.mark.parametrize(
    "email",
    ["a", "a@b", "@b.cn", "a b@c.cn", "a@b..cn", "a@b.cn.", "a@@b.cn", "x" * 65 + "@b.cn", "a@" + "b" * 250 + ".cn"],
)
def test_invalid_emails(email):
    assert refusal(read_email, email) == "bad_format"


def test_a_mail_address_of_254_characters_is_the_longest():
    longest = "a@" + "b" * 249 + ".cn"
    assert len(longest) == 254 and read_email(longest) == longest
    assert refusal(read_email, "a" + longest) == "bad_format"


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("360102", None),
        (" 430000 ", None),
        ("810000", None),
        ("36010", "bad_format"),
        ("3601022", "bad_format"),
        ("36010a", "bad_format"),
        ("36010２", "bad_format"),
        ("990000", "bad_region"),
        ("810001", "bad_region"),
    ],
)
def test_regions_are_six_digits_of_a_known_province(region, code):
    assert read_region(region) == region.strip() if code is None else refusal(read_region, region) == code


@pytest.mark.parametrize(
    ("code", "school_type"),
    [
        ("1136000001", "kindergarten"),
        ("2136000001", "primary"),
        ("2236000001", "primary"),
        ("3136000001", "junior"),
        ("3236000001", "junior"),
        ("3336000001", "junior"),
        ("3436000001", "senior"),
        ("3543000001", "senior"),
        ("3643000001", "senior"),
        ("3743000001", "special"),
        ("4143010001", "university"),
        ("4243010001", "university"),
        ("5143000001", "special"),
        ("9143000001", None),
    ],
)
def test_a_school_code_tells_the_school_type(code, school_type):
    assert read_school_code(f" {code} ") == code
    assert school_type_of(code) == school_type


@pytest.mark.parametrize("code", ["313600000", "31360000011", "31360000A1", ""])
def test_a_school_code_has_ten_digits(code):
    assert refusal(read_school_code, code) == "bad_format"


@pytest.mark.parametrize(
    "number", ["G360102201203151230", "g360102201203151230", "J360102201203159999", "L36010220120315123X"]
)
def test_valid_student_numbers(number):
    assert read_student_number(number) == number.upper()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("G360102201203151231", "bad_check_digit"),
        ("K360102201203151230", "bad_format"),
        ("L3601022012031512", "bad_format"),
        ("360102201203151230", "bad_format"),
        ("L３６０１０２２０１２０３１５１２３0", "bad_format"),
    ],
)
def test_invalid_student_numbers(number, code):
    assert refusal(read_student_number, number) == code


@pytest.mark.parametrize("card", ["6222020000000000003", "4111111111111111", "4111 1111-1111 1111", "621700000008"])
def test_valid_bank_cards(card):
    card = card if card[0] == "4" else card[:-1] + next(d for d in "0123456789" if luhn(card[:-1] + d))
    assert read_bank_card(card) == card.replace(" ", "").replace("-", "")


def luhn(card: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(card))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("4111111111111112", "bad_check_digit"),
        ("4111111111111121", "bad_check_digit"),
        ("41111111111", "bad_format"),
        ("4" * 20, "bad_format"),
        ("4111a11111111111", "bad_format"),
        ("４111111111111111", "bad_format"),
    ],
)
def test_invalid_bank_cards(card, code):
    assert refusal(read_bank_card, card) == code


@pytest.mark.parametrize("number", ["E12345678", " h1234567(8) ", "12345"])
def test_other_documents_are_letters_and_digits(number):
    assert read_other_document(number) == number.strip().upper()


@pytest.mark.parametrize("number", ["1234", "1" * 31, "E1234 5678", "护照12345", "１２３４５", ""])
def test_other_documents_that_can_not_be(number):
    assert refusal(read_other_document, number) == "bad_format"


def test_a_refused_student_number_is_told_how_it_looks():
    with pytest.raises(Invalid) as refused:
        read_student_number("1")
    assert refused.value.message == "学籍号应为 G、J 或 L 加18位"
