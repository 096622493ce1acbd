"""What a reason of a reduction or refusal rests on (依据): the law, an article of the terms, or the clauses of the benefits it is about."""

from collections.abc import Mapping, Sequence

from insurance.rules.case import Decision
from insurance.rules.settlement import Line, Settlement

# articles that every product's terms have, by their headings
PERIOD, WAITING, INDEMNITY, CLAIMS = "保险期间", "等待期", "补偿原则和未成年人限额", "理赔"
ARTICLES = (PERIOD, WAITING, INDEMNITY, CLAIMS)

# reasons that rest on the same whatever the benefit
_GENERAL: Mapping[str, tuple[str, ...]] = {
    "outside_period": (f"保险条款“{PERIOD}”",),
    "waiting_period": (f"保险条款“{WAITING}”",),
    "duplicate_receipt": (f"保险条款“{INDEMNITY}”",),
    "paid_elsewhere": (f"保险条款“{INDEMNITY}”",),
    "altered_receipt": ("保险法第二十七条第三款（虚报的部分不赔）",),
    "no_evidence": ("保险法第二十二条", f"保险条款“{CLAIMS}”"),
}


def bases_of(code: str, decision: Decision, settlement: Settlement, clauses: Mapping[str, str]) -> tuple[str, ...]:
    """Of benefits: those that don't apply for this very reason, and for a reason that has no basis of its own those that pay less than
    was worked out. `clauses`: of the terms, by coverage. Empty when the adjuster's own words must say it."""
    for_this = [clauses.get(n.coverage_id, n.label) for n in settlement.not_payable if n.code == code]
    if code in _GENERAL:
        return tuple(dict.fromkeys((*_GENERAL[code], *for_this)))
    return tuple(dict.fromkeys([line.clause for line in _reduced(decision, settlement)] or for_this))


def _reduced(decision: Decision, settlement: Settlement) -> Sequence[Line]:
    decided = {line.coverage_id: line.payable_fen for line in decision.lines}
    return [line for line in settlement.lines if decided.get(line.coverage_id, 0) < line.payable_fen]
