"""The guide's screens of buying, point by point (DOMAIN 1.1, A2 to A18): each test is named after its point."""

import hashlib
from dataclasses import replace

import pytest
from api_door import SETTINGS, Door
from api_routes import ROSTER, agreements, applicant, insured, purchase
from refusals import problems_of

from tests import records

pytestmark = pytest.mark.servers

STUDENT = {
    "name": "李明", "id_type": "resident_id", "id_number": "430102200508210012", "gender": "male",
    "birth_date": "2005-08-21",
}  # fmt: skip


async def read(door: Door, address: str, subject: str | None = None):
    answer = await door.client.get(address, headers=door.parent(subject) if subject else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def submit(door: Door, subject: str = "parent-1", key: str | None = None, **changes):
    body = {name: value for name, value in (purchase() | changes).items() if value is not ...}
    headers = door.parent(subject) | ({"idempotency-key": key} if key else {})
    return await door.client.post("/v1/purchases", json=body, headers=headers)


async def preview(door: Door, subject: str = "parent-1", **changes):
    return await door.client.post("/v1/purchases/preview", json=purchase() | changes, headers=door.parent(subject))


# --- choosing ---------------------------------------------------------------------------------------------------------


async def test_a02_the_family_picks_insurer_and_product_itself(door: Door):
    """Nobody has to be known to look, nothing is chosen beforehand, and nobody else buys for them."""
    insurers = (await read(door, "/v1/insurers"))["items"]
    assert len(insurers) > 1 and all(insurer["products"] for insurer in insurers)
    assert not problems_of(await submit(door, product_id=...), "product_id")
    for insurer in insurers:
        product = await read(door, f"/v1/products/{insurer['products'][0]['product_id']}")
        child = insured() | {"school_type": product["school_types"][0]}
        answer = await submit(
            door, insured=child, product_id=product["product_id"], agreements=agreements(product["product_id"])
        )
        assert door.processes.started[answer.json()["purchase_id"]].insurer_code == insurer["code"]
    others = (
        door.as_("school", "teacher-1", school="2143000001"),
        door.adjuster(),
        door.as_("supervisor", "supervisor-1", region="430000"),
        door.as_("operator", "operator-1"),
    )
    for headers in others:
        assert (await door.client.post("/v1/purchases", json=purchase(), headers=headers)).status_code == 403


async def test_a02_a_student_who_is_grown_up_buys_too(door: Door):
    buyer = applicant() | STUDENT
    student = insured() | STUDENT | {"school_type": "university", "school_code": "4143010001"}
    answer = await submit(door, "student-1", relationship="self", applicant=buyer, insured=student)
    assert answer.status_code == 201, answer.text


async def test_a04_a_new_student_buys_once_the_school_has_handed_in_the_roster(door: Door):
    process = SETTINGS.process.model_copy(update={"roster_gate": True})
    before = door.app.state.parts
    door.app.state.parts = replace(before, settings=SETTINGS.model_copy(update={"process": process}))
    child = insured() | {"school_code": "2143004004"}
    try:
        assert not problems_of(await submit(door, insured=child), "insured.school_code", code="not_on_roster")
        files = {"file": ("roster.csv", ROSTER)}
        teacher = door.as_("school", "teacher-1", school="2143004004")
        taken = await door.client.put("/v1/schools/2143004004/roster", files=files, headers=teacher)
        assert taken.json()["accepted"] == 1
        assert (await submit(door, insured=child)).status_code == 201
    finally:
        door.app.state.parts = before


async def test_a08_each_insurer_shows_several_products_for_a_school_type(door: Door):
    for school_type in ("kindergarten", "primary", "junior", "senior", "university", "special"):
        insurers = (await read(door, f"/v1/insurers?school_type={school_type}"))["items"]
        listed = {p["product_id"] for insurer in insurers for p in insurer["products"]}
        products = (await read(door, f"/v1/products?school_type={school_type}"))["items"]
        assert listed == {product["product_id"] for product in products}
        assert all(school_type in product["school_types"] for product in products)
        assert len(insurers) > 1 and min(len(insurer["products"]) for insurer in insurers) > 1
    assert (await door.client.get("/v1/insurers?school_type=nursery")).status_code == 422
    one = (await read(door, "/v1/products?insurer=ganpo"))["items"]
    assert {product["insurer"]["code"] for product in one} == {"ganpo"}


async def test_a08_what_is_not_for_the_school_type_is_not_listed(door: Door):
    """All that we ship is for every school type: one that is for primary schools alone is added here."""
    narrow = replace(records.PLAN_2, product_id="primary-only", school_types=("primary",))
    products = (*door.parts.catalogue.products, narrow)
    door.app.state.parts = replace(door.parts, catalogue=replace(door.parts.catalogue, products=products))
    try:
        for school_type, listed in (("primary", True), ("junior", False), ("kindergarten", False)):
            shown = (await read(door, f"/v1/products?school_type={school_type}"))["items"]
            insurers = (await read(door, f"/v1/insurers?school_type={school_type}"))["items"]
            assert ("primary-only" in {product["product_id"] for product in shown}) is listed
            assert ("primary-only" in {p["product_id"] for one in insurers for p in one["products"]}) is listed
    finally:
        door.app.state.parts = door.parts


async def test_a10_everything_to_be_read_is_there_by_version_and_is_what_its_hash_is_of(door: Door):
    product = await read(door, f"/v1/products/{records.PLAN_2.product_id}")
    titles = {document["title"] for document in product["documents"]}
    assert {"客户信息共享条款", "责任免除", "声明与授权", "保险条款"} <= titles
    for document in product["documents"]:
        text = await door.client.get(f"/v1/documents/{document['document_id']}/{document['version']}")
        assert hashlib.sha256(text.content).hexdigest() == document["sha256"]
    # the bundle of clauses: each benefit names the one it stands on
    assert all(coverage["clause"] for coverage in product["coverages"])
    assert product["title"] in product["introduction"] and "本产品不保证续保" in product["introduction"]


# --- the form ---------------------------------------------------------------------------------------------------------

APPLICANT = ("name", "mobile", "id_type", "id_number", "gender", "birth_date")
INSURED = (
    "school_type", "school_code", "school_region", "class_name", "name", "id_type", "id_number", "gender", "birth_date",
)  # fmt: skip


@pytest.mark.parametrize("name", APPLICANT)
async def test_a11_what_has_a_star_on_the_applicants_form_must_be_there(door: Door, name):
    rest = {k: v for k, v in applicant().items() if k != name}
    assert not problems_of(await submit(door, applicant=rest), f"applicant.{name}")


async def test_a11_the_mail_address_may_be_left_out(door: Door):
    rest = {k: v for k, v in applicant().items() if k != "email"}
    assert (await submit(door, applicant=rest)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gender": "female"}, "applicant.gender"),
        ({"birth_date": "1981-05-13"}, "applicant.birth_date"),
        ({"id_number": "360102198105123451"}, "applicant.id_number"),
        ({"mobile": "23712345678"}, "applicant.mobile"),
        ({"email": "huang"}, "applicant.email"),
    ],
)
async def test_a11_what_is_entered_must_agree_with_the_document(door: Door, changes, field):
    assert not problems_of(await submit(door, applicant=applicant() | changes), field)


@pytest.mark.parametrize("name", INSURED)
async def test_a12_what_has_a_star_on_the_students_form_must_be_there(door: Door, name):
    rest = {k: v for k, v in insured().items() if k != name}
    assert not problems_of(await submit(door, insured=rest), f"insured.{name}")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gender": "female"}, "insured.gender"),
        ({"birth_date": "2016-02-28"}, "insured.birth_date"),
        ({"id_number": "430102201602290018"}, "insured.id_number"),
        ({"school_region": "990000"}, "insured.school_region"),
        ({"class_name": "班" * 51}, "insured.class_name"),
    ],
)
async def test_a12_what_is_entered_of_the_student_is_checked(door: Door, changes, field):
    assert not problems_of(await submit(door, insured=insured() | changes), field)


async def test_a12_an_age_that_does_not_fit_the_school_only_warns(door: Door):
    answer = await submit(door, insured=insured() | {"school_type": "senior"})
    assert answer.status_code == 201
    assert {"unusual_age", "school_code_differs"} <= {warning["code"] for warning in answer.json()["warnings"]}


async def test_a13_a_child_entered_before_is_filled_in_again_and_shown_masked(door: Door):
    subject = records.new("parent")
    first = (await submit(door, subject)).json()["purchase_id"]
    (item,) = (await read(door, "/v1/insured-history", subject))["items"]
    assert (item["insured_from"], item["insured"]["name"]) == (first, "黄**")
    again = await submit(door, subject, insured=..., insured_from=item["insured_from"])
    order = door.processes.started[again.json()["purchase_id"]]
    assert order.application.insured.id_number == insured()["id_number"]


# --- reviewing and agreeing -------------------------------------------------------------------------------------------


async def test_a14_nothing_is_stored_before_it_is_submitted_and_a_second_press_is_the_same_purchase(door: Door):
    before = await door.rows()
    assert (await preview(door)).status_code == 200
    assert (await door.rows(), door.processes.started) == (before, {})
    key = records.new("key")
    first, second = await submit(door, key=key), await submit(door, key=key)
    assert (first.status_code, first.json()) == (201, second.json())
    assert len(door.processes.started) == 1


@pytest.mark.parametrize("kind", ["child_data", "share_with_insurer"])
async def test_a15_closing_the_authorisation_leaves_nothing_submitted(door: Door, kind):
    """Each is asked by itself, and none is answered beforehand."""
    product = await read(door, f"/v1/products/{records.PLAN_2.product_id}")
    asked = {question["kind"]: question for question in product["consents"]}
    assert asked[kind]["required"] and "agreed" not in asked[kind]
    text = await door.client.get(f"/v1/documents/{asked[kind]['document_id']}/{asked[kind]['version']}")
    assert hashlib.sha256(text.content).hexdigest() == asked[kind]["sha256"]
    # to whom it goes is said in the question (个人信息保护法 23)
    assert product["insurer"]["name"] in asked[kind]["question"] and product["insurer"]["name"] in text.text
    others = [consent for consent in purchase()["consents"] if consent["kind"] != kind]
    answer = await submit(door, consents=others)
    assert not problems_of(answer, "consents", code="consent_required")
    assert door.processes.started == {}


async def test_a16_an_authorisation_can_be_taken_back_all_the_same(door: Door):
    """The guide says 不可撤回; the law says it can (个人信息保护法 15), and what that means is told beforehand."""
    subject = records.new("parent")
    await submit(door, subject)
    given = (await read(door, "/v1/consents", subject))["items"]
    assert {consent["kind"] for consent in given} == {"child_data", "share_with_insurer"}
    for consent in given:
        assert "保单" in consent["withdrawal_means"]
        taken = await door.client.post(f"/v1/consents/{consent['consent_id']}/withdraw", headers=door.parent(subject))
        assert (taken.status_code, taken.json()["agreed"]) == (200, False)


async def test_a16_what_is_not_needed_may_be_refused_without_losing_the_service(door: Door):
    refused = [*purchase()["consents"], {"kind": "school_feedback", "agreed": False}]
    assert (await submit(door, consents=refused)).status_code == 201


async def test_a17_before_the_purchase_everything_is_shown_once_more(door: Door):
    seen = (await preview(door, records.new("parent"), agreements=[], consents=[])).json()
    assert seen["insurer"]["name"].startswith("湘江") and seen["product"]["title"] == records.PLAN_2.title
    assert seen["premium_fen"] == 120_00
    assert {"accident_medical", "illness_hospital"} <= {c["coverage_id"] for c in seen["coverages"]}
    assert (seen["applicant"]["name"], seen["applicant"]["id_number"]) == ("黄**", "360102********3450")
    assert (seen["effective_date"], seen["ends_on"]) == ("2026-04-01", "2027-03-31")
    assert (seen["errors"], seen["warnings"]) == ([], [])
    assert sum(step["amount_fen"] for step in seen["death_cover"]["steps"]) == seen["death_cover"]["accepted_fen"]


async def test_a17_what_is_wrong_shows_before_anything_is_agreed_to(door: Door):
    seen = (await preview(door, agreements=[], existing_death_cover_fen=500_000_00)).json()
    assert [error["code"] for error in seen["errors"]] == ["minor_death_cap"]


async def test_a17_who_refuses_at_the_end_has_bought_nothing(door: Door):
    """拒绝: the purchase waits for payment, and is called off."""
    subject = records.new("parent")
    purchase_id = (await submit(door, subject)).json()["purchase_id"]
    answer = await door.client.post(f"/v1/purchases/{purchase_id}/cancel", headers=door.parent(subject))
    assert answer.status_code == 200
    assert door.processes.told == [(purchase_id, "cancel", None)]


@pytest.mark.parametrize("title", ["投保前提示", "公司声明", "客户信息共享条款", "保险条款", "责任免除", "声明与授权"])
async def test_a18_every_one_of_the_six_texts_must_be_agreed_to_by_itself(door: Door, title):
    product = await read(door, f"/v1/products/{records.PLAN_2.product_id}")
    kept = [d["document_id"] for d in product["documents"] if d["title"] != title]
    assert len(kept) == 5
    agreed = [a for a in agreements(records.PLAN_2.product_id) if a["document_id"] in kept]
    answer = await submit(door, agreements=agreed)
    assert not problems_of(answer, "agreements", code="document_not_agreed")
    assert f"《{title}》" in answer.json()["title"]
