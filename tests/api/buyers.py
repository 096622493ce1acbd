"""Who buys, for whom, and with which papers."""

from itertools import count

from api_door import SETTINGS, Door
from api_routes import PNG, insured, purchase

from api.digest import insured_digest
from tests import records

CHILD_NUMBER = "430102201702280035"


async def buy(door: Door, subject="parent-1", **changes):
    body = purchase() | changes
    return await door.client.post("/v1/purchases", json=body, headers=door.parent(subject))


def aged_9():
    return child(CHILD_NUMBER)


async def bring(door: Door, subject, kind="parents_consent", number=CHILD_NUMBER, data=PNG):
    form = {"kind": kind, "id_type": "resident_id", "id_number": number}
    return await door.client.post(
        "/v1/consent-files", files={"file": ("a.png", data)}, data=form, headers=door.parent(subject)
    )


STUDENT = {
    "id_number": "430102200508210012", "birth_date": "2005-08-21", "school_type": "university",
    "school_code": "4143010001",
}  # fmt: skip


def student():
    return insured() | STUDENT


_numbers = count(300)


def new_number():
    """Of a boy born on 28 February 2017."""
    return with_check(f"43010220170228{next(_numbers) * 2 + 1:03d}")


def with_check(digits):
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    return digits + "10X98765432"[weighed % 11]


def child(number):
    """Nine years old when cover begins; each test has its own."""
    return insured() | {
        "id_number": number,
        "birth_date": "2017-02-28",
        "gender": "male" if int(number[16]) % 2 else "female",
    }


async def insure(door: Door, number, **changes):
    """A child that has a policy already."""
    await door.store(records.policy(insured_digest=insured_digest(SETTINGS, "resident_id", number), **changes))
    return child(number)


def warned(answer):
    return [warning["code"] for warning in answer.json()["warnings"]]


async def preview(door: Door, subject="parent-1", **changes):
    return await door.client.post("/v1/purchases/preview", json=purchase() | changes, headers=door.parent(subject))
