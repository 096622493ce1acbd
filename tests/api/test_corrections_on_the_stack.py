import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from stack_door import open_stack_door
from test_letters_on_the_stack import ask

from api.demo.people import family, taken_over
from insurance.products.catalogue import load_catalogue
from insurance.rules.cover import shanghai_day
from tests.running_stack import Stack

pytestmark = pytest.mark.stack
POLICY = "CORRECTED77003"


async def test_the_insurer_confirms_a_correction_and_declines_another(stack: Stack):
    today = shanghai_day(datetime.now(UTC))
    owner, product = family(77_003, "李志明", "李知行", today), load_catalogue().product("changsha-2024-plan-2")
    sold = {"product_id": product.product_id, "premium_fen": product.premium_fen}
    row = taken_over(sold, owner, POLICY, today - timedelta(days=80))
    path = f"/v1/policies/{POLICY}"
    async with open_stack_door(stack) as door:
        parent = door.parent(owner.account)
        await ask(door, door.adjuster(), "PUT", "/v1/insurers/xiangjiang/policies", json={"policies": [row]})

        async def correct(name: str) -> dict[str, str]:
            asked = await ask(door, parent, "POST", f"{path}/corrections", json={"insured": {"name": name}})
            async with asyncio.timeout(20):
                while True:
                    seen = await ask(door, parent, "GET", f"/v1/corrections/{asked['correction_id']}")
                    if seen["state"] in ("corrected", "declined"):
                        return dict(seen)
                    await asyncio.sleep(0.1)

        done, declined = await correct("李知航"), await correct("李拒改")
        versions = (await ask(door, parent, "GET", f"{path}/documents"))["items"]
        shown = await ask(door, parent, "GET", path)
    assert done["state"] == "corrected" and done["endorsement_no"]
    assert (declined["state"], declined["declined_reason"]) == ("declined", "更正的内容与证件不符")
    assert [version["current"] for version in versions] == [True, False]
    assert shown["insured"]["name"] == "李**"
