"""SQLModel tables, one file for each noun. The processes' tables have one writer each, in `activities`."""

from insurance.tables.claims import Claim
from insurance.tables.documents import ClaimDocument
from insurance.tables.history import HistoryEntry
from insurance.tables.idempotency import IdempotencyKey
from insurance.tables.journal import Callback, Event, OutboxNotice, PersonalDataRead
from insurance.tables.ledger import LimitEntry, Movement
from insurance.tables.policies import Policy
from insurance.tables.purchases import Purchase
from insurance.tables.receipts import Amendment, Receipt, ReceiptMark
from insurance.tables.reviews import Review
from insurance.tables.session import Database
from insurance.tables.surrenders import Surrender

__all__ = [
    "Amendment",
    "Callback",
    "Claim",
    "ClaimDocument",
    "Database",
    "Event",
    "HistoryEntry",
    "IdempotencyKey",
    "LimitEntry",
    "Movement",
    "OutboxNotice",
    "PersonalDataRead",
    "Policy",
    "Purchase",
    "Receipt",
    "ReceiptMark",
    "Review",
    "Surrender",
]
