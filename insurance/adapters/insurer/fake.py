"""An insurer in memory, for tests of what stands above it. The contract suite runs on it and on the simulator alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeVar

from insurance.adapters.faults import Answers, Faults
from insurance.adapters.insurer.http import read_callback
from insurance.adapters.insurer.mapping import RESULTS
from insurance.adapters.insurer.signing import SigningKey
from insurance.adapters.insurer.wire import UnderwritingEvent
from insurance.adapters.ports import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Endorsement,
    InsurerRefused,
    InsurerUnavailable,
    IssuedPolicy,
    IssueOrder,
    Proposal,
    TakenOverPolicy,
    Underwriting,
    UnderwritingNotice,
)

Verdict = Literal["accepted", "declined", "pending"]
WORDS: dict[str, str] = {ours: theirs for theirs, ours in RESULTS.items()}


Answer = TypeVar("Answer")


@dataclass
class FakePolicy:
    effective_date: date
    cancelled: bool = False

    def ended(self, on: date) -> bool:
        """The term is a year; one that starts on 29 February ends on 28 February."""
        start = self.effective_date
        leap_day = (start.month, start.day) == (2, 29)
        return self.cancelled or on >= date(start.year + 1, *((3, 1) if leap_day else (start.month, start.day)))


class FakeInsurer:
    """`verdict` decides each proposal (accepted, if not given); `decide` settles a pending one and returns its callback.
    `amends` decides each amendment; `decide_amendment` settles a pending one. `amended` has, by policy, the last one accepted.

    `entries` lists what was really done, as (kind, request id, number); `faults` makes it misbehave.
    """

    def __init__(
        self,
        code: str = "fake",
        *,
        verdict: Callable[[Proposal], Verdict] = lambda _: "accepted",
        amends: Callable[[Amendment], Verdict] = lambda _: "accepted",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = 20.0,
    ) -> None:
        self.entries: list[tuple[str, str, str]] = []
        self.amended: dict[str, Amendment] = {}
        self.faults = Faults(InsurerUnavailable, InsurerRefused, timeout_seconds)
        self.callback_path = f"/v1/callbacks/insurers/{code}"
        self.key = SigningKey("fake-key", b"fake-secret")
        self._code = code
        self._verdict = verdict
        self._amends = amends
        self._clock = clock
        self._answers = Answers(InsurerRefused)
        self._proposals: dict[str, Proposal] = {}
        self._underwritings: dict[str, Underwriting] = {}
        self._issued: set[str] = set()
        self._policies: dict[str, FakePolicy] = {}
        self._reports: set[str] = set()
        self._amendments: dict[str, Amendment] = {}
        self._endorsements: dict[str, Endorsement] = {}

    async def underwrite(self, proposal: Proposal) -> Underwriting:
        def act() -> Underwriting:
            self._answers.once("underwrite", proposal.request_id, proposal, lambda: self._propose(proposal))
            return self._underwritings[proposal.request_id]

        return self.faults.run("underwrite", act)

    def _propose(self, proposal: Proposal) -> None:
        number = self._record("proposal", proposal.request_id)
        self._proposals[number] = proposal
        self._underwritings[proposal.request_id] = self._answer(self._verdict(proposal), number)

    def _answer(self, verdict: Verdict, number: str) -> Underwriting:
        reason = ("underwriting_rule", "不符合投保条件") if verdict == "declined" else (None, None)
        return Underwriting(verdict, number, *reason)

    async def query_underwriting(self, request_id: str) -> Underwriting:
        def act() -> Underwriting:
            if request_id not in self._underwritings:
                raise InsurerRefused("not_found")
            return self._underwritings[request_id]

        return self.faults.run("query_underwriting", act)

    def decide(self, request_id: str, verdict: Verdict) -> tuple[dict[str, str], bytes]:
        """Settle a pending proposal; headers and body of the callback that tells it."""
        answer = self._answer(verdict, self._underwritings[request_id].proposal_no)
        self._underwritings[request_id] = answer
        event = UnderwritingEvent(
            event_id=f"event-{answer.proposal_no}",
            request_id=request_id,
            proposal_no=answer.proposal_no,
            uw_result=WORDS.get(verdict, "PROCESSING"),
            reason_code=answer.reason_code,
            reason=answer.reason,
        )
        body = event.body()
        return self.key.sign("POST", self.callback_path, body, event.event_id, self._clock()), body

    async def issue(self, order: IssueOrder) -> IssuedPolicy:
        def act() -> IssuedPolicy:
            self._check_issue(order)
            number = self._record("policy", order.request_id)
            self._issued.add(order.proposal_no)
            self._policies[number] = FakePolicy(order.effective_date)
            return IssuedPolicy(number)

        return self._once("issue", order, act)

    def _check_issue(self, order: IssueOrder) -> None:
        proposal = self._proposals.get(order.proposal_no)
        if proposal is None:
            raise InsurerRefused("proposal_unknown")
        if self._underwritings[proposal.request_id].status != "accepted":
            raise InsurerRefused("proposal_not_accepted")
        if order.proposal_no in self._issued:
            raise InsurerRefused("already_issued")
        if order.premium_fen != proposal.premium_fen:
            raise InsurerRefused("premium_mismatch")

    async def take_over(self, policies: Sequence[TakenOverPolicy]) -> None:
        def act() -> None:
            for policy in policies:
                if policy.policy_no not in self._policies:
                    self.entries.append(("taken_over", "", policy.policy_no))
                    self._policies[policy.policy_no] = FakePolicy(policy.effective_date)

        self.faults.run("take_over", act)

    async def report_claim(self, report: ClaimReport) -> str:
        def act() -> str:
            self._policy(report.policy_no)
            number = self._record("report", report.request_id)
            self._reports.add(number)
            return number

        return self._once("report_claim", report, act)

    async def close_claim(self, result: ClaimResult) -> None:
        def act() -> None:
            if result.report_no not in self._reports:
                raise InsurerRefused("report_unknown")
            self._record("closure", result.request_id)

        self._once("close_claim", result, act)

    async def cancel_policy(self, cancellation: Cancellation) -> str:
        def act() -> str:
            policy = self._policy(cancellation.policy_no)
            if policy.ended(cancellation.ends_on):
                raise InsurerRefused("policy_ended")
            policy.cancelled = True
            return self._record("cancellation", cancellation.request_id)

        return self._once("cancel_policy", cancellation, act)

    async def amend_policy(self, amendment: Amendment) -> Endorsement:
        def act() -> Endorsement:
            self._answers.once("amend_policy", amendment.request_id, amendment, lambda: self._amend(amendment))
            return self._endorsements[amendment.request_id]

        return self.faults.run("amend_policy", act)

    def _amend(self, amendment: Amendment) -> None:
        if self._policy(amendment.policy_no).cancelled:
            raise InsurerRefused("policy_ended")
        self._amendments[amendment.request_id] = amendment
        number = self._record("amendment", amendment.request_id)
        self._endorse(amendment.request_id, number, self._amends(amendment))

    def decide_amendment(self, request_id: str, verdict: Verdict) -> None:
        self._endorse(request_id, self._endorsements[request_id].endorsement_no, verdict)

    def _endorse(self, request_id: str, number: str, verdict: Verdict) -> None:
        reason = ("amendment_rule", "更正的内容与证件不符") if verdict == "declined" else (None, None)
        self._endorsements[request_id] = Endorsement(verdict, number, *reason)
        if verdict == "accepted":
            amendment = self._amendments[request_id]
            self.amended[amendment.policy_no] = amendment

    def _once(
        self, operation: str, request: IssueOrder | ClaimReport | ClaimResult | Cancellation, act: Callable[[], Answer]
    ) -> Answer:
        return self.faults.run(operation, lambda: self._answers.once(operation, request.request_id, request, act))

    def parse_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> UnderwritingNotice:
        return read_callback(self.key, self._code, self.callback_path, headers, body, now)

    def _policy(self, policy_no: str) -> FakePolicy:
        if policy_no not in self._policies:
            raise InsurerRefused("policy_unknown")
        return self._policies[policy_no]

    def _record(self, kind: str, request_id: str) -> str:
        number = f"{self._clock():%Y%m%d}{len(self.entries) + 1:012d}"
        self.entries.append((kind, request_id, number))
        return number
