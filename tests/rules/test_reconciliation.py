from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insurance.rules.reconciliation import Booked, Difference, Reconciled, our_key, reconcile


def booked(**sums: int) -> list[Booked]:
    return [Booked(key, amount) for key, amount in sums.items()]


@pytest.mark.parametrize(
    ("kind", "number", "key"),
    [
        ("payment", "pu-1-1", "in:2026"),
        ("refund", "pu-1-1-back", "back:2026"),
        ("refund", "su-1-back", "back:su-1-back"),
        ("transfer", "cl-1-1-0-0", "out:cl-1-1-0-0"),
        ("transfer", "su-1-out-0", "back:su-1-out-0"),
        ("transfer", "pu-1-1-out-0", "back:pu-1-1-out-0"),
        ("other", "5463", "unknown:5463"),
    ],
)
def test_a_line_of_the_statement_stands_in_our_books_under_the_key_that_moved_it(kind, number, key) -> None:
    assert our_key(kind, number, "2026") == key


def test_what_both_sides_have_with_one_sum_is_matched() -> None:
    assert reconcile(booked(a=1, b=2), booked(b=2, a=1)) == Reconciled(2, (), ())


def test_a_day_without_movements_is_reconciled() -> None:
    assert reconcile([], []) == Reconciled(0, (), ())


def test_every_kind_of_difference_is_told_with_both_sums() -> None:
    result = reconcile(booked(both=5, ours=1, more=30), booked(both=5, theirs=2, more=31))
    assert result == Reconciled(
        1,
        (
            Difference("amount_differs", "more", 30, 31),
            Difference("missing_there", "ours", 1, None),
            Difference("missing_here", "theirs", None, 2),
        ),
        (),
    )


def test_what_the_gateway_moved_twice_differs() -> None:
    assert reconcile(booked(a=100), [*booked(a=100), *booked(a=100)]).differences == (
        Difference("amount_differs", "a", 100, 200),
    )


def test_a_movement_of_nothing_is_not_the_same_as_none() -> None:
    assert reconcile(booked(a=0), []).differences == (Difference("missing_there", "a", 0, None),)


def test_what_we_booked_after_midnight_explains_what_was_missing_the_day_before() -> None:
    missing = reconcile([], booked(a=100)).differences
    assert reconcile(booked(a=100), [], missing) == Reconciled(1, (), missing)


def test_what_the_gateway_booked_after_midnight_explains_what_was_missing_there() -> None:
    missing = reconcile(booked(a=100), []).differences
    assert reconcile([], booked(a=100), missing) == Reconciled(1, (), missing)


def test_what_we_learned_late_of_the_day_itself_explains_it_on_a_later_day() -> None:
    missing = reconcile([], booked(a=100)).differences
    assert reconcile(booked(b=1), booked(b=1), missing, {"a": 100}) == Reconciled(1, (), missing)


@pytest.mark.parametrize("amount", [99, 0])
def test_another_sum_explains_nothing(amount: int) -> None:
    missing = reconcile([], booked(a=100)).differences
    result = reconcile(booked(a=amount), [], missing, {"a": amount})
    assert result.explained == ()
    assert result.differences == (Difference("missing_there", "a", amount, None),)


def test_a_sum_that_differed_is_never_explained_away() -> None:
    differed = (Difference("amount_differs", "a", 100, 200),)
    assert reconcile(booked(a=200), booked(a=200), differed, {"a": 200}).explained == ()


@dataclass
class Books:
    """What stands in the tables after each run: differences by day, and on which day's run they were explained."""

    ours: dict[int, list[Booked]]
    theirs: dict[int, list[Booked]]
    differences: dict[tuple[int, Difference], int | None] = field(default_factory=dict)

    def run(self, day: int) -> None:
        elsewhere = [d for (on, d) in self.differences if on != day]
        known = {b.key: b.amount_fen for some in self.ours.values() for b in some}
        result = reconcile(self.ours.get(day, []), self.theirs.get(day, []), elsewhere, known)
        for difference in result.differences:
            self.differences.setdefault((day, difference), None)
        for on, difference in self.differences:
            if on != day and difference in result.explained:
                self.differences[on, difference] = self.differences[on, difference] or day

    @property
    def open(self) -> set[str]:
        return {d.key for (_, d), explained in self.differences.items() if explained is None}


MOVES = st.lists(st.tuples(st.integers(1, 3), st.sampled_from([-1, 0, 1]), st.integers(1, 5)), max_size=8)


@given(MOVES, st.permutations([0, 1, 2, 3, 4]), st.data())
def test_days_done_in_any_order_and_again_end_with_nothing_open_when_both_sides_have_everything(moves, order, data):
    """The gateway books up to a day before or after us."""
    ours: dict[int, list[Booked]] = {}
    theirs: dict[int, list[Booked]] = {}
    for number, (day, shift, amount) in enumerate(moves):
        ours.setdefault(day, []).append(Booked(f"k{number}", amount))
        theirs.setdefault(day + shift, []).append(Booked(f"k{number}", amount))
    books = Books(ours, theirs)
    for day in [*order, *data.draw(st.lists(st.integers(0, 4), max_size=4))]:
        books.run(day)
    assert books.open == set()


@given(MOVES, st.permutations([0, 1, 2, 3, 4]), st.booleans())
def test_what_one_side_lacks_stays_open_whatever_the_order(moves, order, ours_lacks):
    sides: tuple[dict[int, list[Booked]], dict[int, list[Booked]]] = ({}, {})
    for number, (day, shift, amount) in enumerate(moves):
        for side, on in zip(sides, (day, day + shift), strict=True):
            side.setdefault(on, []).append(Booked(f"k{number}", amount))
    sides[1 if ours_lacks else 0].setdefault(2, []).append(Booked("lonely", 7))
    books = Books(*sides)
    for day in order:
        books.run(day)
    assert books.open == {"lonely"}
