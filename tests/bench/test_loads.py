import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.bench.against import kinds
from api.bench.bare import Steps
from api.bench.burst import Burst
from api.bench.drive import Load, drive
from api.bench.gaps import decision_seconds, gaps, reading_seconds
from api.bench.result import Bench, Process
from api.bench.samples import Samples


def load(latencies, failures=()):
    return Load("load", 10, 2, 4.0, list(latencies), list(failures), {"worker": 1.5, "api": 0.5})


def process(of_load, bare):
    return Process(of_load, load([1.0]), Steps(2, 5), {}, {}, {}, {"activities": bare})


def case(*events):
    began = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
    return {"timeline": [{"event": name, "at": (began + timedelta(seconds=s)).isoformat()} for name, s in events]}


@pytest.mark.parametrize(("share", "latency"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_quantiles_are_by_nearest_rank(share, latency):
    assert load(range(100, 0, -1)).quantile(share) == latency


def test_rate_and_processor_time_are_of_whole_ones():
    assert load([1.0] * 8, ["failed"]).per_second == 2.0
    assert load([1.0] * 8).cpu_ms_each == 250.0


def test_the_ratio_is_above_one_when_ours_are_faster():
    assert process(load([1.0] * 8), load([1.0] * 4)).ratio("activities") == 2.0


def test_steps_are_compared_as_many_of_every_kind():
    assert kinds(Steps(2, 5)) == {"activities": Steps(7, 0), "local": Steps(0, 7), "mixture": Steps(2, 5)}


def test_one_failure_anywhere_spoils_the_measurement():
    good = process(load([1.0]), load([1.0]))
    assert not Bench().ok
    assert Bench({"purchase": good}).ok
    assert not Bench({"purchase": good, "claim": process(load([1.0]), load([1.0], ["failed"]))}).ok
    assert not Bench({"purchase": process(load([]), load([1.0]))}).ok


def test_one_purchase_that_was_taken_down_and_is_lost_spoils_the_measurement():
    kept = Burst(1, 1.0, 20.0, load([1.0]), 0, {})
    assert Bench(burst=kept).ok
    assert not Bench(burst=replace(kept, lost=1)).ok


def test_one_wrong_decision_spoils_the_measurement():
    assert Bench(samples=Samples(asked=3, automatic=2)).ok
    assert not Bench(samples=Samples(asked=3, automatic=2, wrong=["000: 1, true 2"])).ok
    assert not Bench(samples=Samples()).ok


def test_a_decision_is_counted_from_the_last_document():
    told = case(("document_received", 1), ("document_read", 3), ("document_received", 2), ("decided", 6))
    assert decision_seconds([told]) == [4.0]


async def test_a_load_keeps_so_many_at_a_time_and_counts_failures_apart():
    running, most, seen = 0, 0, []

    async def act(number):
        nonlocal running, most
        running += 1
        most = max(most, running)
        seen.append(number)
        await asyncio.sleep(0)
        running -= 1
        if number == 3:
            raise ValueError("no")

    done = await drive("load", 10, 4, 60, act)
    assert (sorted(seen), most) == (list(range(10)), 4)
    assert (len(done.latencies), done.failures) == (9, ["ValueError: no"])


async def test_nothing_is_started_when_time_is_up():
    started = []

    async def act(number):
        started.append(number)

    done = await drive("load", 10, 2, -1, act)
    assert started == done.latencies == []


def test_gaps_are_means_from_each_event_to_the_next():
    cases = [case(("a", 0), ("b", 1), ("c", 3)), case(("a", 0), ("b", 2))]
    assert gaps(cases) == {"a → b": 1.5, "b → c": 2.0}


def test_reading_lasts_from_receipt_to_the_reading():
    assert reading_seconds([case(("document_received", 1), ("payee_set", 2), ("document_read", 4.5))]) == [3.5]
