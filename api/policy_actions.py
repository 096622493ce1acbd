"""What a family can begin on a policy (保单操作): the routes ask here, and the policy's page offers what they would take."""

from collections.abc import Callable
from datetime import date

from api.errors import Problem
from insurance.rules.status import policy_state
from insurance.tables import Policy

# how cover ends before its time and stays what it was until then
ENDED = ("surrendered", "terminated_by_claim")


def state_of(policy: Policy, today: date) -> str:
    ended = (policy.ended_reason, policy.ends_on) if policy.ended_reason else None
    return policy_state(policy.effective_date, policy.ends_on, ended, today)


def bars_claim(policy: Policy, today: date) -> Problem | None:
    """A policy that never came into effect has nothing to claim on; an ended one still answers for its own time (保险法 26). A surrender
    that is under way waits for no claim."""
    if policy.applicant_subject is None:
        return Problem(409, "no_account", "这张保单还没有家长账户，请投保人先登录认领保单")
    if policy.ended_reason not in ENDED and policy.surrender_id is not None:
        return Problem(409, "surrender_open", "这张保单正在退保，退保办结后可以就保障期内的事故报案")
    if policy.ended_reason in ENDED and policy.ends_on < policy.effective_date:
        return Problem(409, "policy_not_in_force", "保单在生效前已退保，没有提供过保障")
    if state_of(policy, today) in ("pending_effect", "void", "rescinded"):
        return Problem(409, "policy_not_in_force", "保单尚未生效，不能报案")
    return None


def bars_correction(policy: Policy, _: date, correction_id: str | None = None) -> Problem | None:
    """What has expired can be corrected too. `correction_id`: the one that asks."""
    if _is_ended(policy):
        return Problem(409, "policy_ended", "这张保单已终止或正在退保，不能更正")
    if policy.correction_id not in (None, correction_id):
        return Problem(409, "correction_open", "这张保单已有一次更正在办理，请等保险公司答复后再申请")
    return None


def bars_surrender(policy: Policy, today: date) -> Problem | None:
    """An open claim is told with the quote."""
    if _is_ended(policy) or state_of(policy, today) == "expired":
        return Problem(409, "policy_ended", "这张保单已终止或正在退保")
    return None


def _is_ended(policy: Policy) -> bool:
    """Before its time, or about to be."""
    return policy.surrender_id is not None or policy.ended_reason is not None


_BARS: dict[str, Callable[[Policy, date], Problem | None]] = {
    "claim": bars_claim,
    "contact": lambda *_: None,
    "correct": bars_correction,
    "surrender": bars_surrender,
}


def actions_of(policy: Policy, today: date) -> list[str]:
    return [action for action, bars in _BARS.items() if bars(policy, today) is None]


def refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise problem
