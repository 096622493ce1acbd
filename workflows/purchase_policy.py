"""A paid premium becomes exactly one of the two: a policy, or all of it back."""

import asyncio
from datetime import date
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.insurer import InsurerSteps, IssueStep
from activities.known_cover import CoverTaken
from activities.purchases import IssuedCover
from insurance.adapters.ports import IssueOrder
from insurance.rules.cover import first_day_of_cover, last_day_of_cover, shanghai_day
from insurance.rules.days import ADULT, age_on
from insurance.rules.death_cover import DeathCover, death_cover
from insurance.rules.eligibility import OnFile, first_day_errors, renews
from workflows.messages import PaymentReceived, PurchaseOrder
from workflows.purchase_case import PurchaseCase
from workflows.purchase_issuing import number_taken, until_issued, why_not_issued
from workflows.purchase_money import PurchaseMoney

WORDS = {
    "minor_death_cap": "孩子同时有另一份保单，身故保额合计超过未成年人限额，未能出单",
    "insured_consent_required": "保障开始时学生已满18周岁，含身故责任的保险须经学生本人同意，未能出单；本人同意后可以重新投保",
}


async def turn_into_policy(case: PurchaseCase, money: PurchaseMoney, payment: PaymentReceived) -> None:
    """The insurer is asked while the payment is written down; where something of the cover has to be looked at first, once that
    is done."""
    taken, consent_of = _cover_taken(case, payment), _consent_wanted(case, payment)
    asks_at_once = not case.cancel_asked and taken is None and consent_of is None
    issuing = asyncio.create_task(_ask_for_policy(case, payment)) if asks_at_once else None
    case.journal.moved(f"in:{payment.trade_no}", "premium", payment.amount_fen, payment.trade_no, payment.paid_at)
    refused = await case.publish("paid", "paid", "family", "已收到保费", takes=taken, consent_of=consent_of)
    if case.cancel_asked and issuing is None:
        await money.give_premium_back(payment, "cancelled", "您已取消投保，取消前款项已到账，全额退回")
        return
    if refused is not None:
        await money.give_premium_back(payment, refused, WORDS[refused])
        return
    try:
        case.issued = await (issuing or _ask_for_policy(case, payment))
    except ActivityError as error:
        await money.give_premium_back(payment, *why_not_issued(case, error))
        return
    case.tell("issued", "投保成功，保单已生成")
    if await case.publish("issued", "issued", "insurer", "保单已生成") is not None:
        await money.give_premium_back(payment, *number_taken(case))


def _cover_taken(case: PurchaseCase, payment: PaymentReceived) -> CoverTaken | None:
    order, cover = case.order, _cover_on_first_day(case.order, payment)
    if case.cancel_asked or not order.counts_everybodys or not cover or cover.cap_fen is None or not cover.accepted_fen:
        return None
    first = _first_day(order, payment)
    days = first, last_day_of_cover(order.terms, first)
    return CoverTaken(order.insured_digest, days, cover.accepted_fen, cover.cap_fen)


def _consent_wanted(case: PurchaseCase, payment: PaymentReceived) -> str | None:
    """Whose own consent must lie on paper: who was a child when it was submitted, and is none when cover begins (保险法 34)."""
    order, cover = case.order, _cover_on_first_day(case.order, payment)
    if case.cancel_asked or cover is None or cover == order.death_cover or cover.age < ADULT:
        return None
    applied_on, first_day = shanghai_day(order.submitted_at), _first_day(order, payment)
    errors = first_day_errors(order.terms, order.application, applied_on, first_day, OnFile())
    return order.insured_digest if any(error.code == "insured_consent_required" for error in errors) else None


def _cover_on_first_day(order: PurchaseOrder, payment: PaymentReceived) -> DeathCover | None:
    """As it was submitted; anew when there was a birthday since."""
    cover, first, birth_date = order.death_cover, _first_day(order, payment), order.application.insured.birth_date
    if cover is None or age_on(birth_date, first) == cover.age or not workflow.patched("cover-on-the-first-day"):
        return cover
    return death_cover(order.terms, birth_date, first, cover.existing_fen)


def _death_limit_fen(order: PurchaseOrder, cover: DeathCover | None) -> int | None:
    if cover is None or cover == order.death_cover:
        return order.death_limit_fen
    return cover.accepted_fen if cover.accepted_fen < cover.product_fen else None


def _first_day(order: PurchaseOrder, payment: PaymentReceived) -> date:
    return first_day_of_cover(order.terms, payment.paid_at, order.application.requested_effective_date)


async def _ask_for_policy(case: PurchaseCase, payment: PaymentReceived) -> IssuedCover:
    return await until_issued(case, _first_day(case.order, payment), partial(_issue, case, payment))


async def _issue(case: PurchaseCase, payment: PaymentReceived, patience: dict[str, Any]) -> IssuedCover:
    order = case.order
    assert case.underwriting is not None
    first = _first_day(order, payment)
    issued = await workflow.execute_activity_method(
        InsurerSteps.issue_policy,
        IssueStep(
            order.insurer_code,
            IssueOrder(
                request_id=f"{order.purchase_id}-issue",
                proposal_no=case.underwriting.proposal_no,
                premium_fen=payment.amount_fen,
                paid_at=payment.paid_at,
                effective_date=first,
                trade_no=payment.trade_no,
            ),
        ),
        **patience,
    )
    cover = _cover_on_first_day(order, payment)
    return IssuedCover(
        policy_no=issued.policy_no,
        terms=order.terms,
        insured_digest=order.insured_digest,
        paid_at=payment.paid_at,
        out_trade_no=payment.out_trade_no,
        effective_date=first,
        ends_on=last_day_of_cover(order.terms, first),
        renewal=order.renewal or renews(first, order.insured_until),
        death_limit_fen=_death_limit_fen(order, cover),
        death_cover=cover,
    )
