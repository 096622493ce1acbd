from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance.rules.chain import GENESIS, Link, Told, broken_at, chained, hash_of, superseded

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def told(seq, *, seconds=None, **changes):
    at = NOW + timedelta(seconds=seq if seconds is None else seconds)
    return replace(Told(seq, "reported", "family", "已报案", None, at), **changes)


def at_of(seq, seconds):
    return seq, NOW + timedelta(seconds=seconds)


def chain(*events, process_id="cl-1"):
    return chained(process_id, Link(), events or [told(n) for n in range(1, 6)], NOW)


def test_a_chain_begins_at_one_with_nothing_before_it():
    first, second, *_ = chain()
    assert (first.number, first.previous_hash) == (1, GENESIS)
    assert (second.number, second.previous_hash) == (2, first.hash)


def test_a_chain_goes_on_where_it_ended():
    whole = chain()
    begun = chained("cl-1", Link(), [told(1), told(2)], NOW)
    rest = chained("cl-1", Link(2, begun[-1].hash), [told(n) for n in (3, 4, 5)], NOW)
    assert begun + rest == whole


def test_hashes_of_chains_that_stand_never_change():
    entry = Told(1, "decided", "adjuster:a-1", "审核完成，部分赔付", "目录外项目", NOW)
    assert hash_of("cl-1", 1, entry, NOW, GENESIS) == "dd0ac30f4324fa6cf536574a50ab3f4608a1d5bc35340dc99eac589eb81529f5"


def test_the_zone_in_which_an_instant_is_written_changes_nothing():
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    assert hash_of("cl-1", 1, told(1, seconds=0), NOW, GENESIS) == hash_of(
        "cl-1", 1, told(1, at=shanghai), shanghai, GENESIS
    )


def test_a_whole_chain_and_an_empty_one_are_believed():
    assert broken_at(chain()) is None
    assert broken_at(()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"process_id": "cl-2"}, {"seq": 9}, {"event": "decided"}, {"by": "system"}, {"text": "已结案"}, {"reason": "误"},
        {"at": NOW}, {"recorded_at": NOW + timedelta(microseconds=1)}, {"previous_hash": "1" * 64}, {"hash": "1" * 64},
        {"number": 7},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_any_field_of_an_entry_that_was_changed_is_found(change):
    entries = list(chain())
    entries[2] = replace(entries[2], **change)
    assert broken_at(entries) == 3


def test_an_entry_changed_together_with_its_own_hash_is_found_at_the_next():
    entries = list(chain())
    forged = told(3, text="没有说过")
    own_hash = hash_of("cl-1", 3, forged, NOW, entries[2].previous_hash)
    entries[2] = replace(entries[2], text=forged.text, hash=own_hash)
    assert broken_at(entries) == 4


@given(st.integers(0, 3))
def test_an_entry_taken_out_is_found(index):
    entries = list(chain())
    del entries[index]
    assert broken_at(entries) == index + 1


@given(st.integers(0, 4), st.integers(0, 4))
def test_entries_in_another_order_are_found(first, second):
    entries = list(chain())
    entries[first], entries[second] = entries[second], entries[first]
    assert broken_at(entries) == (None if first == second else min(first, second) + 1)


def test_an_end_cut_off_is_found_by_what_the_case_is_known_by():
    entries = chain()
    timeline = {(entry.seq, entry.at) for entry in entries}
    assert broken_at(entries, timeline) is None
    assert broken_at(entries[:3], timeline) == 4


def test_what_a_lost_task_told_is_superseded_by_what_came_later():
    """As a purchase whose worker was lost, and which heard of a cancellation when it was done again."""
    entries = chain(told(1, seconds=0), told(2, seconds=5), told(3, seconds=5), told(2, seconds=9, event="cancelled"))
    assert superseded(entries, {at_of(1, 0), at_of(2, 9)}) == {2, 3}


def test_a_lost_task_that_is_heard_late_is_superseded_all_the_same():
    entries = chain(told(1), told(2, seconds=9), told(3, seconds=5), told(2, seconds=5))
    assert superseded(entries, {at_of(1, 1), at_of(2, 9)}) == {3, 4}


def test_events_of_one_moment_stand_all():
    assert superseded(chain(told(1, seconds=1), told(2, seconds=1), told(3, seconds=1)), ()) == frozenset()


def test_a_remark_by_a_clock_that_is_behind_stands_while_the_timeline_has_it():
    entries = chain(told(1, seconds=9), told(2, seconds=8))
    assert superseded(entries, {at_of(1, 9), at_of(2, 8)}) == frozenset()


def test_what_somebody_took_out_of_the_timeline_still_stands():
    assert superseded(chain(told(1), told(2), told(3)), {at_of(1, 1)}) == frozenset()
