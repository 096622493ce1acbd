"""Histories of every workflow as the code makes them now, to be replayed on later code (tests/workflows/test_replay.py).

`python -m tests.histories.record` writes them anew, `… record reviewed` those of one scenario. Do that when a history has a new
shape to be proved from now on; a change that breaks the replay of the old ones would break running cases, and needs
`workflow.patched`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.histories import claims, policies, purchases
from tests.workflows.process_world import World, open_world, start_time

HERE = Path(__file__).parent
Scenario = Callable[[World], Awaitable[list[str]]]

SCENARIOS: tuple[Scenario, ...] = (
    purchases.bought, purchases.bought_late, purchases.cancelled, purchases.returned, purchases.returned_elsewhere,
    purchases.stray, purchases.stray_booked, purchases.paid_again, purchases.over_cap,
    purchases.asked_again, purchases.unissued,
    claims.claimed, claims.reviewed, claims.corrected, claims.withdrawn, claims.lapsed, claims.sampled, claims.serious,
    claims.advanced, claims.continued, claims.automatic, claims.undone, claims.bereaved,
    policies.surrendered, policies.refunded_late, policies.refunded_at_last, policies.refused_once,
    policies.amended, policies.complained, policies.reconciled, policies.policy_day,
)  # fmt: skip


async def record() -> None:
    asked = [s for s in SCENARIOS if not sys.argv[1:] or s.__name__ in sys.argv[1:]]
    for scenario in asked:
        async with await start_time() as environment, open_world(environment, f"record-{scenario.__name__}") as world:
            for order, process_id in enumerate(await scenario(world)):
                history = await world.client.get_workflow_handle(process_id).fetch_history()
                started = history.events[0].workflow_execution_started_event_attributes
                name = f"{scenario.__name__}-{order}-{started.workflow_type.name}.json"
                (HERE / name).write_text(history.to_json(), encoding="utf-8")
                sys.stdout.write(f"{name} {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record())
