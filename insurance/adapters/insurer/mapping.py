"""The insurers' words and ours, both ways. Pure. A word that we do not know is never final: it means pending, or ask again."""

from typing import Literal

from insurance.adapters.insurer.wire import (
    AmendmentAnswer,
    AmendmentRequest,
    CancellationRequest,
    ClosureRequest,
    ErrorAnswer,
    IssueRequest,
    ProposalRequest,
    ReportRequest,
    UnderwritingAnswer,
    UnderwritingEvent,
    WirePerson,
    WireTakenOver,
)
from insurance.adapters.ports import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Endorsement,
    InsurerRefused,
    InsurerUnavailable,
    IssueOrder,
    Person,
    Proposal,
    TakenOverPolicy,
    Underwriting,
    UnderwritingNotice,
)

RESULTS: dict[str, Literal["accepted", "declined"]] = {"PASS": "accepted", "REJECT": "declined"}

REFUSALS = {
    "REQUEST_NOT_FOUND": "not_found",
    "REQUEST_ID_REUSED": "key_reused",
    "PROPOSAL_NOT_FOUND": "proposal_unknown",
    "PROPOSAL_NOT_ACCEPTED": "proposal_not_accepted",
    "PROPOSAL_EXPIRED": "proposal_expired",
    "PROPOSAL_ALREADY_ISSUED": "already_issued",
    "PREMIUM_MISMATCH": "premium_mismatch",
    "POLICY_NOT_FOUND": "policy_unknown",
    "POLICY_ENDED": "policy_ended",
    "REPORT_NOT_FOUND": "report_unknown",
    "INVALID_REQUEST": "invalid_request",
}

# our keys or our clock are wrong: a person mends that, and the business must not end because of it
NOT_OUR_REQUEST = {"SIGNATURE_INVALID", "TIMESTAMP_EXPIRED", "UNKNOWN_KEY"}


def wire_person(person: Person) -> WirePerson:
    return WirePerson(
        name=person.name,
        id_type=person.id_type,
        id_number=person.id_number,
        gender=person.gender,
        birth_date=person.birth_date,
        mobile=person.mobile,
    )


def wire_proposal(proposal: Proposal) -> ProposalRequest:
    return ProposalRequest(
        product_code=proposal.product_id,
        premium_fen=proposal.premium_fen,
        effective_date=proposal.effective_date,
        relationship=proposal.relationship,
        applicant=wire_person(proposal.applicant),
        insured=wire_person(proposal.insured),
        school_code=proposal.school_code,
        school_type=proposal.school_type,
        existing_death_cover_fen=proposal.existing_death_cover_fen,
    )


def wire_issue(order: IssueOrder) -> IssueRequest:
    return IssueRequest(
        proposal_no=order.proposal_no,
        premium_fen=order.premium_fen,
        paid_at=order.paid_at,
        effective_date=order.effective_date,
        trade_no=order.trade_no,
    )


def wire_taken_over(policy: TakenOverPolicy) -> WireTakenOver:
    return WireTakenOver(
        policy_no=policy.policy_no,
        product_code=policy.product_id,
        effective_date=policy.effective_date,
        premium_fen=policy.premium_paid_fen,
        insured=wire_person(policy.insured),
    )


def wire_report(report: ClaimReport) -> ReportRequest:
    return ReportRequest(
        policy_no=report.policy_no,
        event=report.event,
        accident_at=report.accident_at,
        accident_region=report.accident_region,
        patient_state=report.patient_state,
    )


def wire_closure(result: ClaimResult) -> ClosureRequest:
    return ClosureRequest(outcome=result.outcome, paid_fen=result.paid_fen, paid_at=result.paid_at)


def wire_cancellation(cancellation: Cancellation) -> CancellationRequest:
    return CancellationRequest(
        ends_on=cancellation.ends_on, refund_fen=cancellation.refund_fen, reason=cancellation.reason
    )


def wire_amendment(amendment: Amendment) -> AmendmentRequest:
    return AmendmentRequest(
        applicant=wire_person(amendment.applicant),
        insured=wire_person(amendment.insured),
        email=amendment.email,
        school_code=amendment.school_code,
        school_type=amendment.school_type,
        school_region=amendment.school_region,
        class_name=amendment.class_name,
        changed=list(amendment.changed),
        reason=amendment.reason,
        open_reports=list(amendment.open_reports),
    )


def endorsement(answer: AmendmentAnswer) -> Endorsement:
    return Endorsement(
        status=RESULTS.get(answer.am_result, "pending"),
        endorsement_no=answer.endorsement_no,
        reason_code=answer.reason_code,
        reason=answer.reason,
    )


def underwriting(answer: UnderwritingAnswer) -> Underwriting:
    return Underwriting(
        status=RESULTS.get(answer.uw_result, "pending"),
        proposal_no=answer.proposal_no,
        reason_code=answer.reason_code,
        reason=answer.reason,
    )


def underwriting_notice(insurer: str, event: UnderwritingEvent) -> UnderwritingNotice:
    return UnderwritingNotice(event.event_id, insurer, underwriting(event), event.request_id)


def failure(error: ErrorAnswer) -> InsurerRefused | InsurerUnavailable:
    """An insurer's 4xx with a readable body: final, unless it only says that it does not believe our signature."""
    if error.code in NOT_OUR_REQUEST:
        return InsurerUnavailable(f"the insurer does not accept our signature: {error.code}")
    return InsurerRefused(REFUSALS.get(error.code, "refused_by_insurer"), error.message)
