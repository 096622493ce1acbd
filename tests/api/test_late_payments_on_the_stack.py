from datetime import UTC, datetime

import pytest
from stack_door import open_stack_door
from test_letters_on_the_stack import ask
from test_moves_on_the_stack import until

from api.demo.people import application, family
from insurance.rules.cover import shanghai_day
from tests.running_stack import Stack

pytestmark = pytest.mark.stack


async def test_a_page_paid_after_its_cancellation_is_seen_going_back_in_full(stack: Stack) -> None:
    buyer = family(77_028, "李志明", "李知返", shanghai_day(datetime.now(UTC)))
    async with open_stack_door(stack) as door:
        parent = door.parent(buyer.account)
        product = await ask(door, parent, "GET", "/v1/products/changsha-2024-plan-2")
        made = await ask(door, parent, "POST", "/v1/purchases", json=application(product, buyer))
        path = f"/v1/purchases/{made['purchase_id']}"
        url = (await until(door, path, parent, lambda shown: shown["payment"]))["payment"]["url"]
        for _ in range(2):
            cancelled = await ask(door, parent, "POST", f"{path}/cancel")
            assert (cancelled["state"], cancelled["late_payments"]) == ("cancelled", [])
        assert "没有产生费用" not in "".join(event["text"] for event in cancelled["timeline"])
        assert (await door.client.post(url)).status_code == 200
        back = await until(door, path, parent, lambda shown: shown["refunded_fen"])
    (paid,) = back["late_payments"]
    assert (back["state"], back["refunded_fen"], back["returning"]) == ("cancelled", product["premium_fen"], [])
    assert (paid["amount_fen"], paid["state"]) == (product["premium_fen"], "returned")
