"""The end of the month: our books, the gateway's and the insurer's beside each other, and every process where it may be."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus

from insurance.rules.reconciliation import REFUNDS, our_key
from insurance.rules.status import policy_state
from insurance.tables import Database

# (what moved or was entered, its number, fen)
Line = tuple[str, str, int]

OUR_MONEY = "SELECT kind, key, amount_fen FROM movements"
GATEWAY_MONEY = """
SELECT m.kind, m.key, coalesce(t.trade_no, ''), m.amount_fen
FROM movements m LEFT JOIN trades t ON t.out_trade_no = m.about
"""
# what the insurer must have, by what our cases came to
OUR_COVER = """
SELECT 'policy', policy_no, premium_fen FROM policies WHERE source = 'purchase'
UNION ALL SELECT 'taken_over', policy_no, premium_fen FROM policies WHERE source <> 'purchase'
UNION ALL SELECT 'cancellation', policy_no, refund_fen FROM surrenders
    WHERE state IN ('terminated', 'payee_needed', 'refunded')
UNION ALL SELECT 'amendment', policy_no, 0 FROM corrections WHERE state = 'corrected'
UNION ALL SELECT 'report', report_no, 0 FROM claims WHERE report_no IS NOT NULL
UNION ALL SELECT 'closure', c.report_no, coalesce(
    (SELECT sum(m.amount_fen)::bigint FROM movements m WHERE m.process_id = c.claim_id AND m.kind = 'payout'), 0)
    FROM claims c WHERE c.state = 'closed' OR (c.state = 'withdrawn' AND c.report_no IS NOT NULL)
"""
INSURER_COVER = """
SELECT kind, CASE WHEN kind IN ('cancellation', 'closure', 'amendment') THEN about ELSE number END,
    CASE WHEN kind IN ('report', 'amendment') THEN 0 ELSE amount_fen END
FROM entries WHERE kind IN ('policy', 'taken_over', 'cancellation', 'amendment', 'report', 'closure')
"""
OUR_CASES = """
SELECT 'purchase', purchase_id, state FROM purchases
UNION ALL SELECT 'claim', claim_id, state FROM claims
UNION ALL SELECT 'review', review_id, state FROM reviews
UNION ALL SELECT 'surrender', surrender_id, state FROM surrenders
UNION ALL SELECT 'correction', correction_id, state FROM corrections
"""
OUR_POLICIES = "SELECT policy_no, effective_date, ends_on, ended_reason FROM policies"
FINAL = {
    "purchase": ("issued", "refunded", "declined", "cancelled"),
    "claim": ("closed", "withdrawn"),
    # papers are waited for by the claim: the review that asked for them is over
    "review": ("decided", "withdrawn", "waiting_documents"),
    "surrender": ("refunded", "rejected", "cancelled"),
    "correction": ("corrected", "declined", "unanswered"),
}
# where a process may wait: for the family, for an adjuster, or for a day that is still to come
WAITING = {
    "purchase": ("expired", "payee_needed"),
    "claim": ("reported", "supplement_requested", "decided", "in_review", "payee_needed"),
    "review": ("open", "second_open"),
    "surrender": ("payee_needed",),
    "correction": (),
}
# never tried yet, or on its way
OWED_NOTICES = "SELECT count(*) FROM notices WHERE state = 'sending' OR (state = 'waiting' AND attempts = 0)"
OPEN_RESERVATIONS = """
SELECT l.claim_id FROM limit_entries l JOIN claims c USING (claim_id)
WHERE l.reserved_fen > 0 AND c.state IN ('closed', 'withdrawn')
"""
RECONCILED = "SELECT state, count(*) FROM reconciliations GROUP BY state"
UNEXPLAINED = "SELECT day, kind, key FROM reconciliation_differences WHERE resolved_at IS NULL"


@dataclass(frozen=True)
class Compared:
    """`ours` and `theirs` in fen, over all lines; `differences`: lines that only one side has, or with another sum."""

    lines: int
    ours_fen: int
    theirs_fen: int
    differences: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        sums = {"lines": self.lines, "ours_fen": self.ours_fen, "theirs_fen": self.theirs_fen}
        return sums | {"differences": list(self.differences)}


def compare(ours: Iterable[Line], theirs: Iterable[Line]) -> Compared:
    here, there = Counter(ours), Counter(theirs)
    wrong = [f"only ours: {line}" for line in (here - there).elements()]
    wrong += [f"only theirs: {line}" for line in (there - here).elements()]
    return Compared(here.total(), _sum(here), _sum(there), tuple(wrong))


def _sum(lines: Counter[Line]) -> int:
    return sum(int(line[2]) * times for line, times in lines.items())


async def money(database: Database, gateway: Path) -> Compared:
    """Every movement under the key of our books. `gateway`: the simulator's own file."""
    moved = _of_file(gateway, GATEWAY_MONEY)
    theirs = [(_kind(kind, number), our_key(kind, number, trade), fen) for kind, number, trade, fen in moved]
    return compare(await _rows(database, OUR_MONEY), theirs)


def _kind(kind: str, number: str) -> str:
    if kind == "transfer":
        return "refund" if number.startswith(REFUNDS) else "payout"
    return {"payment": "premium"}.get(kind, kind)


async def cover(database: Database, insurer: Path) -> Compared:
    """Policies, cancellations, reports and closures with their sums. `insurer`: the simulator's own file."""
    return compare(await _rows(database, OUR_COVER), _of_file(insurer, INSURER_COVER))


def owed_notices(simulator: Path) -> int:
    """Of the simulator's own file."""
    ((owed,),) = _of_file(simulator, OWED_NOTICES)
    return int(owed)


def _of_file(file: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


async def misplaced(database: Database, client: Client) -> tuple[Counter[str], list[str]]:
    """How many cases are in each state, and those that are neither over nor rightly waiting: by our books, and by Temporal."""
    states: Counter[str] = Counter()
    wrong = []
    for kind, process_id, state in await _rows(database, OUR_CASES):
        states[f"{kind} {state}"] += 1
        status = (await client.get_workflow_handle(process_id).describe()).status
        over, waiting = state in FINAL[kind], state in WAITING[kind]
        fits = (over and status == WorkflowExecutionStatus.COMPLETED) or (
            waiting and status == WorkflowExecutionStatus.RUNNING
        )
        if not fits:
            wrong.append(f"{process_id} {state} {status.name if status else 'unknown'}")
    held = await _rows(database, OPEN_RESERVATIONS)
    return states, wrong + [f"{claim_id} still holds of the limits" for (claim_id,) in held]


async def policies(database: Database, today: date) -> Counter[str]:
    """How many are in each state on `today`."""
    return Counter(
        "policy " + policy_state(starts, ends, (ended, ends) if ended else None, today)
        for _, starts, ends, ended in await _rows(database, OUR_POLICIES)
    )


async def reconciled(database: Database) -> tuple[dict[str, int], list[str]]:
    """Days by what became of their daily reconciliation, and differences that no day explains."""
    days = dict(await _rows(database, RECONCILED))
    return days, [" ".join(row) for row in await _rows(database, UNEXPLAINED)]


async def notices(database: Database) -> dict[str, int]:
    """How many of each kind people got."""
    return dict(await _rows(database, "SELECT kind, count(*) FROM outbox GROUP BY kind ORDER BY kind"))


async def _rows(database: Database, query: str) -> Sequence[Any]:
    async with database.transaction() as session:
        return [tuple(row) for row in (await session.execute(text(query))).all()]
