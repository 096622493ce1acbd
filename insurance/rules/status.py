"""States of every process with their labels, and the moves between them (DESIGN 5). A move that is not here is illegal."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from insurance.rules.codes import (
    DOCUMENT_KINDS,
    PATIENT_STATES,
    REASON_CODES,
    RELATIONSHIPS,
    SCHOOL_TYPES,
    SURRENDER_REASONS,
)

__all__ = [
    "DOCUMENT_KINDS",
    "LABELS",
    "PATIENT_STATES",
    "REASON_CODES",
    "RELATIONSHIPS",
    "SCHOOL_TYPES",
    "SURRENDER_REASONS",
    "Answer",
    "Process",
    "allowed",
    "answer_reminder",
    "answer_to_do",
    "answers_to",
    "label",
    "next_states",
    "policy_state",
    "turn_of",
    "whose_turn",
]

Process = Literal["purchase", "policy", "claim", "surrender", "review", "serious_case", "complaint", "correction"]
Turn = Literal["family", "adjuster", "insurer", "system"]
Answer = Literal["accept", "dispute"]

LABELS: Mapping[Process, Mapping[str, str]] = MappingProxyType(
    {
        "purchase": {
            "draft": "填写中",
            "submitted": "已提交",
            "queued": "排队中",
            "underwriting": "核保中",
            "declined": "未能承保",
            "awaiting_payment": "待支付",
            "expired": "支付超时",
            "paid": "已支付",
            "issued": "已出单",
            "refunding": "退款中",
            "payee_needed": "待提供收款账户",
            "refunded": "已退款",
            "cancelled": "已取消",
        },
        "policy": {
            "pending_effect": "未生效",
            "in_force": "已生效",
            "expired": "已满期",
            "surrendered": "已退保",
            "terminated_by_claim": "已因理赔终止",
            "rescinded": "已解除",
            "void": "无效",
        },
        "claim": {
            "reported": "已报案",
            "submitted": "已提交材料",
            "reading": "正在识别票据",
            "assessing": "正在理算",
            "in_review": "人工审核中",
            "supplement_requested": "待补充材料",
            "decided": "已有审核结果",
            "agreed": "已达成一致",
            "disputed": "有异议，待复核",
            "paying": "赔款支付中",
            "payee_needed": "待更换收款账户",
            "paid": "已赔付",
            "closed": "已结案",
            "reopened": "已重新受理",
            "withdrawn": "已撤回",
        },
        "surrender": {
            "requested": "已申请退保",
            "quoted": "已报价，待确认",
            "confirmed": "已确认退保",
            "terminated": "保单已终止，退款中",
            "payee_needed": "待更换收款账户",
            "refunded": "已退款",
            "rejected": "不能退保",
            "cancelled": "已取消",
        },
        "review": {
            "open": "待领取",
            "taken": "审核中",
            "waiting_documents": "等待补充材料",
            "second_open": "待第二人复核",
            "second_taken": "第二人复核中",
            "decided": "已作出决定",
            "withdrawn": "已撤回",
        },
        "serious_case": {
            # whether the school was told depends on the family, and is said beside it
            "notified": "已登记",
            "in_contact": "已联系家庭",
            "documents": "收集材料",
            "assessing": "审核中",
            "decided": "已有审核结果",
            "paid": "已赔付",
            "closed": "已结案",
        },
        "complaint": {
            "received": "已受理",
            "extended_30": "已延长至30日",
            "extended_60": "已延长至60日",
            "decided": "已答复",
            "review_requested": "已申请核查",
            "reviewed": "核查已答复",
            "withdrawn": "已撤回",
        },
        "correction": {
            "submitted": "已提交",
            "confirming": "保险公司确认中",
            "corrected": "已更正",
            "declined": "未能更正",
            "unanswered": "保险公司未答复",
        },
    }
)

_MOVES: Mapping[Process, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "purchase": {
            "draft": ("submitted", "cancelled"),
            "submitted": ("queued", "underwriting", "cancelled"),
            "queued": ("underwriting", "cancelled"),
            "underwriting": ("declined", "awaiting_payment", "cancelled"),
            "awaiting_payment": ("paid", "expired", "cancelled"),
            # a payment that comes late: a policy, or all of it back
            "expired": ("awaiting_payment", "paid", "refunding", "cancelled"),
            "cancelled": ("refunding",),
            "paid": ("issued", "refunding"),
            # to the account that paid, or to one that the family gives
            "refunding": ("payee_needed", "refunded"),
            "payee_needed": ("refunding", "refunded"),
        },
        "policy": {
            "pending_effect": ("in_force", "surrendered", "rescinded", "void"),
            "in_force": ("expired", "surrendered", "terminated_by_claim", "rescinded", "void"),
        },
        "claim": {
            "reported": ("submitted", "withdrawn"),
            "submitted": ("reading", "withdrawn"),
            "reading": ("assessing", "withdrawn"),
            "assessing": ("in_review", "decided", "supplement_requested", "withdrawn"),
            "in_review": ("decided", "supplement_requested", "withdrawn"),
            "supplement_requested": ("submitted", "withdrawn"),
            "decided": ("agreed", "in_review", "disputed", "closed", "withdrawn"),
            "disputed": ("in_review", "withdrawn"),
            # undone before money has moved
            "agreed": ("paying", "in_review"),
            "paying": ("paid", "payee_needed"),
            "payee_needed": ("paying", "in_review"),
            "paid": ("closed",),
            "closed": ("reopened",),
            "reopened": ("in_review",),
        },
        "surrender": {
            "requested": ("quoted", "rejected", "cancelled"),
            "quoted": ("confirmed", "rejected", "cancelled"),
            "confirmed": ("terminated", "rejected"),
            "terminated": ("refunded", "payee_needed"),
            "payee_needed": ("refunded",),
        },
        "review": {
            "open": ("taken", "withdrawn"),
            "taken": ("open", "waiting_documents", "second_open", "decided", "withdrawn"),
            "waiting_documents": ("open", "taken", "withdrawn"),
            "second_open": ("second_taken", "open", "withdrawn"),
            "second_taken": ("second_open", "open", "waiting_documents", "decided", "withdrawn"),
            # undone before payment
            "decided": ("open",),
        },
        # the claim may be faster than who calls the family, and may be opened again
        "serious_case": {
            "notified": ("in_contact", "documents", "assessing", "decided", "paid", "closed"),
            "in_contact": ("documents", "assessing", "decided", "paid", "closed"),
            "documents": ("assessing", "decided", "paid", "closed"),
            "assessing": ("documents", "decided", "paid", "closed"),
            "decided": ("documents", "assessing", "paid", "closed"),
            "paid": ("assessing", "closed"),
            "closed": ("assessing",),
        },
        "complaint": {
            "received": ("extended_30", "decided", "withdrawn"),
            "extended_30": ("extended_60", "decided", "withdrawn"),
            "extended_60": ("decided", "withdrawn"),
            "decided": ("review_requested",),
            "review_requested": ("reviewed", "withdrawn"),
        },
        "correction": {
            "submitted": ("confirming", "declined"),
            "confirming": ("corrected", "declined", "unanswered"),
        },
    }
)

_FAMILY = frozenset({"reported", "supplement_requested", "decided", "payee_needed"})
_ADJUSTER = frozenset({"in_review", "disputed", "reopened"})
_INSURER = frozenset({"agreed", "paying"})


def label(process: Process, state: str) -> str:
    """The Chinese name of a state. KeyError when the process has no such state."""
    return LABELS[process][state]


def next_states(process: Process, state: str) -> tuple[str, ...]:
    return _MOVES[process].get(state, ())


def allowed(process: Process, from_state: str, to_state: str) -> bool:
    """Whether the process may move so; unknown states may not."""
    return to_state in next_states(process, from_state)


def policy_state(effective_date: date, ends_on: date, ended: tuple[str, date] | None, today: date) -> str:
    """The state of a policy on `today` (Asia/Shanghai). `ended`: how it ended, and the last day on which it covered.

    A surrender runs on to 24:00 of that day, one before effect counts at once; void and rescinded count from the start.
    """
    if ended:
        reason, last_day = ended
        if reason in ("void", "rescinded") or today > last_day or last_day < effective_date:
            return reason
    if today < effective_date:
        return "pending_effect"
    return "in_force" if today <= ends_on else "expired"


def whose_turn(claim_state: str, outcome: str | None = None, disputed: bool = False) -> Turn:
    """Who must act next on a claim; `system` also when nobody must. `outcome` of its decision and `disputed`, where they are known: to
    some decisions a family has nothing left to say."""
    if claim_state == "decided" and outcome is not None and not answers_to(outcome, disputed):
        return "system"
    if claim_state in _FAMILY:
        return "family"
    if claim_state in _ADJUSTER:
        return "adjuster"
    return "insurer" if claim_state in _INSURER else "system"


def answers_to(outcome: str, disputed: bool) -> tuple[Answer, ...]:
    """What a family may say to a decision: one in full needs no word, a refusal can't be confirmed, and there is one dispute."""
    may: dict[Answer, bool] = {"accept": outcome == "partial", "dispute": outcome != "full" and not disputed}
    return tuple(answer for answer, is_allowed in may.items() if is_allowed)


def answer_reminder(outcome: str, disputed: bool) -> str:
    """What a family is reminded of while a decision other than a full one waits; its last day follows behind a comma."""
    return {
        ("accept", "dispute"): "审核结果还在等您确认或提出异议",
        ("accept",): "复核后的审核结果还在等您确认",
        ("dispute",): "对审核结果如有异议，可以提出",
        (): "复核结果无须您答复，到期自动结案；仍有异议可以投诉",
    }[answers_to(outcome, disputed)]


def answer_to_do(outcome: str, disputed: bool, last_day: str) -> str:
    """The same on the page of the claim, with what becomes of silence. `last_day` in words."""
    return {
        ("accept", "dispute"): f"请在{last_day}前（含当日）确认审核结果，或者提出异议；没有答复的，按审核结果支付",
        ("accept",): f"请在{last_day}前（含当日）确认审核结果；没有答复的，按审核结果支付。仍有异议可以投诉",
        ("dispute",): f"如有异议，可在{last_day}前（含当日）提出，由另一位理赔员复核；没有异议的，无须操作",
        (): f"这是复核的结果，无须操作，{last_day}后自动结案。仍有异议可以投诉",
    }[answers_to(outcome, disputed)]


# who must act next beside claims; the others have nobody any more
_TURNS: Mapping[str, Mapping[str, Turn]] = MappingProxyType(
    {
        "surrender": {
            "quoted": "family",
            "confirmed": "insurer",
            "terminated": "insurer",
            "payee_needed": "family",
        },
        "correction": {"submitted": "insurer", "confirming": "insurer"},
    }
)


def turn_of(process: Literal["surrender", "correction"], state: str) -> Turn | None:
    """None when it is over."""
    return _TURNS[process].get(state)
