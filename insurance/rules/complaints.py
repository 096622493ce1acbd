"""Complaints (消费投诉): what a family may complain about, who may answer, and by when (银行业保险业消费投诉处理管理办法, 银保监会令2020年
第3号; DOMAIN 2.3). The sources name no article for the 15, 30 and 60 days, so that none is cited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import Clock, complaint_clock, complaint_review_clock
from insurance.rules.periods import Calendar, days_after, end_of_day
from insurance.rules.reminders import Call, calls_about, text_about

Outcome = Literal["upheld", "partly_upheld", "not_upheld"]

# 银行保险消费者投诉维权热线
REGULATORS_HOTLINE = "12378"
# from the answer on, for asking the insurer's superior body to look again (核查)
REVIEW_ASKED_WITHIN_DAYS = 30

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "decision": "理赔结果",
        "delay": "办理时限",
        "payment": "赔款或退费的支付",
        "service": "服务态度或办事程序",
        "selling": "投保、销售或退保",
        "privacy": "个人信息保护",
        "other": "其他",
    }
)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {"upheld": "投诉成立", "partly_upheld": "投诉部分成立", "not_upheld": "投诉不成立"}
)
# somebody of the insurer must answer
WAITING = frozenset({"received", "extended_30", "extended_60", "review_requested"})
NEXT_EXTENSION: Mapping[str, str] = MappingProxyType({"received": "extended_30", "extended_30": "extended_60"})

CLOCK_NAMES = {"complaint": "答复投诉", "complaint_review": "答复核查申请"}


@dataclass(frozen=True)
class Answer:
    """`by`: the named person who answers for the insurer."""

    outcome: Outcome
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ComplaintFile:
    """The complaint as its process knows it. `complained_about`: staff whose doing it is about (回避). `handler`: who of the insurer
    has it now. `region`: of the school, 6 digits. `extended_because`: why it takes longer, as the family was told."""

    complaint_id: str
    policy_no: str
    claim_id: str | None
    insurer_code: str
    subject: str
    region: str
    kind: str
    text: str
    complained_about: tuple[str, ...]
    received_at: datetime
    state: str
    updated_at: datetime
    handler: str | None = None
    extended_because: tuple[str, ...] = ()
    answer: Answer | None = None
    # why the family is not content with the answer
    objection: str = ""
    review_asked_at: datetime | None = None
    review_answer: Answer | None = None
    event_count: int = 0


def clocks_of(complaint: ComplaintFile, calendar: Calendar, as_of: date) -> tuple[Clock, ...]:
    """Of the answer, and of the review (核查) once it was asked for. A complaint that is taken back ends on that day (art. 15)."""
    ended_on = shanghai_day(complaint.updated_at) if complaint.state == "withdrawn" else None
    answered_on = shanghai_day(complaint.answer.at) if complaint.answer else ended_on
    extensions = len(complaint.extended_because)
    received_on = shanghai_day(complaint.received_at)
    found = [complaint_clock(received_on, calendar, as_of, extensions=extensions, decided_on=answered_on)]
    if complaint.review_asked_at is not None:
        reviewed_on = shanghai_day(complaint.review_answer.at) if complaint.review_answer else ended_on
        asked_on = shanghai_day(complaint.review_asked_at)
        found.append(complaint_review_clock(asked_on, calendar, as_of, reviewed_on))
    return tuple(found)


def waiting_clock(complaint: ComplaintFile, calendar: Calendar, as_of: date) -> Clock | None:
    """The clock that the insurer must keep now."""
    return clocks_of(complaint, calendar, as_of)[-1] if complaint.state in WAITING else None


def calls_of(complaint: ComplaintFile, calendar: Calendar, as_of: date) -> tuple[Call, ...]:
    """Every call about the clock that runs, past ones too, in order of time."""
    clock = waiting_clock(complaint, calendar, as_of)
    return tuple(calls_about(clock)) if clock else ()


def text_of(call: Call, now: datetime) -> str:
    again = "再次报保险公司负责人" + ("，并报平台" if call.clock == "complaint_review" else "")
    return text_about(CLOCK_NAMES[call.clock], call, now, overdue="已报保险公司负责人", escalated=again)


def may_ask_review_until(complaint: ComplaintFile, calendar: Calendar) -> datetime | None:
    """The end of the last day for asking for a review; None before there is an answer."""
    if complaint.answer is None:
        return None
    return end_of_day(days_after(shanghai_day(complaint.answer.at), REVIEW_ASKED_WITHIN_DAYS, calendar).due_on)


def why_not_by(complaint: ComplaintFile, subject: str, is_lead: bool, is_operator: bool) -> str | None:
    """Why this person may not handle it: `lead_required`, `superior_required`, `conflict_of_interest`; None when they may. A review
    is its superior's (上级机构), and never of whoever answered."""
    if not (is_lead or is_operator):
        return "lead_required"
    if complaint.state == "review_requested" and not is_operator:
        return "superior_required"
    answered_by = {complaint.answer.by} if complaint.answer else set()
    return "conflict_of_interest" if subject in {*complaint.complained_about, *answered_by, complaint.subject} else None


def where_next(insurer_name: str, answer_days: int) -> Iterator[tuple[str, str]]:
    """To whom a family may turn, in the order in which it usually does: (who, how)."""
    yield f"{insurer_name}投诉处理部门", f"在本页面提交，{answer_days}日内答复"
    yield "银行保险消费者投诉维权热线", REGULATORS_HOTLINE
    yield "保险纠纷调解", f"可以拨打{REGULATORS_HOTLINE}或者向当地保险行业协会申请，不收费"
    yield "仲裁或者诉讼", "按合同约定仲裁，或者向人民法院起诉"
