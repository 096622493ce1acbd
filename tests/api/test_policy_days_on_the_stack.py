from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select
from stack_door import open_stack_door
from test_letters_on_the_stack import ask

from api.demo.people import family, taken_over
from insurance.products.catalogue import load_catalogue
from insurance.rules.cover import shanghai_day
from insurance.settings import Settings
from insurance.tables import OutboxNotice
from tests.running_stack import Stack
from workflows.client import connect
from workflows.messages import PolicyDaysOrder, PolicyDaysOutcome

pytestmark = pytest.mark.stack
POLICY = "POLICYDAYS77004"


async def test_a_familys_policy_begins_and_its_worker_says_so(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    settings, today = Settings(), shanghai_day(datetime.now(UTC))
    owner, product = family(77_004, "李志明", "李知微", today), load_catalogue().product("changsha-2024-plan-2")
    sold = {"product_id": product.product_id, "premium_fen": product.premium_fen}
    row = taken_over(sold, owner, POLICY, today - timedelta(days=80))
    first_day = datetime.fromisoformat(row["effective_date"]).date()
    async with open_stack_door(stack) as door:
        await ask(door, door.adjuster(), "PUT", "/v1/insurers/xiangjiang/policies", json={"policies": [row]})
        outcome = await (await connect(settings.temporal)).execute_workflow(
            "policy_days",
            PolicyDaysOrder(left=(first_day,)),
            id="policy-days-of-a-test",
            task_queue=settings.temporal.process_queue,
            result_type=PolicyDaysOutcome,
        )
        async with door.database.transaction() as session:
            told = (await session.exec(select(OutboxNotice).where(col(OutboxNotice.about) == POLICY))).all()
    assert outcome.told >= 1
    assert [(notice.kind, notice.subject) for notice in told] == [("policy_in_effect", owner.account)]
