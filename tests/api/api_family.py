"""A family with one of everything, and an adjuster's review of it."""

from dataclasses import dataclass, replace
from datetime import date

from api_door import Door

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from activities.complaints import Complaints
from activities.corrections import Corrections
from activities.purchases import PurchaseRecords
from activities.reviews import ReviewRecords
from activities.serious_cases import SeriousCases
from activities.surrenders import SurrenderRecords
from insurance.calendar import load_calendar
from insurance.rules.case import Payee
from insurance.rules.days import last_day_of_term
from insurance.tables import ConsentRecord, Incident, IncidentClaim
from tests import records


@dataclass(frozen=True)
class Family:
    subject: str
    policy_no: str
    claim_id: str
    receipt_id: str
    review_id: str
    purchase_id: str
    surrender_id: str
    incident_id: str
    consent_id: str
    case_id: str
    school_code: str
    complaint_id: str
    correction_id: str


async def new_family(door: Door, *, adjuster: str | None = None, insured_from: date = records.EFFECTIVE) -> Family:
    """A claim in review, a purchase that waits for payment, a quoted surrender, all on the insurer xiangjiang."""
    subject, database = records.new("parent"), door.database
    ends_on = last_day_of_term(insured_from, 1)
    purchase = records.purchase(subject=subject)
    policy = records.policy(
        applicant_subject=subject,
        effective_date=insured_from,
        ends_on=ends_on,
        purchase_id=purchase.purchase_id,
    )
    await door.store(policy)
    receipt, document = records.receipt(), records.document()
    case = records.case(policy_no=policy.policy_no, subject=subject, state="in_review", report_no="R1")
    step = AssessStep(case.claim_id, policy.policy_no, case.report, (receipt,), (document,))
    review_id = f"{case.claim_id}-r1"
    case = replace(
        case,
        assessment=await Assessing(database).assess_claim(step),
        review_id=review_id,
        received_at=records.NOW,
        submitted_at=records.NOW,
        event_count=3,
        payees=(Payee("alipay", "parent@example.com", "黄建国", "parent"),),
    )
    await ClaimRecords(database).publish_claim(
        records.claim(3, case=case, documents=(document,), receipts=(receipt,), entries=records.entries(case.claim_id))
    )
    await ReviewRecords(database).publish_review(
        records.review(
            review_id=review_id, claim_id=case.claim_id, adjuster=adjuster, state="taken" if adjuster else "open"
        )
    )
    await PurchaseRecords(database).publish_purchase(purchase)
    surrender = records.surrender(subject=subject, policy_no=policy.policy_no)
    await SurrenderRecords(database).publish_surrender(surrender)
    incident = Incident(
        incident_id=records.new("in"),
        insurer_code="xiangjiang",
        title="校车",
        created_by="adj-1",
        created_at=records.NOW,
    )
    await door.store(incident)
    link = IncidentClaim(
        claim_id=case.claim_id, incident_id=incident.incident_id, insured_digest=policy.insured_digest,
        linked_by="adj-1", linked_at=records.NOW,
    )  # fmt: skip
    await door.store(link)
    consent = ConsentRecord(
        consent_id=records.new("co"), subject=subject, purchase_id=purchase.purchase_id, kind="school_feedback",
        agreed=True, created_at=records.NOW,
    )  # fmt: skip
    await door.store(consent)
    serious = records.serious_case(case)
    await SeriousCases(database).publish_serious_case(serious)
    correction = records.correction(subject=subject, policy_no=policy.policy_no)
    await Corrections(database).publish_correction(correction)
    complaint = records.complaint(policy_no=policy.policy_no, claim_id=None, subject=subject)
    await Complaints(database, load_calendar()).publish_complaint(complaint)
    return Family(
        subject, policy.policy_no, case.claim_id, receipt.receipt_id, review_id, purchase.purchase_id,
        surrender.surrender_id, incident.incident_id, consent.consent_id,
        serious.case.case_id, serious.case.school.code, complaint.complaint.complaint_id, correction.correction_id,
    )  # fmt: skip
