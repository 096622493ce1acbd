import asyncio
from collections import Counter

import pytest

from api.bench.month.books import compare
from api.bench.month.clock import Diary, Over
from api.bench.month.run import simulate
from api.bench.month.stories import draw_stories


def test_the_same_seed_draws_the_same_stories_and_another_one_others() -> None:
    assert draw_stories(40, 5, 31, seed=3) == draw_stories(40, 5, 31, seed=3)
    assert draw_stories(40, 5, 31, seed=3) != draw_stories(40, 5, 31, seed=4)


def test_a_month_of_stories_has_every_kind_of_family() -> None:
    stories = draw_stories(2000, 200, 31, seed=1)
    assert {s.payment for s in stories} == {"once", "twice", "late", "never", "too_late", "not_at_all", "cancelled"}
    assert {s.claim.ending for s in stories if s.claim} == {"", "9101", "9102", "9104", "9105"}
    assert Counter(s.begins is None for s in stories) == {False: 2000, True: 200}
    assert any(s.renews for s in stories)
    assert all(s.begins is not None and s.begins // 3 < 31 for s in stories[:2000])


def test_one_fen_more_on_one_side_is_a_difference_of_both() -> None:
    compared = compare([("premium", "in:1", 12000)], [("premium", "in:1", 12001)])
    assert (compared.ours_fen, compared.theirs_fen, len(compared.differences)) == (12000, 12001, 2)


def test_a_line_told_twice_by_one_side_is_a_difference() -> None:
    line = ("payout", "out:1", 500)
    assert compare([line], [line, line]).differences == (f"only theirs: {line}",)
    assert compare([line, line], [line, line]).differences == ()


async def test_people_act_in_their_moment_and_the_next_one_waits_for_them() -> None:
    diary, acted = Diary(at_once=1), []

    async def live(name: str, moment: int) -> None:
        try:
            async with diary.at(moment):
                acted.append(name)
            async with diary.later():
                acted.append(f"{name} again")
        except Over:
            acted.append(f"{name} went home")

    people = [asyncio.create_task(live("a", 0)), asyncio.create_task(live("b", 0)), asyncio.create_task(live("c", 1))]
    await asyncio.sleep(0)
    await diary.open(0)
    assert acted == ["a", "b"]
    await diary.open(1)
    assert sorted(acted[2:]) == ["a again", "b again", "c"]
    await diary.end()
    await asyncio.gather(*people)
    assert acted[-1] == "c went home"


@pytest.mark.stack
@pytest.mark.timeout(300)
async def test_a_small_month_ends_with_equal_books_and_every_case_where_it_may_be(tmp_path) -> None:
    result = await simulate(tmp_path / "month", policies=5, days=10, seed=2, tell=lambda _: None, tail_days=3)
    assert result.wrong == []
    assert all(not compared.differences for compared in result.compared.values())
    assert result.compared["money"].lines >= 5
    assert result.reconciled["done"] >= 9
