"""The file of a claim (案卷): everything its process knows but the evidence, as it is published and shown."""

from dataclasses import dataclass
from datetime import datetime

from insurance.rules.case import (
    AccidentReport,
    Assessment,
    CaseConsent,
    DecidedLine,
    Decision,
    Established,
    PapersRequest,
    Payee,
    Payout,
)
from insurance.rules.deadlines import Pause
from insurance.rules.terms import AgreedTime


@dataclass(frozen=True)
class SeriousMark:
    """What the claim's serious case (大案) was told last: where the claim is, and why it is serious."""

    claim_state: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class CaseFile:
    """The case without its documents and receipts, as it is shown and as a reopened claim starts from."""

    claim_id: str
    policy_no: str
    subject: str
    insurer_code: str
    state: str
    report: AccidentReport
    report_no: str | None
    round: int
    reported_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    papers_requests: tuple[PapersRequest, ...]
    notice_delivered_at: datetime | None
    supplement_received_at: datetime | None
    assessment: Assessment | None
    decision: Decision | None
    undone: tuple[Decision, ...]
    agreed_at: datetime | None
    payees: tuple[Payee, ...]
    consents: tuple[CaseConsent, ...]
    payouts: tuple[Payout, ...]
    advance_paid: bool
    disputed: bool
    review_id: str | None
    review_count: int
    event_count: int
    updated_at: datetime
    # what its payments took of each coverage's limit, all rounds together
    paid_lines: tuple[DecidedLine, ...] = ()
    # the notice of a refusal reached the family (保险法 24)
    refusal_notified_at: datetime | None = None
    # what adjusters found beside the receipts, the last one counts
    established: Established | None = None
    # since when its state is what it is
    state_since: datetime | None = None
    # a dispute, or a new fact after the end, starts the clocks anew
    clocks_from: datetime | None = None
    # for so long nobody could be paid: no account, or none that takes it
    payee_waited_days: int = 0
    # the product's own promises (约定理赔时效)
    agreed_times: tuple[AgreedTime, ...] = ()
    # the adjuster who reported it for the family (代为报案)
    reported_by: str | None = None
    serious: SeriousMark | None = None
    # the day on which what is certain must be paid in advance has come (保险法 25)
    advance_asked_at: datetime | None = None
    # the same, with their days
    payee_waits: tuple[Pause, ...] = ()
    # somebody whom the policy does not know was named after the decision, and nobody of the insurer has looked yet
    payees_unseen: bool = False
    # how often other people were named: who looks at them says at whom
    payees_seq: int = 0
    payees_named_at: datetime | None = None
    # those whom the insurer is looking at before they are paid; None while it looks at nobody
    payees_to_confirm: tuple[Payee, ...] | None = None
    # an account was asked for, and nothing is paid before there is one
    payee_wanted: bool = False
    # when the sixty days of an advance stood still: no account, or a decision to think about; the last one may still go on
    advance_waits: tuple[Pause, ...] = ()
    # what these sixty days count from when a dispute has started the other clocks anew
    advance_from: datetime | None = None
    # of a decision that the family disputes: what it gives is certain, what it denies is not
    undisputed: tuple[DecidedLine, ...] | None = None
    # the notice of a decision that the family may answer reached it; its time for an answer counts from then
    decision_told_at: datetime | None = None
    # who undid its decisions, and decides nothing of it
    undone_by: tuple[str, ...] = ()
    # kinds of notices that the channel will never take to the family, and nobody has told it of otherwise
    undelivered: tuple[str, ...] = ()
    # the largest sum that was assessed since its clocks began: the product's promise to decide goes by it
    promised_fen: int = 0
