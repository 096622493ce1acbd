"""A claim's history as a story for people: lines by time, what money moved among them, and how it stands now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.claim_files import label_of_claim, turn_of_claim
from api.history import CaseHistory, history_of
from api.views import instant
from insurance.rules.chain import Entry
from insurance.rules.money import yuan
from insurance.rules.reminders import CLOCK_NAMES, last_day
from insurance.tables import Claim, Movement

PEOPLE = {
    "family": "家长",
    "adjuster": "理赔员",
    "operator": "运营人员",
    "school": "学校",
    "insurer": "保险公司",
    "system": "系统",
}
MOVED = {"premium": "收到保费", "refund": "退回", "payout": "付出赔款"}
GATEWAY = "支付宝"
ENDED = ("closed", "withdrawn")


@dataclass(frozen=True)
class Line:
    """`why` is for staff. `superseded`: it was told, and something later took its place."""

    at: datetime
    who: str
    what: str
    why: str | None = None
    superseded: bool = False


@dataclass(frozen=True)
class Story:
    """`turn` None: nobody must act any more. `clock`: what the insurer must keep next, in words. Sums in fen; `decided_fen` None:
    there is no decision."""

    claim_id: str
    report_no: str | None
    policy_no: str
    state: str
    turn: str | None
    clock: str | None
    decided_fen: int | None
    paid_fen: int
    lines: tuple[Line, ...]
    history: CaseHistory

    def view(self) -> dict[str, Any]:
        """As `--json` prints it: the history as the API gives it, and the sums."""
        return {
            "claim_id": self.claim_id,
            "report_no": self.report_no,
            "policy_no": self.policy_no,
            "state": self.state,
            "turn": self.turn,
            "clock": self.clock,
            "decided_fen": self.decided_fen,
            "paid_fen": self.paid_fen,
            "lines": [vars(line) | {"at": instant(line.at)} for line in self.lines],
        } | self.history.view()


async def story_of(session: AsyncSession, claim_id: str) -> Story | None:
    """None when there is no such claim."""
    claim = await session.get(Claim, claim_id)
    if claim is None:
        return None
    history = await history_of(session, claim_id)
    moved = select(Movement).where(Movement.process_id == claim_id).order_by(col(Movement.at))
    movements = (await session.exec(moved)).all()
    lines = [*_told(history), *(Line(m.at, GATEWAY, f"{MOVED[m.kind]} {yuan(m.amount_fen)} 元") for m in movements)]
    return Story(
        claim_id=claim_id,
        report_no=claim.report_no,
        policy_no=claim.policy_no,
        state=label_of_claim(claim),
        turn=None if claim.state in ENDED else PEOPLE[turn_of_claim(claim)],
        clock=_clock(claim),
        decided_fen=claim.payable_fen,
        paid_fen=sum(m.amount_fen for m in movements if m.kind == "payout"),
        # by time alone: lines of one moment stay in the order in which they were told
        lines=tuple(sorted(lines, key=_moment)),
        history=history,
    )


def _moment(line: Line) -> datetime:
    """The gateway tells whole seconds: what it did in one came after what led to it."""
    is_whole = line.who == GATEWAY and not line.at.microsecond
    return line.at + timedelta(seconds=1) if is_whole else line.at


def _clock(claim: Claim) -> str | None:
    if claim.due_at is None or claim.due_clock is None:
        return None
    return f"{CLOCK_NAMES[claim.due_clock]}最晚{last_day(claim.due_at)}"


def _told(history: CaseHistory) -> Iterator[Line]:
    for entry in history.entries:
        lost = (entry.process_id, entry.number) in history.superseded
        yield Line(entry.at, _who(entry), entry.text, entry.reason, lost)


def _who(entry: Entry) -> str:
    role, _, subject = entry.by.partition(":")
    return f"{PEOPLE.get(role, role)} {subject}".strip()
