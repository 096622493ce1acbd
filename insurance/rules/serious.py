"""Serious cases (大案): which claims are, what is promised by when, and what a school is told of them (长教发〔2024〕21号附件1第3.6项:
与学校反馈大案理赔进展情况). Times without a source are ours, and can be changed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from insurance.rules.case import AccidentReport, Assessment, Established

# of one event (DESIGN 5)
STUDENTS = 3
REMIND_AGAIN = timedelta(days=7)
STAGES = ("notified", "in_contact", "documents", "assessing", "decided", "paid", "closed")

BECAUSE: Mapping[str, str] = MappingProxyType(
    {
        "death": "身故",
        "disability": "伤残",
        "critical_illness": "重大疾病",
        "incident": f"同一事故涉及{STUDENTS}名及以上学生",
        "large_sum": "赔付金额较大",
    }
)


def serious_because(
    report: AccidentReport,
    assessment: Assessment | None,
    students: int,
    large_from_fen: int,
    established: Established | None = None,
) -> tuple[str, ...]:
    """Every reason why a claim is serious; empty when it is not. `students` are linked to the same event; `large_from_fen` is the
    product's (DESIGN 5: 50,000 yuan)."""
    settlement = assessment.settlement if assessment else None
    paying = {line.coverage_id for line in settlement.lines if line.payable_fen} if settlement else set()
    linked = max(students, assessment.grounds.incident_students if assessment else 0)
    held = {
        "death": report.patient_state == "deceased" or (established is not None and established.died_on is not None),
        "disability": report.patient_state == "disabled" or bool(established and established.disability_grades),
        "critical_illness": report.critical_illness or "critical_illness" in paying,
        "incident": linked >= STUDENTS,
        "large_sum": settlement is not None and settlement.payable_fen >= large_from_fen,
    }
    return tuple(reason for reason, is_so in held.items() if is_so)


_FOLLOWS = {
    **dict.fromkeys(("assessing", "in_review", "disputed", "reopened"), "assessing"),
    "supplement_requested": "documents",
    **dict.fromkeys(("decided", "agreed", "paying", "payee_needed"), "decided"),
    "paid": "paid",
    **dict.fromkeys(("closed", "withdrawn"), "closed"),
}


def stage_of(claim_state: str) -> str | None:
    """The stage that a claim's state brings its case to; None where the adjuster's own steps say more."""
    return _FOLLOWS.get(claim_state)


@dataclass(frozen=True)
class Reached:
    """A stage, when, by whom, and what they said to it. `agreed` stands here too: from then on the payment is owed."""

    stage: str
    at: datetime
    by: str
    comment: str = ""


@dataclass(frozen=True)
class School:
    """Whom a case may be told to. `child` is the masked name; `may_be_told`: the family's `school_feedback` consent."""

    code: str
    child: str
    class_name: str
    may_be_told: bool


@dataclass(frozen=True)
class SeriousFile:
    """A case as its process knows it. `reached` is in order of time; `reminded`: when a milestone that is late was last called."""

    case_id: str
    claim_id: str
    policy_no: str
    insurer_code: str
    because: tuple[str, ...]
    found_at: datetime
    state: str
    claim_state: str
    school: School
    reached: tuple[Reached, ...] = ()
    reminded: tuple[tuple[str, datetime], ...] = ()
    adjuster: str | None = None
    event_count: int = 0


@dataclass(frozen=True)
class Milestone:
    """`name` is the stage that is to be reached `within` a time from `since`, and is waited for in the stages `open_in`: while
    further papers are awaited, say, no decision is late. `personal`: only by itself, since a later stage does not prove it."""

    name: str
    label: str
    within: timedelta
    since: str
    open_in: tuple[str, ...]
    source: str
    personal: bool = False


_OPEN = STAGES[:-1]
MILESTONES = (
    Milestone("in_contact", "与家庭取得联系", timedelta(hours=24), "notified", _OPEN, "our own", personal=True),
    Milestone(
        "documents", "一次性告知所需材料", timedelta(days=3), "notified", ("notified", "in_contact"),
        "our own; that it is at once and complete: 保险法22",
    ),
    Milestone("assessing", "收齐材料", timedelta(days=30), "documents", ("documents",), "our own: then help to gather them"),
    Milestone("decided", "作出核定", timedelta(days=30), "assessing", ("assessing",), "保险法23"),
    Milestone("paid", "支付赔款", timedelta(days=10), "agreed", ("decided",), "保险法23"),
    Milestone("closed", "办结", timedelta(days=3), "paid", ("paid",), "our own"),
)  # fmt: skip
# the payment waits for the family's account
_FAMILYS_TURN = {"payee_needed": "paid"}


@dataclass(frozen=True)
class Promise:
    """A milestone of one case: `reached_at` None as long as it is open."""

    name: str
    label: str
    since: datetime
    due_at: datetime
    reached_at: datetime | None


def promises_of(case: SeriousFile) -> tuple[Promise, ...]:
    """Every milestone that was reached or is waited for, in their order."""
    found = []
    for milestone in MILESTONES:
        since = _last(case, milestone.since)
        kept = _kept(case, milestone, since) if since is not None else None
        if since is not None and (kept is not None or case.state in milestone.open_in):
            found.append(Promise(milestone.name, milestone.label, since, since + milestone.within, kept))
    return tuple(found)


@dataclass(frozen=True)
class Late:
    """A milestone to be called at an instant: when it is due, and again as long as it is late."""

    at: datetime
    name: str
    text: str


def next_late(case: SeriousFile) -> Late | None:
    """The next call, None when no milestone is open."""
    reminded, waiting = dict(case.reminded), _FAMILYS_TURN.get(case.claim_state)
    calls = [
        Late(_call_at(promise, reminded.get(promise.name)), promise.name, f"大案时限已到，尚未{promise.label}")
        for promise in promises_of(case)
        if promise.reached_at is None and promise.name != waiting
    ]
    return min(calls, key=lambda call: (call.at, call.name), default=None)


def _call_at(promise: Promise, reminded: datetime | None) -> datetime:
    if reminded is None or reminded < promise.due_at:
        return promise.due_at
    return reminded + REMIND_AGAIN


def _last(case: SeriousFile, stage: str) -> datetime | None:
    return max((reached.at for reached in case.reached if reached.stage == stage), default=None)


def _kept(case: SeriousFile, milestone: Milestone, since: datetime) -> datetime | None:
    place = STAGES.index(milestone.name)
    stages = {milestone.name} if milestone.personal else set(STAGES[place:])
    return min((r.at for r in case.reached if r.stage in stages and r.at >= since), default=None)


# --- what a school is told ------------------------------------------------------------------------------------------------

TO_DO: Mapping[str, str] = MappingProxyType(
    {
        "notified": "请指定一位老师与家庭保持联系，不要公开孩子的情况；保险公司将在24小时内联系家庭",
        "in_contact": "保险公司已与家庭联系；家长需要时，请开具在校证明，校园内的事故请写明经过交给家长",
        "documents": "家庭正在准备材料；家长需要时，请开具在校证明，校园内的事故请写明经过交给家长",
        "assessing": "保险公司正在审核，学校暂无须办理的事项",
        "decided": "审核结果已告知家庭，学校暂无须办理的事项；家长有疑问，请其联系保险公司",
        "paid": "理赔已办理到最后一步，学校暂无须办理的事项",
        "closed": "本案已办结，感谢学校的配合",
    }
)


def school_notice(school: School, label: str, state: str) -> str:
    """Stage and what to do, nothing more: no diagnosis, sum or image; the child by class and masked name."""
    return f"{school.class_name}{school.child}的理赔大案：{label}。{TO_DO[state]}"
