"""SQLModel tables, one file for each noun. The processes' tables have one writer each, in `activities`."""

from insurance.tables.claims import Claim
from insurance.tables.clocks import BrokenClock
from insurance.tables.complaints import Complaint
from insurance.tables.consent_files import ConsentFile
from insurance.tables.consents import ConsentRecord
from insurance.tables.contact import Message
from insurance.tables.corrections import PolicyCorrection
from insurance.tables.documents import ClaimDocument
from insurance.tables.history import HistoryEntry
from insurance.tables.idempotency import IdempotencyKey
from insurance.tables.incidents import AccidentMark, Incident, IncidentClaim
from insurance.tables.journal import Callback, Event, OutboxNotice, PersonalDataRead
from insurance.tables.late_payments import LatePayment
from insurance.tables.ledger import LimitEntry, Movement
from insurance.tables.letters import Letter
from insurance.tables.policies import Policy
from insurance.tables.policy_days import PolicyDay
from insurance.tables.purchases import Purchase
from insurance.tables.queue import PurchaseAdmission, QueuedPurchase
from insurance.tables.receipts import Amendment, Receipt, ReceiptMark
from insurance.tables.reconciliation import Reconciliation, ReconciliationDifference
from insurance.tables.reviews import Review
from insurance.tables.rosters import RosterEntry
from insurance.tables.serious_cases import CaseNote, SeriousCase
from insurance.tables.session import Database
from insurance.tables.surrenders import Surrender

__all__ = [
    "AccidentMark",
    "Amendment",
    "BrokenClock",
    "Callback",
    "CaseNote",
    "Claim",
    "ClaimDocument",
    "Complaint",
    "ConsentFile",
    "ConsentRecord",
    "Database",
    "Event",
    "HistoryEntry",
    "IdempotencyKey",
    "Incident",
    "IncidentClaim",
    "LatePayment",
    "Letter",
    "LimitEntry",
    "Message",
    "Movement",
    "OutboxNotice",
    "PersonalDataRead",
    "Policy",
    "PolicyCorrection",
    "PolicyDay",
    "Purchase",
    "PurchaseAdmission",
    "QueuedPurchase",
    "Receipt",
    "ReceiptMark",
    "Reconciliation",
    "ReconciliationDifference",
    "Review",
    "RosterEntry",
    "SeriousCase",
    "Surrender",
]
