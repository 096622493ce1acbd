from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from activities.reconciliation import DayReconciled, DayStep, Reconciling, UnknownPayment
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import PaymentsUnavailable, Statement, StatementLine, TransferOrder
from insurance.rules.cover import SHANGHAI
from insurance.settings import DatabaseSettings
from insurance.tables import Database, Movement, OutboxNotice, Reconciliation, ReconciliationDifference
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.servers

DAY = date(2026, 3, 10)
NEXT = DAY + timedelta(days=1)
# a Wednesday well behind the day, when every bill is there
LATER = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


UNKNOWN = UnknownPayment("pu-1-1", "2026A", 120_00, at(DAY))


class Gateway(FakePayments):
    """A fake whose books were written before the test."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: self.now)
        self.now = LATER

    def booked(self, kind: Any, number: str, trade_no: str, amount_fen: int, when: datetime) -> None:
        self._lines.append(StatementLine(kind, number, trade_no, amount_fen, when))


@pytest.fixture
async def books(postgres: PostgresServer, migrated: str) -> AsyncIterator[Database]:
    books = Database(DatabaseSettings(url=SecretStr(postgres.create(migrated))))
    yield books
    await books.close()


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def reconciling(books: Database, gateway: Gateway) -> Reconciling:
    return Reconciling(books, gateway)


async def moved(books: Database, key: str, kind: str, amount_fen: int, when: datetime) -> None:
    async with books.transaction() as session:
        session.add(Movement(key=key, kind=kind, process_id="p-1", amount_fen=amount_fen, trade_no=None, at=when))


async def differences(books: Database) -> list[tuple[str, str, str, str | None]]:
    """Day, kind, key, and the day that resolved it."""
    async with books.transaction() as session:
        table = ReconciliationDifference
        rows = (await session.exec(select(table).order_by(col(table.day), col(table.key)))).all()
    assert all((row.resolved_at is None) == (row.resolved_by_day is None) for row in rows)
    return [(row.day, row.kind, row.key, row.resolved_by_day) for row in rows]


async def told(books: Database) -> list[tuple[str, str, str]]:
    """To whom, about what, and what is said first."""
    async with books.transaction() as session:
        rows = (await session.exec(select(OutboxNotice))).all()
    return [(row.subject, row.about, row.text.partition("没有")[0]) for row in rows]


async def the_day(books: Database, day: date = DAY) -> Reconciliation | None:
    async with books.transaction() as session:
        return await session.get(Reconciliation, day.isoformat())


async def test_a_day_on_which_both_sides_agree(books: Database, gateway: Gateway, reconciling: Reconciling) -> None:
    gateway.booked("payment", "pu-1-1", "2026A", 120_00, at(DAY))
    gateway.booked("refund", "pu-1-1-back", "2026A", 120_00, at(DAY, 13))
    gateway.booked("refund", "su-1-back", "2026B", 65_00, at(DAY, 14))
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY, 23, 59))
    gateway.booked("transfer", "su-2-out-0", "2026D", 78_00, at(DAY, 0))
    await moved(books, "in:2026A", "premium", 120_00, at(DAY))
    await moved(books, "back:2026A", "refund", 120_00, at(DAY, 13))
    await moved(books, "back:su-1-back", "refund", 65_00, at(DAY, 14))
    await moved(books, "out:cl-1-1-0-0", "payout", 944_45, at(DAY, 23, 59))
    await moved(books, "back:su-2-out-0", "refund", 78_00, at(DAY, 0))
    assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 5, 0)
    row = await the_day(books)
    assert row and (row.state, row.lines, row.matched) == ("done", 5, 5)
    assert (row.received_fen, row.returned_fen, row.paid_out_fen) == (120_00, 185_00, 1_022_45)
    assert await differences(books) == []


async def test_each_difference_is_kept_with_its_key(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("payment", "pu-1-1", "2026A", 120_00, at(DAY))
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY))
    gateway.booked("other", "5463", "2026E", 1_00, at(DAY))
    await moved(books, "out:cl-1-1-0-0", "payout", 944_40, at(DAY))
    await moved(books, "back:su-1-back", "refund", 65_00, at(DAY))
    assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 0, 4, (UNKNOWN,))
    assert await differences(books) == [
        ("2026-03-10", "missing_there", "back:su-1-back", None),
        ("2026-03-10", "missing_here", "in:2026A", None),
        ("2026-03-10", "amount_differs", "out:cl-1-1-0-0", None),
        ("2026-03-10", "missing_here", "unknown:5463", None),
    ]
    # of the payment its purchase hears first
    assert await told(books) == [("role:operator", "reconciliation-2026-03-10", "2026-03-10的对账有3处差异")]


async def test_what_stays_open_is_told_to_the_operator_once(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("payment", "pu-1-1", "2026A", 120_00, at(DAY))
    gateway.booked("payment", "elsewhere-1", "2026B", 120_00, at(NEXT))
    for day in (DAY, DAY):
        assert len((await reconciling.reconcile_day(DayStep(day))).unknown) == 1
    assert await told(books) == []
    for day in (NEXT, NEXT + timedelta(days=1)):
        assert (await reconciling.reconcile_day(DayStep(day))).unknown == ()
    assert sorted(about for _, about, _ in await told(books)) == [f"reconciliation-{DAY}", f"reconciliation-{NEXT}"]


async def test_a_payment_that_its_purchase_has_taken_by_the_next_day_is_told_to_nobody(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("payment", "pu-1-1", "2026A", 120_00, at(DAY))
    await reconciling.reconcile_day(DayStep(DAY))
    await moved(books, "in:2026A", "premium", 120_00, at(DAY))
    await reconciling.reconcile_day(DayStep(NEXT))
    assert await told(books) == []


@pytest.mark.parametrize("times", [1, 3])
async def test_a_day_done_again_is_the_same_day(
    books: Database, gateway: Gateway, reconciling: Reconciling, times: int
) -> None:
    gateway.booked("payment", "pu-1-1", "2026A", 120_00, at(DAY))
    for _ in range(times):
        assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 0, 1, (UNKNOWN,))
    assert await differences(books) == [("2026-03-10", "missing_here", "in:2026A", None)]


@pytest.mark.parametrize("order", [[DAY, NEXT], [NEXT, DAY], [DAY, NEXT, DAY, NEXT]])
async def test_what_was_confirmed_past_midnight_is_resolved_and_not_deleted(
    books: Database, gateway: Gateway, reconciling: Reconciling, order: list[date]
) -> None:
    gateway.booked("refund", "su-1-back", "2026B", 65_00, at(DAY, 23, 59))
    await moved(books, "back:su-1-back", "refund", 65_00, at(NEXT, 0, 1))
    results = [await reconciling.reconcile_day(DayStep(day)) for day in order]
    (found,) = await differences(books)
    first, second = order[:2]
    assert (found[0], found[3]) == (first.isoformat(), second.isoformat())
    assert (results[0].differences, results[1].differences) == (1, 0)


async def test_what_a_worker_told_days_later_is_resolved_by_the_next_day(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY))
    await reconciling.reconcile_day(DayStep(DAY))
    await moved(books, "out:cl-1-1-0-0", "payout", 944_45, at(DAY))
    await reconciling.reconcile_day(DayStep(NEXT))
    assert await differences(books) == [("2026-03-10", "missing_here", "out:cl-1-1-0-0", "2026-03-11")]


async def test_a_day_done_again_resolves_what_is_no_longer_found(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY))
    await reconciling.reconcile_day(DayStep(DAY))
    await moved(books, "out:cl-1-1-0-0", "payout", 944_45, at(DAY))
    assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 1, 0)
    assert await differences(books) == [("2026-03-10", "missing_here", "out:cl-1-1-0-0", "2026-03-10")]


async def found(books: Database) -> list[tuple[str, int | None, int | None, bool]]:
    async with books.transaction() as session:
        rows = (await session.exec(select(ReconciliationDifference))).all()
    return [(row.kind, row.ours_fen, row.theirs_fen, row.resolved_at is None) for row in rows]


async def test_a_day_done_again_puts_the_sums_of_what_it_found_before_right(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY))
    await moved(books, "out:cl-1-1-0-0", "payout", 944_40, at(DAY))
    await reconciling.reconcile_day(DayStep(DAY))
    # a bill that was made anew
    gateway._lines.clear()
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_50, at(DAY))
    for _ in range(2):
        assert (await reconciling.reconcile_day(DayStep(DAY))).differences == 1
    assert await found(books) == [("amount_differs", 944_40, 944_50, True)]


async def test_what_is_found_again_after_it_was_resolved_is_open_again(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    await moved(books, "out:cl-1-1-0-0", "payout", 944_45, at(DAY))
    await reconciling.reconcile_day(DayStep(DAY))
    gateway.booked("transfer", "cl-1-1-0-0", "2026C", 944_45, at(DAY))
    assert (await reconciling.reconcile_day(DayStep(DAY))).differences == 0
    gateway._lines.clear()
    assert (await reconciling.reconcile_day(DayStep(DAY))).differences == 1
    assert await found(books) == [("missing_there", 944_45, None, True)]


async def test_another_sum_on_a_later_day_resolves_nothing(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.booked("refund", "su-1-back", "2026B", 65_00, at(DAY))
    await moved(books, "back:su-1-back", "refund", 64_00, at(NEXT))
    for day in (DAY, NEXT):
        await reconciling.reconcile_day(DayStep(day))
    assert [found[3] for found in await differences(books)] == [None, None]


async def test_a_bill_that_is_not_there_yet_stores_nothing(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.now = at(NEXT, 8, 59)
    with pytest.raises(PaymentsUnavailable):
        await reconciling.reconcile_day(DayStep(DAY))
    assert await the_day(books) is None
    gateway.now = at(NEXT, 9, 0)
    await reconciling.reconcile_day(DayStep(DAY))
    assert await the_day(books) is not None


async def test_a_day_without_a_statement_is_asked_about_again_until_it_has_one(
    books: Database, reconciling: Reconciling
) -> None:
    assert await reconciling.days_to_reconcile(DayStep(NEXT)) == [NEXT]
    await reconciling.note_no_statement(DayStep(DAY, "unavailable"))
    row = await the_day(books)
    assert row and (row.state, row.reason, row.reconciled_at) == ("no_statement", "unavailable", None)
    assert await reconciling.days_to_reconcile(DayStep(NEXT)) == [DAY, NEXT]
    assert await reconciling.days_to_reconcile(DayStep(DAY)) == [DAY]
    assert await reconciling.days_to_reconcile(DayStep(DAY + timedelta(days=31))) == [DAY + timedelta(days=31)]
    await reconciling.reconcile_day(DayStep(DAY))
    assert await reconciling.days_to_reconcile(DayStep(NEXT)) == [NEXT]


async def test_a_day_that_was_reconciled_stays_so(books: Database, reconciling: Reconciling) -> None:
    await reconciling.reconcile_day(DayStep(DAY))
    await reconciling.note_no_statement(DayStep(DAY, "unavailable"))
    row = await the_day(books)
    assert row and row.state == "done"


async def test_a_day_with_more_movements_than_a_statement_may_have_parameters(
    books: Database, reconciling: Reconciling, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tuple(StatementLine("transfer", f"cl-{n}", f"{n}", 1, at(DAY)) for n in range(70_000))

    async def statement(_: object, day: date) -> Statement:
        return Statement(day, lines if day == DAY else ())

    async with books.transaction() as session:
        rows = [
            {"key": f"out:cl-{n}", "kind": "payout", "process_id": "p", "amount_fen": 1, "at": at(DAY)}
            for n in range(69_999)
        ]
        await session.execute(Movement.__table__.insert(), rows)  # type: ignore[attr-defined]
    monkeypatch.setattr(Gateway, "statement", statement)
    assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 69_999, 1)
    assert await differences(books) == [("2026-03-10", "missing_here", "out:cl-69999", None)]


async def test_what_really_moved_at_the_gateway_is_what_the_statement_has(
    books: Database, gateway: Gateway, reconciling: Reconciling
) -> None:
    gateway.now = at(DAY)
    paid = await gateway.transfer(TransferOrder("cl-1-1-0-0", 944_45, "alipay", "a@example.com", "黄建国", "赔款"))
    assert paid.paid_at is not None
    await moved(books, "out:cl-1-1-0-0", "payout", 944_45, paid.paid_at)
    gateway.now = LATER
    assert await reconciling.reconcile_day(DayStep(DAY)) == DayReconciled(DAY, 1, 0)
