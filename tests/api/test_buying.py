import pytest
from api_door import Door
from api_routes import agreements, applicant, insured, purchase
from buyers import aged_9, buy
from refusals import problems_of

from tests import records

pytestmark = pytest.mark.servers


async def test_an_application_starts_a_purchase_with_the_terms_frozen(door: Door):
    answer = await buy(door)
    assert (answer.status_code, answer.json()["state"]) == (201, "submitted")
    order = door.processes.started[answer.json()["purchase_id"]]
    assert order.terms == records.PLAN_2
    assert (order.subject, order.insurer_code, order.death_limit_fen) == ("parent-1", "xiangjiang", None)
    assert order.application.insured.name == "黄小明"
    shown = await door.client.get(f"/v1/purchases/{answer.json()['purchase_id']}", headers=door.parent())
    assert (shown.status_code, shown.json()["state"], shown.json()["premium_fen"]) == (200, "submitted", 120_00)


def without(number):
    return [a for n, a in enumerate(agreements(records.PLAN_2.product_id)) if n != number]


def spoiled(**changes):
    first, *rest = agreements(records.PLAN_2.product_id)
    return [first | changes, *rest]


@pytest.mark.parametrize(
    "agreed",
    [
        [],
        *[without(number) for number in range(len(agreements(records.PLAN_2.product_id)))],
        spoiled(version="1999"),
        spoiled(sha256="0" * 64),
        spoiled(document_id="another"),
        agreements("jiangxi-plus"),
    ],
)
async def test_every_current_document_must_be_agreed_to(door: Door, agreed):
    before = await door.rows()
    answer = await buy(door, agreements=agreed)
    assert not problems_of(answer, "agreements", code="document_not_agreed")
    assert "《" in answer.json()["title"]
    assert (await door.rows(), door.processes.started) == (before, {})


def beside(**changes):
    """All that must be agreed to, and one text more."""
    first, *_ = texts = agreements(records.PLAN_2.product_id)
    return [*texts, first | changes]


@pytest.mark.parametrize(
    "more",
    [{"document_id": "COVER-9999999-YUAN", "sha256": "0" * 64}, {"version": "1999"}, {"sha256": "0" * 64}, {}],
    ids=["unknown", "outdated", "another text", "twice"],
)
async def test_nothing_else_is_agreed_to(door: Door, more):
    agreed, before = beside(**more), await door.rows()
    answer = await buy(door, agreements=agreed)
    assert not problems_of(answer, f"agreements.{len(agreed) - 1}", code="document_unknown")
    assert (await door.rows(), door.processes.started) == (before, {})
    assert (await buy(door, agreements=beside(agreed=False))).status_code == 201


async def test_the_documents_of_a_product_are_those_that_must_be_agreed_to(door: Door):
    product = (await door.client.get(f"/v1/products/{records.PLAN_2.product_id}")).json()
    agreed = [{name: d[name] for name in ("document_id", "version", "sha256")} for d in product["documents"]]
    assert (await buy(door, agreements=agreed)).status_code == 201


@pytest.mark.parametrize("kind", ["child_data", "share_with_insurer"])
async def test_what_the_policy_can_not_do_without_must_be_consented_to(door: Door, kind):
    others = [c for c in purchase()["consents"] if c["kind"] != kind]
    for consents in (others, [*others, {"kind": kind, "agreed": False}]):
        answer = await buy(door, consents=consents)
        assert not problems_of(answer, "consents"), answer.text


async def test_telling_the_school_may_be_refused(door: Door):
    consents = [*purchase()["consents"], {"kind": "school_feedback", "agreed": False}]
    assert (await buy(door, consents=consents)).status_code == 201


async def test_at_issue_only_the_difference_to_the_minors_cap_is_accepted(door: Door):
    answer = await buy(
        door,
        product_id="changsha-2024-plan-1",
        agreements=agreements("changsha-2024-plan-1"),
        insured=aged_9(),
        existing_death_cover_fen=50_000_00,
    )
    assert answer.status_code == 201, answer.text
    assert door.processes.started[answer.json()["purchase_id"]].death_limit_fen == 150_000_00


async def test_at_the_cap_nothing_more_is_accepted(door: Door):
    answer = await buy(door, insured=aged_9(), existing_death_cover_fen=200_000_00)
    assert not problems_of(answer, "existing_death_cover_fen", code="minor_death_cap")
    assert door.processes.started == {}


async def test_all_that_is_wrong_with_an_application_is_said_at_once(door: Door):
    answer = await buy(
        door,
        applicant=applicant() | {"mobile": "123", "birth_date": "1981-05-13"},
        insured=insured() | {"gender": "female"},
    )
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields >= {"applicant.mobile", "applicant.birth_date", "insured.gender"}


async def test_a_product_that_is_not_sold_can_not_be_bought(door: Door):
    assert not problems_of(await buy(door, product_id="changsha-1999"), "product_id", code="unknown_product")
