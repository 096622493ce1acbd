"""What a claim pays (赔款) as people see it: what is owed, what went out, and what keeps the rest."""

from typing import Any, Literal

from api.views import instant
from insurance.rules.case import Payout
from insurance.rules.case_file import CaseFile

PayoutState = Literal["waiting", "paying", "failed", "partly_paid", "paid", "nothing_owed"]


def payout_view(case: CaseFile, late_days: int) -> dict[str, Any] | None:
    """None while nothing is owed and no transfer was tried. `amount_fen` is what `state` speaks of: what went out when it is `paid` or
    `partly_paid`, what is on its way or still to come otherwise. `owed_fen`: what the decision gives beyond `paid_fen`."""
    paid_fen, owed_fen = _paid_fen(case), _owed_fen(case)
    if not case.payouts and not owed_fen:
        return None
    state = _state(case, paid_fen, owed_fen)
    failed = case.payouts[-1] if state == "failed" else None
    return {
        "state": state,
        "amount_fen": paid_fen if state in ("paid", "partly_paid") else _to_come_fen(case, state, owed_fen),
        "paid_fen": paid_fen,
        "owed_fen": owed_fen,
        "paid_at": instant(max((p.paid_at for p in case.payouts if p.paid_at), default=None)),
        "reason": failed.reason if failed else None,
        "reason_code": failed.reason_code if failed else None,
        "late_days": late_days,
        "transfers": [_transfer_view(p) for p in case.payouts],
    }


def _state(case: CaseFile, paid_fen: int, owed_fen: int) -> PayoutState:
    if any(p.state == "paying" for p in case.payouts) or (case.state == "paying" and owed_fen):
        return "paying"
    # of an advance that no account took nothing is decided yet
    if case.payouts and case.payouts[-1].state == "failed" and (owed_fen or case.payee_wanted):
        return "failed"
    if owed_fen:
        return "partly_paid" if paid_fen else "waiting"
    return "paid" if paid_fen else "nothing_owed"


def _paid_fen(case: CaseFile) -> int:
    return sum(p.amount_fen for p in case.payouts if p.state == "paid")


def _owed_fen(case: CaseFile) -> int:
    """Every round's decision is about the whole sum; of a claim that was taken back nothing is owed."""
    if case.decision is None or case.state == "withdrawn":
        return 0
    return max(0, case.decision.payable_fen - _paid_fen(case))


def _to_come_fen(case: CaseFile, state: PayoutState, owed_fen: int) -> int:
    if state == "paying":
        return sum(p.amount_fen for p in case.payouts if p.state == "paying") or owed_fen
    return owed_fen or (case.payouts[-1].amount_fen if state == "failed" else 0)


def _transfer_view(transfer: Payout) -> dict[str, Any]:
    return {
        "out_biz_no": transfer.out_biz_no,
        "amount_fen": transfer.amount_fen,
        "state": transfer.state,
        "paid_at": instant(transfer.paid_at),
        "advance": transfer.advance,
    }
