"""One policy, its claims and its surrender, the gateway and the insurer around them: a world that one source of choices drives."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.claims import ClaimRecord
from activities.reading import ReadOutcome, ReadStep
from activities.review_rows import ReviewRecord
from activities.surrenders import SurrenderRecord
from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.notices.fake import FakeNotices
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import Person, TakenOverPolicy, TransferOrder
from insurance.rules.days import SHANGHAI
from insurance.rules.receipts.entry import enter
from insurance.rules.receipts.reading import ReceiptReading
from tests.interleavings.choices import Choices
from tests.interleavings.ledger import Ledger
from tests.interleavings.process import Process
from tests.interleavings.server import Move, Server, Update
from tests.interleavings.wire import TIME_OVER
from tests.workflows.process_orders import INSURER, claim_order, policy_on_file, surrender_request, terms
from worker import WORKFLOWS, outside_activities
from workflows.messages import ClaimOrder, SurrenderRequest

POLICY = "XJ00000000000001"
COVERAGE = "accident_medical"
# what is left of the limit: enough for one of the larger receipts, not for two
LEFT = 1_500_00
START = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)
PREMIUM = 120_00
MONTHS = timedelta(days=62)
# a file that no reader has the time for
UNSERVED = "unserved"
Record = ClaimRecord | ReviewRecord | SurrenderRecord


@dataclass
class World:
    choices: Choices
    ledger: Ledger
    # so that a claim's history is cut in two, or not
    longest_history: int = 4000
    faults: int = 3
    # adjusters leave claims alone for months, so that what is certain is paid in advance (保险法 25)
    slow_office: bool = False
    # what was decided without a person is looked at beside (质量抽查)
    sampled: bool = False

    def __post_init__(self) -> None:
        self.log: list[str] = []
        self.papers: dict[str, ReceiptReading | str] = {}
        self.walked: dict[str, list[Record]] = defaultdict(list)
        self.surrenders: list[str] = []
        self.claims: list[str] = []
        self.slow: list[str] = []
        self.payments = FakePayments(clock=lambda: self.now, transfer_outcome=self._outcome)
        self.insurer = FakeInsurer(INSURER, clock=lambda: self.now)
        self.server = Server(_named_workflows(), self._steps(), START, self._committed)
        self._open_policy()

    @property
    def now(self) -> datetime:
        return self.server.now if hasattr(self, "server") else START

    def _open_policy(self) -> None:
        policy = policy_on_file(START)
        self.limit = next(c.limit_fen for c in terms().coverages if c.coverage_id == COVERAGE)
        self.ledger.policies[POLICY] = policy
        self.ledger.used_before = {COVERAGE: self.limit - LEFT}
        cover = policy.to_assess.cover
        child = Person("黄小雨", "resident_id", "360102201203151249", "female", cover.insured_birth_date)
        at_once(self.insurer.take_over([TakenOverPolicy(POLICY, "plan", cover.effective_date, PREMIUM, child)]))

    # --- what the doors do --------------------------------------------------------------------------------------------

    def report(self) -> None:
        order: ClaimOrder = claim_order(
            self.now,
            POLICY,
            claim_id=f"cl-{len(self.claims) + 1}",
            terms=replace(terms(), second_adjuster_from_fen=1_000_00),
            idle_days=30,
            quality_sampled=self.sampled,
            **self._cut(),
        )
        if self.ledger.report(order):
            self.claims.append(order.claim_id)
            self.server.start("claim", order, order.claim_id)

    def reopen(self, claim_id: str) -> None:
        record = self.claim(claim_id)
        if record is None or not self.ledger.reopen(claim_id):
            return
        documents = {d: f for d, f in self.ledger.documents.items() if d.startswith(f"{claim_id}-")}
        order: ClaimOrder = claim_order(
            self.now,
            POLICY,
            claim_id=claim_id,
            terms=replace(terms(), second_adjuster_from_fen=1_000_00),
            report=record.case.report,
            reported_at=record.case.reported_at,
            reopened_because="医院补开了票据",
            case=record.case,
            documents=tuple(documents.values()),
            receipts=tuple(r for r in self.ledger.receipts.values() if r.document_id in documents),
            idle_days=30,
            quality_sampled=self.sampled,
            **self._cut(),
        )
        if claim_id not in self.server.processes or not self.server.processes[claim_id].is_open:
            self.server.start("claim", order, claim_id)

    def _cut(self) -> dict[str, Any]:
        known = "longest_history" in ClaimOrder.__dataclass_fields__
        return {"longest_history": self.longest_history} if known else {}

    def ask_to_surrender(self) -> None:
        """A quote, as the door makes it: nothing after a paid claim."""
        policy = self.ledger.policies[POLICY]
        if policy.surrender_id is not None or policy.ended_reason is not None or self.ledger.open_claims(POLICY):
            return
        request: SurrenderRequest = surrender_request(
            self.now,
            POLICY,
            surrender_id=f"su-{len(self.surrenders) + 1}",
            refund_fen=0 if self.has_paid_claim() else 60_00,
        )
        self.surrenders.append(request.surrender_id)
        self.server.start("surrender", request, request.surrender_id)

    def has_paid_claim(self) -> bool:
        return any(held.how == "used" and held.lines for held in self.ledger.limits.values())

    def tell(self, process_id: str, name: str, *args: Any) -> Update:
        return self.server.update(process_id, name, *args)

    def signal(self, process_id: str, name: str, arg: object) -> None:
        self.server.signal(process_id, name, arg)

    # --- what everybody can see ---------------------------------------------------------------------------------------

    def claim(self, claim_id: str) -> ClaimRecord | None:
        record = self.ledger.records.get(claim_id)
        return record if isinstance(record, ClaimRecord) else None

    def open_claims(self) -> set[str]:
        """By what their processes said once the server knew of it, whatever the books believe."""
        last = {claim_id: self.walked[claim_id][-1] for claim_id in self.claims if self.walked[claim_id]}
        return set(self.claims) - {
            c for c, record in last.items() if isinstance(record, ClaimRecord) and not record.open
        }

    def reviews(self) -> list[ReviewRecord]:
        return [record for record in self.ledger.records.values() if isinstance(record, ReviewRecord)]

    def leaves_reviews_alone(self) -> bool:
        """Some wait, and their claims' sixty days may be over when somebody looks again."""
        first_months = self.slow_office and self.now < START + MONTHS
        return first_months and any(review.state == "open" for review in self.reviews())

    def surrender(self, surrender_id: str) -> SurrenderRecord | None:
        record = self.ledger.records.get(surrender_id)
        return record if isinstance(record, SurrenderRecord) else None

    # --- what happens by itself ---------------------------------------------------------------------------------------

    def moves(self, *, faults: bool) -> list[Move]:
        may_fail = faults and self.faults > 0
        known = [move for move in self.server.moves() if may_fail or not move.fault]
        return [*known, *self._settling()]

    def make(self, move: Move) -> None:
        if move.label:
            self.log.append(move.label)
        self.faults -= move.fault
        move.do()

    def _settling(self) -> Iterator[Move]:
        for number in self.slow:
            yield Move(f"the gateway settles {number}", lambda n=number: self._settle(n))

    def _settle(self, number: str) -> None:
        self.slow.remove(number)
        self.payments.settle(number, ("paid", "failed")[self.choices.pick(2)])  # type: ignore[arg-type]

    def _outcome(self, order: TransferOrder) -> Any:
        if order.account.startswith("slow"):
            self.slow.append(order.out_biz_no)
            return "pending"
        return "failed" if order.account.startswith("closed") else "paid"

    # --- steps --------------------------------------------------------------------------------------------------------

    def _steps(self) -> dict[str, Callable[..., Any]]:
        outside = outside_activities({INSURER: self.insurer}, self.payments, FakeNotices())
        steps = (*outside, *self.ledger.activities(), self.read_document)
        return {activity._Definition.must_from_callable(step).name or "": step for step in steps}

    @activity.defn
    async def read_document(self, step: ReadStep) -> ReadOutcome:
        document_id = step.document.document_id
        found = self.papers.get(document_id)
        if found == UNSERVED:
            raise ApplicationError("nobody read it in a day", type=TIME_OVER, non_retryable=True)
        if isinstance(found, str):
            return ReadOutcome(document_id, found)
        receipts = () if found is None else (enter(document_id, 0, found, b""),)
        return ReadOutcome(document_id, None, receipts)

    def _committed(self, process: Process, kind: str, args: list[Any]) -> None:
        """What a process said, once it can't be unsaid."""
        if kind in ("publish_claim", "publish_review", "publish_surrender"):
            self.walked[process.process_id].append(args[0])
        if kind == "publish_claim" and args[0].review is not None:
            # which its review may have gone on from already
            self.walked[args[0].review.review_id].insert(0, args[0].review)


def state_of(record: Record) -> str:
    return record.case.state if isinstance(record, ClaimRecord) else record.state


def at_once(answer: Any) -> Any:
    try:
        answer.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("waits for something")


def _named_workflows() -> dict[str, type]:
    return {workflow.__temporal_workflow_definition.name: workflow for workflow in WORKFLOWS}  # type: ignore[attr-defined]
