import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.faults.killing import KILLS
from tests.faults.world import World
from tests.running_stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

PAYABLE = 484_38


async def test_every_step_that_touches_money_survives_its_worker_killed_before_during_and_after(
    world: World, kills: Path
) -> None:
    # slow enough for "during" to fall between request and answer
    for simulator in ("alipay", "insurer"):
        await world.misbehave(simulator, "*", "slow", seconds=0.4)
    await world.take_over(range(40, 60))
    temporal = asyncio.create_task(_kill_temporal_in_the_middle(world.stack, kills))
    bought, surrendered, cancelled, elsewhere, claimed, followed = await asyncio.gather(
        # the last ones hear nothing from the gateway and have to ask it
        _all(world.buys(n, notice=("twice", "late", "never")[n % 3]) for n in range(6)),
        _all(world.buys_and_surrenders(n) for n in range(10, 13)),
        _all(world.orders_and_cancels(n) for n in range(20, 23)),
        _all(world.surrenders_one_sold_elsewhere(n) for n in range(40, 42)),
        _all(world.claims(n) for n in range(42, 46)),
        _claims_with_payouts_under_way(world, kills),
    )
    await temporal

    assert {case["state"] for case in bought} == {"issued"}
    assert {case["state"] for case in [*surrendered, *elsewhere]} == {"refunded"}
    assert {case["state"] for case in cancelled} == {"cancelled"}
    assert {(case["state"], case["payout"]["amount_fen"]) for case in [*claimed, *followed]} == {("closed", PAYABLE)}
    assert _died_at(kills) == KILLS
    await _the_books_agree(world)


async def test_answers_lost_after_acting_and_notices_twice_and_out_of_order_move_nothing_again(world: World) -> None:
    for simulator in ("alipay", "insurer"):
        # each step loses its first answers; which case loses them is chance
        await world.misbehave(simulator, "*", "lose_answer", times=12)
    await world.take_over(range(60, 65))
    cases = await asyncio.gather(
        _all(world.buys(n, notice="twice") for n in range(50, 53)),
        _all(world.buys_and_surrenders(n) for n in range(53, 55)),
        _all(world.surrenders_one_sold_elsewhere(n) for n in range(60, 61)),
        _all(world.claims(n, "9105") for n in range(61, 64)),
    )
    for simulator in ("insurer", "alipay"):
        await world.replay_notices(simulator)
    # a notice of an old order has a process of its own, if any: nothing to wait for but time
    await asyncio.sleep(2)
    assert [case["state"] for group in cases for case in group] == ["issued"] * 3 + ["refunded"] * 3 + ["closed"] * 3
    await _the_books_agree(world)


async def test_after_the_whole_group_was_killed_the_next_start_goes_on_with_every_process(world: World) -> None:
    await world.take_over(range(80, 84))
    offered = await world.orders(70)
    working = asyncio.gather(
        _all(world.buys(n) for n in range(71, 73)),
        _all(world.buys_and_surrenders(n) for n in range(73, 75)),
        _all(world.claims(n) for n in range(80, 83)),
    )
    await asyncio.sleep(1.5)
    await asyncio.to_thread(world.stack.kill_group)
    await asyncio.to_thread(world.stack.start)
    bought, surrendered, claimed = await working
    # a payment page handed out before is still the one to pay at
    await world.pay(offered["payment"]["url"])
    resumed = await world.until(
        world.family(70).account, f"/v1/purchases/{offered['purchase_id']}", "issued", "refunded", "expired"
    )
    assert {case["state"] for case in [*bought, resumed]} == {"issued"}
    assert {case["state"] for case in surrendered} == {"refunded"}
    assert {case["state"] for case in claimed} == {"closed"}
    await _the_books_agree(world)


async def _claims_with_payouts_under_way(world: World, kills: Path) -> list[dict[str, Any]]:
    """As many as it takes to die of asking about them. A transfer that is asked for by a worker that dies is found done."""
    questions = {kill for kill in KILLS if kill[0] == "query_payout"}
    await _until(lambda: ("pay_out", "after") in _died_at(kills))
    cases, numbers = [], iter(range(46, 60))
    while not questions <= _died_at(kills):
        cases += await _all(world.claims(n, "9104") for n in islice(numbers, 2))
    return cases


async def _kill_temporal_in_the_middle(stack: Stack, kills: Path) -> None:
    """Its server once, when a third of the kills is done."""
    await _until(lambda: len(_died_at(kills)) >= len(KILLS) // 3)
    stack.kill("temporal")


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110  (files of another process)
        await asyncio.sleep(0.2)


def _died_at(kills: Path) -> set[tuple[str, str]]:
    return {(file.stem, file.suffix.removeprefix(".")) for file in kills.iterdir()}


async def _all(cases: Iterable[Awaitable[dict[str, Any]]]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*cases))


async def _the_books_agree(world: World) -> None:
    """Ours and the gateway's, to the fen; and the insurer has each policy, report, closure and cancellation once."""
    assert await world.open_processes() == []
    ours, gateway = await world.our_movements(), await world.gateway_movements()
    assert ours == gateway
    assert ours == await world.owed_movements()
    insurer = [entry for entry in await world.ledger("insurer") if entry["kind"] != "taken_over"]
    once = Counter((entry["kind"], entry["request_id"]) for entry in insurer)
    assert set(once.values()) == {1}
    assert Counter(entry["kind"] for entry in insurer) == await world.owed_entries()
    assert await world.broken_histories() == []
