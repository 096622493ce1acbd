"""Nowhere does a school pay, collect, or see who has not bought (长教发〔2024〕21号; 学生伤害事故处理办法 31; DOMAIN T12)."""

import json
from typing import Any

import pytest
from api_door import Door
from api_routes import ANYONE, ROSTER, ROUTES, insured

from api.digest import insured_digest
from api.routes import rosters
from tests import records

pytestmark = pytest.mark.servers

SCHOOLS = [route for route in ROUTES if "school" in route.roles and route.roles != ANYONE]
# everything a school can do: who adds to it, thinks of what stands above
ALLOWED = {
    "PUT /v1/schools/{school_code}/roster",
    "GET /v1/schools/{school_code}/roster",
    "GET /v1/schools/{school_code}/enrolment",
    "GET /v1/schools/{school_code}/cases",
    "GET /v1/schools/{school_code}/cases/{case_id}",
    "POST /v1/schools/{school_code}/cases/{case_id}/notes",
}
MONEY = ("purchase", "polic", "surrender", "payee", "pay", "claim", "refund", "quote", "consent", "letter", "reconcil")
NOT_INSURED = ("uninsured", "not_insured", "missing", "remind", "without_policy", "unpaid")


def words_of(description: dict[str, Any], path: str, method: str) -> str:
    return json.dumps(description["paths"][path][method.lower()]).lower()


def test_a_school_can_do_these_things_and_no_other():
    assert {route.name for route in SCHOOLS} == ALLOWED


def test_none_of_them_is_about_money_or_about_who_has_not_bought(door: Door):
    description = door.app.openapi()
    for route in SCHOOLS:
        assert not [word for word in MONEY if word in route.path], route.name
        words = words_of(description, route.path, route.method)
        parameters = json.dumps(description["paths"][route.path][route.method.lower()].get("parameters", []))
        assert not [word for word in NOT_INSURED if word in words], route.name
        assert "_fen" not in words and "insured" not in parameters, route.name


@pytest.mark.parametrize("route", [r for r in ROUTES if "school" not in r.roles], ids=lambda route: route.name)
def test_no_address_under_a_school_is_somebody_elses(route):
    assert not route.path.startswith("/v1/schools/")


async def test_whatever_a_family_pays_with_is_closed_to_schools(door: Door):
    teacher = door.as_("school", "teacher-1", school="2143000001")
    paying = [r for r in ROUTES if "parent" in r.roles and r.roles != ANYONE and "{" not in r.path]
    assert {"POST /v1/purchases", "GET /v1/policies", "GET /v1/purchases"} <= {r.name for r in paying}
    for route in paying:
        body = {"json": {}} if route.method != "GET" else {}
        answer = await door.client.request(route.method, route.path, headers=teacher, **body)
        assert answer.status_code == 403, route.name


async def test_a_roster_looks_the_same_whoever_has_bought(door: Door):
    school = "2143009001"
    teacher = door.as_("school", "teacher-1", school=school)
    await door.client.put(f"/v1/schools/{school}/roster", files={"file": ("r.csv", ROSTER)}, headers=teacher)
    before = (await door.client.get(f"/v1/schools/{school}/roster", headers=teacher)).json()
    digest = insured_digest(door.parts.settings, "resident_id", insured()["id_number"])
    child = insured() | {"school_code": school}
    await door.store(records.policy(insured=child, insured_digest=digest))
    after = (await door.client.get(f"/v1/schools/{school}/roster", headers=teacher)).json()
    assert before == after and len(after["items"]) == 1
    assert set(after["items"][0]) == {"name", "id_number", "class_name", "imported_at"}


async def test_how_many_are_insured_names_nobody_and_no_sum(door: Door):
    school = "2143009002"
    child = records.policy().insured | {"school_code": school, "class_name": "一班"}
    await door.store(*(records.policy(insured=child) for _ in range(rosters.SMALLEST_CLASS)))
    teacher = door.as_("school", "teacher-1", school=school)
    seen = (await door.client.get(f"/v1/schools/{school}/enrolment", headers=teacher)).json()
    assert set(seen) == {"school_code", "insured", "classes", "note"}
    assert seen["classes"] == [{"class_name": "一班", "insured": 5}]
