import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from stack_door import StackDoor, open_stack_door

from api.bench.electronic_bill import electronic_bill
from api.demo.people import Family, accident, family, taken_over
from insurance.products.catalogue import load_catalogue
from insurance.rules.cover import shanghai_day
from insurance.rules.money import yuan
from tests.running_stack import Stack

pytestmark = pytest.mark.stack
NUMBER, CHILD = 77_001, "李知远"


@pytest.fixture(scope="module")
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


@pytest.fixture
def owner() -> Family:
    return family(NUMBER, "李志明", CHILD, shanghai_day(datetime.now(UTC)))


async def ask(door: StackDoor, headers: dict[str, str], method: str, path: str, **content: Any) -> Any:
    answer = await door.client.request(method, path, headers=headers, **content)
    assert answer.is_success, answer.text
    return answer.json() if answer.headers["content-type"] == "application/json" else answer.content


async def automatic_claim(door: StackDoor, owner: Family) -> dict[str, Any]:
    """Reported by the hotline, handed in by the family, decided by itself, closed."""
    today, parent = shanghai_day(datetime.now(UTC)), door.parent(owner.account)
    product = load_catalogue().product("changsha-2024-plan-2")
    row = taken_over(
        {"product_id": product.product_id, "premium_fen": product.premium_fen}, owner, f"LETTER{NUMBER}",
        today - timedelta(days=80),
    )  # fmt: skip
    await ask(door, door.adjuster(), "PUT", "/v1/insurers/xiangjiang/policies", json={"policies": [row]})
    happened = accident(today - timedelta(days=5), owner.applicant["mobile"])
    made = await ask(door, door.adjuster(), "POST", f"/v1/policies/LETTER{NUMBER}/claims", json=happened)
    path = f"/v1/claims/{made['claim_id']}"
    bill = {"file": ("bill.pdf", electronic_bill(CHILD, today - timedelta(days=4), NUMBER))}
    await ask(door, parent, "POST", f"{path}/documents", files=bill, data={"kind": "medical_receipt"})
    await ask(door, parent, "PUT", f"{path}/payee", json=owner.payee)
    await ask(door, parent, "POST", f"{path}/submit")
    async with asyncio.timeout(60):
        while (claim := await ask(door, parent, "GET", path))["state"] != "closed":  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return claim


def text_of(file: bytes) -> str:
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(file))


async def test_letters_of_a_claim_are_made_on_request_and_kept_in_the_store(door: StackDoor, owner: Family):
    claim, parent = await automatic_claim(door, owner), door.parent(owner.account)
    payable = claim["settlement"]["payable_fen"]
    events = [event["event"] for event in claim["timeline"]]
    assert "reported_for_family" in events and claim["reported_by"] == "adjuster"
    letters = f"/v1/claims/{claim['claim_id']}/letters"
    assert (await ask(door, parent, "GET", letters))["items"] == []
    notice = await ask(door, parent, "POST", letters, json={"kind": "decision"})
    assert f"赔款共{yuan(payable)}元" in text_of(await ask(door, parent, "GET", notice["url"]))
    statement = await ask(door, parent, "POST", letters, json={"kind": "apportionment"})
    text = text_of(await ask(door, parent, "GET", statement["url"]))
    assert f"{NUMBER:010d}" in text and f"1280.50402.30{yuan(payable)}" in text
    assert [item["kind"] for item in (await ask(door, parent, "GET", letters))["items"]] == [
        "decision",
        "apportionment",
    ]
