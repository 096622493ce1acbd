"""What goes into processes and comes out of them: one dataclass for each start, update, signal and result.

Shapes are stored in histories, field by field; the module that a shape stands in is not. A shape may get a field with a default; none
may be renamed or removed, and none may get another type, while a history has it."""

from workflows.messages.claim import (
    ClaimOrder,
    ClaimOutcome,
    Continued,
    Correction,
    Delivery,
    Establishing,
    IncidentLink,
    Objection,
    PayeeOrder,
    PayeesSeen,
    Rereading,
    Undoing,
)
from workflows.messages.complaint import ComplaintAnswering, ComplaintExtension, ComplaintOrder, ComplaintOutcome
from workflows.messages.correction import CorrectionOrder, CorrectionOutcome
from workflows.messages.daily import PolicyDaysOrder, PolicyDaysOutcome, ReconciliationOrder, ReconciliationOutcome
from workflows.messages.people import Actor
from workflows.messages.purchase import (
    PaymentReceived,
    PurchaseOrder,
    PurchaseOutcome,
    StrayOutcome,
    StrayPayment,
    UnderwritingAnswer,
)
from workflows.messages.review import (
    DecisionOrder,
    PapersOrder,
    QualityJudgement,
    QualityOutcome,
    Reassignment,
    Reminder,
    ReviewAnswer,
    ReviewOrder,
    ReviewResult,
)
from workflows.messages.serious_case import CaseStep, ClaimMoved, SchoolNoted, SeriousOrder, SeriousOutcome
from workflows.messages.surrender import RefundAccount, SurrenderOutcome, SurrenderRequest

__all__ = [
    "Actor",
    "CaseStep",
    "ClaimMoved",
    "ClaimOrder",
    "ClaimOutcome",
    "ComplaintAnswering",
    "ComplaintExtension",
    "ComplaintOrder",
    "ComplaintOutcome",
    "Continued",
    "Correction",
    "CorrectionOrder",
    "CorrectionOutcome",
    "DecisionOrder",
    "Delivery",
    "Establishing",
    "IncidentLink",
    "Objection",
    "PapersOrder",
    "PayeeOrder",
    "PayeesSeen",
    "PaymentReceived",
    "PolicyDaysOrder",
    "PolicyDaysOutcome",
    "PurchaseOrder",
    "PurchaseOutcome",
    "QualityJudgement",
    "QualityOutcome",
    "Reassignment",
    "ReconciliationOrder",
    "ReconciliationOutcome",
    "RefundAccount",
    "Reminder",
    "Rereading",
    "ReviewAnswer",
    "ReviewOrder",
    "ReviewResult",
    "SchoolNoted",
    "SeriousOrder",
    "SeriousOutcome",
    "StrayOutcome",
    "StrayPayment",
    "SurrenderOutcome",
    "SurrenderRequest",
    "UnderwritingAnswer",
    "Undoing",
]
