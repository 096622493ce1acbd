"""The decision notice (理赔决定通知书): what was decided, the arithmetic line by line, every reason with its clause, and what the family
can do about it (保险法 23, 24). A refusal's is the law's 拒绝给付保险金通知书."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from insurance.letters.claim_facts import ClaimOnPaper, claim_facts
from insurance.letters.letter import Block, Heading, Issuer, Letter, Paragraph, Table, chinese_day
from insurance.rules.case import Decision
from insurance.rules.codes import REASON_CODES
from insurance.rules.complaints import REGULATORS_HOTLINE, REVIEW_ASKED_WITHIN_DAYS
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import COMPLAINT_DAYS, COMPLAINT_EXTENSIONS, LIMITATION_YEARS, PAYMENT_DAYS
from insurance.rules.money import yuan
from insurance.rules.reasons import bases_of
from insurance.rules.settlement import NotPayable, Settlement
from insurance.rules.terms import ProductTerms

TITLES = {"full": "理赔决定通知书", "partial": "理赔决定通知书", "refused": "拒绝给付保险金通知书"}
# reasons of a coverage that say nothing to a family whose claim is about something else
_ELSEWHERE = frozenset({"event_not_covered", "item_not_covered", "not_needed"})


@dataclass(frozen=True)
class DecisionOnPaper:
    """`dispute_until`: the last day on which another adjuster can be asked for; None when that was done before. `paid_before_fen`:
    what of the sum was paid already, in advance or before the claim was opened again."""

    number: str
    claim: ClaimOnPaper
    terms: ProductTerms
    settlement: Settlement
    decision: Decision
    dispute_until: date | None
    paid_before_fen: int = 0


def decision_notice(paper: DecisionOnPaper, issuer: Issuer) -> Letter:
    decision = paper.decision
    return Letter(
        title=TITLES[decision.outcome],
        number=paper.number,
        issuer=issuer,
        dated=shanghai_day(decision.decided_at),
        blocks=(
            claim_facts(paper.claim, ("审核", _who(decision))),
            Paragraph(f"{paper.claim.applicant_name}：{_said(decision)}"),
            *_reasons(paper),
            *_arithmetic(paper),
            *_coverages_without(paper),
            Heading("接下来"),
            *(Paragraph(text) for text in _next(paper)),
            Heading("您有异议时"),
            *(Paragraph(text) for text in _remedies(paper, issuer)),
        ),
    )


def _said(decision: Decision) -> str:
    match decision.outcome:
        case "full":
            return f"您的理赔申请已审核完毕，按条款应赔的全部赔付，赔款共{yuan(decision.payable_fen)}元。"
        case "partial":
            return f"您的理赔申请已审核完毕，部分赔付，赔款共{yuan(decision.payable_fen)}元。没有赔付的部分，原因见下。"
        case "refused":
            return "您的理赔申请已审核完毕。很抱歉，本次申请不能给付保险金，原因见下。"


def _who(decision: Decision) -> str:
    if decision.by == "automatic":
        return f"系统自动审核，{len(decision.checks)}项检查全部通过"
    return f"理赔员 {'、'.join(decision.adjusters)}"


# --- why --------------------------------------------------------------------------------------------------------------


def _reasons(paper: DecisionOnPaper) -> Iterator[Block]:
    decision = paper.decision
    if decision.outcome == "full":
        return
    yield Heading("没有全部赔付的原因" if decision.outcome == "partial" else "不予赔付的原因")
    rows = tuple((REASON_CODES[code], "、".join(_bases(paper, code))) for code in decision.reason_codes)
    yield Table(("原因", "依据"), rows, (40, 60), frozenset(), total=False)
    if decision.comment:
        yield Paragraph(f"说明：{decision.comment}")


def _bases(paper: DecisionOnPaper, code: str) -> Sequence[str]:
    clauses = {coverage.coverage_id: coverage.clause for coverage in paper.terms.coverages}
    found = bases_of(code, paper.decision, paper.settlement, clauses)
    return found or ("见下面的说明" if paper.decision.comment else "见下表各项责任",)


def _clause(paper: DecisionOnPaper, coverage: NotPayable) -> str:
    known = paper.terms.coverage(coverage.coverage_id)
    return known.clause if known else coverage.label


def _decided(decision: Decision) -> dict[str, int]:
    return {line.coverage_id: line.payable_fen for line in decision.lines}


# --- arithmetic -------------------------------------------------------------------------------------------------------


def _arithmetic(paper: DecisionOnPaper) -> Iterator[Block]:
    lines = paper.settlement.lines
    if lines:
        yield Heading("理算过程（单位：元）")
    for line in lines:
        steps = tuple((step.label, yuan(step.amount_fen)) for step in line.steps)
        total = ("按条款计算", yuan(line.payable_fen))
        yield Table((line.label, "金额"), (*steps, total), (78, 22), frozenset({1}))
        yield Paragraph(f"依据：{line.clause}", small=True)
    if lines:
        yield _decided_table(paper)


def _decided_table(paper: DecisionOnPaper) -> Table:
    decided = _decided(paper.decision)
    rows = [(li.label, yuan(li.payable_fen), yuan(decided.get(li.coverage_id, 0))) for li in paper.settlement.lines]
    total = ("合计", yuan(paper.settlement.payable_fen), yuan(paper.decision.payable_fen))
    return Table(("保险责任", "按条款计算", "决定赔付"), (*rows, total), (56, 22, 22), frozenset({1, 2}))


def _coverages_without(paper: DecisionOnPaper) -> Iterator[Block]:
    telling = _telling(paper.settlement)
    if telling:
        yield Heading("没有赔付的保险责任")
        rows = tuple((n.label, n.explanation, _clause(paper, n)) for n in telling)
        yield Table(("保险责任", "原因", "条款"), rows, (26, 48, 26), frozenset(), total=False)


def _telling(settlement: Settlement) -> Sequence[NotPayable]:
    """Every one when nothing at all is payable."""
    if not settlement.lines:
        return settlement.not_payable
    return [n for n in settlement.not_payable if n.code not in _ELSEWHERE]


# --- what follows -----------------------------------------------------------------------------------------------------


def _next(paper: DecisionOnPaper) -> Iterator[str]:
    if paper.paid_before_fen and paper.decision.payable_fen:
        yield f"赔款中的{yuan(paper.paid_before_fen)}元此前已经支付，以下是余下的部分。"
    match paper.decision.outcome:
        case "full":
            yield f"无须您确认。赔款最迟在本决定作出后{PAYMENT_DAYS}日内付到您登记的收款账户（保险法第二十三条）。"
        case "partial":
            yield f"请您在理赔页面确认。确认后最迟{PAYMENT_DAYS}日内付款（保险法第二十三条）。"
            if paper.dispute_until is not None:
                yield f"到{chinese_day(paper.dispute_until)}您没有确认也没有提出异议的，将按本决定付款；付款后您仍然可以投诉。"
        case "refused":
            yield "本通知按保险法第二十四条，自作出决定之日起三日内发给您，并说明理由。"


def _remedies(paper: DecisionOnPaper, issuer: Issuer) -> Iterator[str]:
    if paper.decision.outcome != "full" and paper.dispute_until is not None:
        until = chinese_day(paper.dispute_until)
        yield f"申请复核：{until}前（含当日）可以在理赔页面申请，由另一位理赔员重新审核，一次为限。"
    usual, longer, longest = COMPLAINT_DAYS, *COMPLAINT_EXTENSIONS
    yield (
        f"投诉：在理赔页面提交，或拨打本公司客服热线{issuer.hotline}（{issuer.hours}）。由没有经办本案的人一般{usual}日内答复，复杂的"
        f"{longer}日，特别复杂的最长{longest}日；对答复不满意的，{REVIEW_ASKED_WITHIN_DAYS}日内可以申请核查。"
    )
    yield (
        f"也可以拨打银行保险消费者投诉维权热线{REGULATORS_HOTLINE}，申请调解，或者按合同约定仲裁、向人民法院起诉。"
        f"请求给付保险金的诉讼时效为{LIMITATION_YEARS}年（保险法第二十六条）。"
    )
    yield "发现新的票据或者新的情况，结案后也可以申请重新受理。"
