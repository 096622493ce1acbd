"""The first record of a review (人工审核): how it comes into its insurer's queue."""

from activities.journal import Entries, TimelineEvent
from activities.review_rows import ReviewRecord
from insurance.rules.skills import SKILLS, Skill, needed_skill
from workflows.messages import ReviewOrder


def opening(order: ReviewOrder) -> ReviewRecord:
    """The same for everybody who publishes it: the claim, so that its review waits before the claim says so, or the review."""
    assessment, skill = order.assessment, skill_for(order)
    text = f"已进入审核队列：{SKILLS[skill]}"
    return ReviewRecord(
        review_id=order.review_id,
        claim_id=order.claim_id,
        insurer_code=order.insurer_code,
        state="open",
        seq=1,
        adjuster=None,
        excluded=order.excluded,
        findings=assessment.findings,
        amount_fen=assessment.settlement.payable_fen,
        decision=None,
        due_at=order.due_at,
        created_at=order.opened_at,
        updated_at=order.opened_at,
        kind=order.kind,
        skill=skill,
        entries=Entries(events=(TimelineEvent(1, "review_opened", "system", text, order.opened_at),)),
    )


def skill_for(order: ReviewOrder) -> Skill:
    return needed_skill(order.patient_state, order.assessment, order.critical_illness)
