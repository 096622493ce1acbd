"""Reconciling one day with the gateway's statement (对账), and what is kept of it. Every step is safe to repeat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Cast, String, all_, and_, any_, cast, func, not_, or_, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.journal import Entries, NoticeDraft, write_entries
from insurance.adapters.ports import Payments, Statement
from insurance.rules.cover import SHANGHAI
from insurance.rules.reconciliation import PURCHASE, Booked, Difference, Reconciled, our_key, reconcile
from insurance.tables import Database, Movement, Reconciliation, ReconciliationDifference

# how long a day without a statement is asked about again
MAKE_UP_DAYS = 30
# of payments of one day that we did not know of, how many are told to their purchases at once
MOST_TOLD = 1000


@dataclass(frozen=True)
class DayStep:
    """`day`: of Asia/Shanghai. `reason`: why there is no statement of it."""

    day: date
    reason: str = ""


@dataclass(frozen=True)
class UnknownPayment:
    """For an order of ours, as the gateway's bill has it: its notice never came, and nobody asked."""

    out_trade_no: str
    trade_no: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True)
class DayReconciled:
    """`differences`: found on this day and not explained by now; `unknown`: those of them that are payments for our orders."""

    day: date
    matched: int
    differences: int
    unknown: tuple[UnknownPayment, ...] = ()


class Reconciling:
    def __init__(self, database: Database, payments: Payments) -> None:
        self._database = database
        self._payments = payments

    @activity.defn
    async def days_to_reconcile(self, step: DayStep) -> list[date]:
        """The day itself, with earlier ones whose statement never came."""
        first = step.day - timedelta(days=MAKE_UP_DAYS)
        missed = select(Reconciliation.day).where(
            Reconciliation.state == "no_statement",
            Reconciliation.day >= first.isoformat(),
            Reconciliation.day < step.day.isoformat(),
        )
        async with self._database.transaction() as session:
            days = (await session.exec(missed.order_by(col(Reconciliation.day)))).all()
        return [*map(date.fromisoformat, days), step.day]

    @activity.defn
    async def reconcile_day(self, step: DayStep) -> DayReconciled:
        """Asks the gateway first, so that nothing is locked meanwhile. `PaymentsUnavailable` until there is a statement. What nobody
        can explain is told to the platform's operator; of an unknown payment its purchase hears first."""
        statement = await self._payments.statement(step.day)
        theirs = [Booked(our_key(line.kind, line.number, line.trade_no), line.amount_fen) for line in statement.lines]
        async with self._database.transaction() as session:
            now = await _one_at_a_time(session)
            ours = await _movements_of(session, step.day)
            elsewhere = await _differences_elsewhere(session, step.day, {b.key for b in (*ours, *theirs)})
            known = await _in_our_books(session, {d.key for d in elsewhere})
            result = reconcile(ours, theirs, elsewhere, known)
            await _store(session, statement, result, now)
            unknown = tuple(islice(_unknown_payments(statement, result.differences), MOST_TOLD))
            await _tell_operator(session, step.day, unknown, now)
            return DayReconciled(step.day, result.matched, await _open_of(session, step.day), unknown)

    @activity.defn
    async def note_no_statement(self, step: DayStep) -> None:
        """A day that was reconciled before stays so."""
        row = {"day": step.day.isoformat(), "state": "no_statement", "reason": step.reason, "created_at": func.now()}
        counts = dict.fromkeys(("lines", "received_fen", "returned_fen", "paid_out_fen", "matched"), 0)
        async with self._database.transaction() as session:
            await session.execute(insert(Reconciliation).values(**row, **counts).on_conflict_do_nothing())


async def _one_at_a_time(session: AsyncSession) -> datetime:
    """The database's time. Days explain each other: two at once would each miss what the other finds."""
    locked = text("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation', 0)), clock_timestamp()")
    now: datetime = (await session.execute(locked)).one()[1]
    return now


async def _movements_of(session: AsyncSession, day: date) -> list[Booked]:
    begin = datetime.combine(day, time(), SHANGHAI)
    moved = select(Movement.key, Movement.amount_fen).where(
        Movement.at >= begin, Movement.at < begin + timedelta(days=1)
    )
    return [Booked(key, amount_fen) for key, amount_fen in (await session.exec(moved)).all()]


async def _differences_elsewhere(session: AsyncSession, day: date, keys: set[str]) -> list[Difference]:
    table = ReconciliationDifference
    wanted = select(table).where(
        table.day != day.isoformat(), or_(col(table.resolved_at).is_(None), col(table.key) == any_(_array(keys)))
    )
    return [_difference(row) for row in (await session.exec(wanted)).all()]


def _difference(row: ReconciliationDifference) -> Difference:
    return Difference(row.kind, row.key, row.ours_fen, row.theirs_fen)  # type: ignore[arg-type]


async def _in_our_books(session: AsyncSession, keys: set[str]) -> dict[str, int]:
    known = select(Movement.key, Movement.amount_fen).where(col(Movement.key) == any_(_array(keys)))
    return dict((await session.exec(known)).all())


def _array(texts: Iterable[str]) -> Cast[Any]:
    """As one parameter: a day may have more keys than a statement may have parameters."""
    return cast(list(texts), ARRAY(String))


async def _store(session: AsyncSession, statement: Statement, result: Reconciled, now: datetime) -> None:
    day = statement.day.isoformat()
    await _store_day(session, statement, result.matched, now)
    if result.differences:
        await _store_differences(session, day, result.differences, now)
    await _resolve_own(session, day, result.differences, now)
    await _resolve_elsewhere(session, day, result.explained, now)


async def _store_differences(session: AsyncSession, day: str, found: Sequence[Difference], now: datetime) -> None:
    """What a day done again finds takes the place of what was found before: once, with the sums of now, and open again."""
    table = ReconciliationDifference
    row = insert(table)
    names = ("ours_fen", "theirs_fen", "found_at")
    anew = {name: row.excluded[name] for name in names} | {"resolved_at": None, "resolved_by_day": None}
    is_other = or_(
        col(table.ours_fen).is_distinct_from(row.excluded["ours_fen"]),
        col(table.theirs_fen).is_distinct_from(row.excluded["theirs_fen"]),
        col(table.resolved_at).is_not(None),
    )
    superseding = row.on_conflict_do_update(index_elements=["day", "kind", "key"], set_=anew, where=is_other)
    await session.execute(superseding, [{"day": day, **asdict(one), "found_at": now} for one in found])


async def _store_day(session: AsyncSession, statement: Statement, matched: int, now: datetime) -> None:
    found: dict[str, Any] = {
        "state": "done",
        "reason": None,
        "lines": len(statement.lines),
        "received_fen": _sum(statement, "payment"),
        "returned_fen": _sum(statement, "refund"),
        "paid_out_fen": _sum(statement, "transfer"),
        "matched": matched,
        "reconciled_at": now,
    }
    row = insert(Reconciliation).values(day=statement.day.isoformat(), created_at=now, **found)
    await session.execute(row.on_conflict_do_update(index_elements=["day"], set_=found))


def _sum(statement: Statement, kind: str) -> int:
    return sum(line.amount_fen for line in statement.lines if line.kind == kind)


async def _resolve_own(session: AsyncSession, day: str, found: Sequence[Difference], now: datetime) -> None:
    """What is not found again when a day is done once more: a bill was made anew, or our books have come to know of it."""
    table = ReconciliationDifference
    again = _array(f"{difference.kind}:{difference.key}" for difference in found)
    gone = update(table).where(
        col(table.day) == day,
        col(table.resolved_at).is_(None),
        func.concat(table.kind, ":", table.key) != all_(again),
    )
    await session.execute(gone.values(resolved_at=now, resolved_by_day=day))


async def _resolve_elsewhere(session: AsyncSession, day: str, explained: Iterable[Difference], now: datetime) -> None:
    table = ReconciliationDifference
    for difference in explained:
        one = update(table).where(
            col(table.day) != day,
            col(table.kind) == difference.kind,
            col(table.key) == difference.key,
            col(table.ours_fen).is_not_distinct_from(difference.ours_fen),
            col(table.theirs_fen).is_not_distinct_from(difference.theirs_fen),
            col(table.resolved_at).is_(None),
        )
        await session.execute(one.values(resolved_at=now, resolved_by_day=day))


def _unknown_payments(statement: Statement, found: Sequence[Difference]) -> Iterator[UnknownPayment]:
    missing = {difference.key for difference in found if difference.kind == "missing_here"}
    for line in statement.lines:
        is_ours = line.kind == "payment" and line.number.startswith(PURCHASE)
        if is_ours and our_key(line.kind, line.number, line.trade_no) in missing:
            yield UnknownPayment(line.number, line.trade_no, line.amount_fen, line.at)


async def _tell_operator(session: AsyncSession, day: date, told: Iterable[UnknownPayment], now: datetime) -> None:
    """Once about what is open of a day, and again when more is found. What a purchase is told of has until the next comparison."""
    table = ReconciliationDifference
    their_own = _array(our_key("payment", p.out_trade_no, p.trade_no) for p in told)
    has_time = and_(col(table.day) == day.isoformat(), col(table.key) == any_(their_own))
    is_open = select(table.day, func.count(), func.max(table.found_at)).where(
        col(table.resolved_at).is_(None), not_(has_time)
    )
    for of_day, count, found_at in (await session.exec(is_open.group_by(col(table.day)))).all():
        words = f"{of_day}的对账有{count}处差异没有得到解释，请与支付渠道核对"
        notice = NoticeDraft(f"{count}:{found_at:%Y%m%dT%H%M%S}", "role:operator", "reconciliation_open", words, now)
        await write_entries(session, f"reconciliation-{of_day}", Entries(notices=(notice,)))


async def _open_of(session: AsyncSession, day: date) -> int:
    table = ReconciliationDifference
    count = select(func.count()).where(table.day == day.isoformat(), col(table.resolved_at).is_(None))
    return (await session.exec(count)).one()
