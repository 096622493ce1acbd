from datetime import date

import pytest

from api.demo.people import application, family
from insurance.rules.identifiers import read_identity_number, read_mobile

TODAY = date(2028, 2, 29)


def persons(numbers):
    for number in numbers:
        one = family(number, "黄建国", "黄小雨", TODAY)
        yield from (one.applicant, one.insured)


def test_numbers_have_valid_check_digits_and_say_what_the_rest_says():
    for person in persons(range(0, 30_000, 997)):
        read = read_identity_number(person["id_number"])
        assert (read.birth_date.isoformat(), read.gender) == (person["birth_date"], person["gender"])


def test_parents_have_mobile_numbers():
    assert read_mobile(family(99_999, "黄建国", "黄小雨", TODAY).applicant["mobile"])


def test_no_child_comes_twice():
    children = [family(number, "甲", "乙", TODAY).insured["id_number"] for number in range(2000)]
    assert len(set(children)) == len(children)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2030, 12, 31), date(2040, 2, 29)])
def test_ages_follow_the_day(today):
    one = family(1, "黄建国", "黄小雨", today)
    assert 9 <= today.year - date.fromisoformat(one.insured["birth_date"]).year <= 11
    assert 39 <= today.year - date.fromisoformat(one.applicant["birth_date"]).year <= 41


def test_an_application_agrees_to_every_document():
    document = {"document_id": "declaration", "version": "1", "sha256": "0" * 64, "title": "声明", "url": "/"}
    body = application({"product_id": "p", "documents": [document]}, family(1, "黄建国", "黄小雨", TODAY))
    assert body["agreements"] == [{"document_id": "declaration", "version": "1", "sha256": "0" * 64}]
