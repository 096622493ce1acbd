"""What a family, adjusters and the gateway's clients may do next, by what they see; sometimes what they may not."""

from collections.abc import Callable, Iterator

from activities.claims import ClaimRecord
from activities.review_rows import ReviewRecord
from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from tests.interleavings.server import Move
from tests.interleavings.world import COVERAGE, POLICY, UNSERVED, World, state_of
from tests.workflows.process_orders import adjuster, evidence, payee, reading
from workflows.messages import (
    Actor,
    Correction,
    DecisionOrder,
    PapersOrder,
    PayeeOrder,
    QualityJudgement,
    Reassignment,
    RefundAccount,
    Rereading,
    Undoing,
)

Weighed = tuple[int, str, Callable[[], object]]
TOTALS = ("1100.00", "2100.00", "600.00", "3100.00")
ADJUSTERS = ("adjuster-1", "adjuster-2", "adjuster-3", "adjuster-4")
LEAD = adjuster("lead-1", lead=True)
HOLDING = ("taken", "second_taken")
WAITING = ("open", "second_open")
# how often people do nothing while the usual next act is fifteen
_PATIENCE = 12


def _wait() -> None:
    """Mostly things go on by themselves."""


class People:
    def __init__(self, world: World, *, most_claims: int = 2, most_surrenders: int = 3) -> None:
        self._world = world
        self._most_claims, self._most_surrenders = most_claims, most_surrenders
        self._papers = 0
        self._finished: set[tuple[str, int, str]] = set()

    def acts(self) -> list[Move]:
        """The more often an act is in the list, the more usual it is."""
        acts = (*self._doors(), *self._families(), *self._adjusters(), *self._surrendering())
        patience = [Move("", _wait)] * _PATIENCE
        return [*patience, *(Move(label, act) for times, label, act in acts for _ in range(times))]

    # --- doors --------------------------------------------------------------------------------------------------------

    def _doors(self) -> Iterator[Weighed]:
        world = self._world
        if len(world.claims) < self._most_claims:
            yield 8, "report", world.report
        if len(world.surrenders) < self._most_surrenders and not world.ledger.open_claims(POLICY):
            yield 4, "ask to surrender", world.ask_to_surrender

    # --- the family ---------------------------------------------------------------------------------------------------

    def _families(self) -> Iterator[Weighed]:
        for claim_id in self._world.claims:
            state = self._state(claim_id)
            tell = self._teller(claim_id)
            papers = sum(number.startswith(f"{claim_id}-") for number in self._world.papers)
            has_papers = papers > self._world.slow_office
            if state in ("reported", "supplement_requested"):
                yield 3 if has_papers else 15, f"{claim_id} hands in", lambda c=claim_id: self._hand_in(c)
                yield 15 if has_papers else 1, f"{claim_id} submits", lambda t=tell: t("submit")
            if state in ("submitted", "reading", "in_review"):
                yield 1, f"{claim_id} hands in", lambda c=claim_id: self._hand_in(c)
            if state not in ("closed", "withdrawn", "paying", "paid"):
                times = 15 if state == "payee_needed" else 3
                yield times, f"{claim_id} names a payee", lambda t=tell: t("set_payee", self._payees())
            if state == "decided":
                yield 9, f"{claim_id} accepts", lambda t=tell: t("accept")
                yield 9, f"{claim_id} disputes", lambda t=tell: t("dispute")
            if state in ("decided", "agreed", "payee_needed"):
                yield 6, f"{claim_id} undone", lambda t=tell: t("undo", Undoing(LEAD, "复核"))
            if state not in ("closed", "withdrawn", "reported", "paying", "paid"):
                yield 1, f"{claim_id} withdraws", lambda t=tell: t("withdraw")
            if state == "closed":
                yield 6, f"{claim_id} again", lambda c=claim_id: self._world.reopen(c)

    def _hand_in(self, claim_id: str) -> None:
        """A receipt that is clear, one that leaves a question, a file that is none, or one that nobody reads in time."""
        world = self._world
        self._papers += 1
        total = TOTALS[self._pick(len(TOTALS))]
        how = ("clear", "unsure", "unreadable", UNSERVED)[self._pick(4)]
        if world.slow_office:
            # so that something is certain, something is not, and no paper is missing
            before = sum(number.startswith(f"{claim_id}-") for number in world.papers)
            how, total = (("clear", "1100.00"), ("unsure", "600.00"))[before % 2]
        document = evidence(world.now, "medical_receipt", b"")
        number = f"{claim_id}-do{self._papers}"
        document = type(document)(**{**vars(document), "document_id": number, "sha256": f"sha {number}"})
        found = reading(shanghai_day(world.now), total, sure=how == "clear")
        world.papers[number] = {"unreadable": "看不清", UNSERVED: UNSERVED}.get(how, found)
        world.tell(claim_id, "add_document", document)

    def _payees(self) -> PayeeOrder:
        return (
            PayeeOrder((payee(),)),
            PayeeOrder((payee("closed@example.com"),)),
            PayeeOrder((payee("slow@example.com"),)),
            PayeeOrder((payee("a@example.com", share="0.5"), payee("closed@example.com", "李秀英", "0.5"))),
            PayeeOrder((payee("a@example.com", share="0.5"), payee("b@example.com", "李秀英", "0.5"))),
        )[self._pick(5)]

    # --- adjusters ----------------------------------------------------------------------------------------------------

    def _adjusters(self) -> Iterator[Weighed]:
        for review in self._world.reviews():
            tell = self._teller(review.review_id)
            if review.state in WAITING:
                who = adjuster(ADJUSTERS[self._pick_of(review)])
                times = 1 if self._world.leaves_reviews_alone() else 15
                yield times, f"{review.review_id} taken by {who.subject}", lambda t=tell, w=who: t("take", w)
            if review.state in HOLDING:
                holder = adjuster(review.adjuster or "")
                if review.kind == "quality":
                    yield (
                        12,
                        f"{review.review_id} judged",
                        lambda t=tell, h=holder: t("judge", QualityJudgement(h, True)),
                    )
                    continue
                yield (
                    12,
                    f"{review.review_id} decided",
                    lambda t=tell, r=review, h=holder: t("decide", self._decision(r, h)),
                )
                yield 1, f"{review.review_id} released", lambda t=tell, h=holder: t("release", h)
                other = Reassignment(LEAD, ADJUSTERS[0])
                yield 1, f"{review.review_id} reassigned", lambda t=tell, o=other: t("reassign", o)
                papers = PapersOrder(holder, ("diagnosis",), "")
                yield 1, f"{review.review_id} asks for papers", lambda t=tell, p=papers: t("request_documents", p)
                again = PapersOrder(adjuster(holder.subject, lead=True), ("diagnosis",), "", "新的情况")
                yield 1, f"{review.review_id} asks once more", lambda t=tell, p=again: t("request_documents", p)
                claim = self._world.claim(review.claim_id)
                if claim is not None:
                    yield from self._corrections(claim, holder)

    def _pick_of(self, review: ReviewRecord) -> int:
        """Different people at different claims, so that some may and some may not."""
        return (len(self._world.log) + len(review.excluded)) % len(ADJUSTERS)

    def _decision(self, review: ReviewRecord, holder: Actor) -> DecisionOrder:
        outcome = ("full", "partial", "refused")[self._pick(3)]
        if outcome == "full":
            return DecisionOrder(holder, "full", (), "")
        if outcome == "refused":
            return DecisionOrder(holder, "refused", ("outside_period",), "")
        return DecisionOrder(
            holder, "partial", ("item_not_covered",), "", (DecidedLine(COVERAGE, review.amount_fen // 2),)
        )

    def _corrections(self, claim: ClaimRecord, holder: Actor) -> Iterator[Weighed]:
        claim_id = claim.case.claim_id
        tell = self._teller(claim_id)
        known = [r for r in self._world.ledger.receipts.values() if r.document_id.startswith(f"{claim_id}-")]
        for receipt in known[:2]:
            yield (
                4,
                f"{claim_id} corrected",
                lambda t=tell, r=receipt: t("correct", self._correction(r.receipt_id, holder)),
            )
            yield (
                4,
                f"{claim_id} read again",
                lambda t=tell, r=receipt: self._read_again(t, r.document_id, holder),
            )

    def _correction(self, receipt_id: str, holder: Actor) -> Correction:
        return Correction(holder, receipt_id, {"total": TOTALS[self._pick(len(TOTALS))]}, "与原件核对")

    def _read_again(self, tell: Callable[..., object], document_id: str, holder: Actor) -> None:
        total = TOTALS[self._pick(len(TOTALS))]
        self._world.papers[document_id] = reading(shanghai_day(self._world.now), total)
        tell("read_again", Rereading(holder, document_id))

    # --- surrender ----------------------------------------------------------------------------------------------------

    def _surrendering(self) -> Iterator[Weighed]:
        for surrender_id in self._world.surrenders:
            tell = self._teller(surrender_id)
            record = self._world.surrender(surrender_id)
            state = "quoted" if record is None else state_of(record)
            if state == "quoted":
                yield 9, f"{surrender_id} confirms", lambda t=tell: t("confirm")
                yield 2, f"{surrender_id} cancels", lambda t=tell: t("cancel")
            if state == "payee_needed":
                yield 12, f"{surrender_id} names an account", lambda t=tell: t("set_account", self._account())

    def _account(self) -> RefundAccount:
        return RefundAccount("alipay", ("father@", "closed@", "slow@")[self._pick(3)] + "example.com", "黄建国")

    # --- the end of a day ---------------------------------------------------------------------------------------------

    def last_act(self) -> Move | None:
        """What somebody does who wants to see everything ended: each thing once. None: nothing is left for people."""
        for process_id, label, act in (*self._last_reviews(), *self._last_accounts()):
            key = process_id, self._world.ledger.records[process_id].seq, label
            if key not in self._finished and self._runs(process_id):
                self._finished.add(key)
                return Move(label, act)
        return None

    def _last_reviews(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        for review in self._world.reviews():
            tell = self._teller(review.review_id)
            if review.state in WAITING:
                free = next(f"adjuster-{n}" for n in range(20, 40) if f"adjuster-{n}" not in self._seen(review))
                label = f"{review.review_id} taken by {free}"
                yield review.review_id, label, lambda t=tell, f=free: t("take", adjuster(f))
            if review.state in HOLDING and review.kind == "quality":
                verdict = QualityJudgement(adjuster(review.adjuster or ""), True)
                yield review.review_id, f"{review.review_id} agrees", lambda t=tell, v=verdict: t("judge", v)
            elif review.state in HOLDING:
                order = self._last_decision(review, adjuster(review.adjuster or ""))
                yield review.review_id, f"{review.review_id} {order.outcome}", lambda t=tell, o=order: t("decide", o)

    def _last_decision(self, review: ReviewRecord, holder: Actor) -> DecisionOrder:
        """Where a part may have been paid in advance, the rest of it, or no more."""
        if self._world.slow_office and review.amount_fen > 0 and len(self._world.log) % 3:
            return DecisionOrder(holder, "full", (), "")
        return DecisionOrder(holder, "refused", ("outside_period",), "")

    def _last_accounts(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        world = self._world
        for claim_id in world.claims:
            record = world.claim(claim_id)
            if record is not None and record.case.state == "payee_needed":
                # of several heirs those who are paid stay as they are
                known = enumerate(record.case.payees)
                payees = tuple(payee(f"good-{i}@example.com", p.name, p.share) for i, p in known) or (payee(),)
                tell = self._teller(claim_id)
                yield claim_id, f"{claim_id} good accounts", lambda t=tell, p=payees: t("set_payee", PayeeOrder(p))
        for surrender_id in world.surrenders:
            surrender = world.surrender(surrender_id)
            if surrender is not None and surrender.state == "payee_needed":
                tell = self._teller(surrender_id)
                account = RefundAccount("alipay", "father@example.com", "黄建国")
                yield surrender_id, f"{surrender_id} good account", lambda t=tell, a=account: t("set_account", a)

    def _seen(self, review: ReviewRecord) -> set[str]:
        """Who had this review or may not have it."""
        walked = self._world.walked[review.review_id]
        held = {record.adjuster for record in walked if isinstance(record, ReviewRecord)}
        return {*review.excluded, *(name for name in held if name)}

    # --- small things -------------------------------------------------------------------------------------------------

    def _runs(self, process_id: str) -> bool:
        process = self._world.server.processes.get(process_id)
        return process is not None and process.is_open

    def _state(self, claim_id: str) -> str:
        record = self._world.claim(claim_id)
        return "reported" if record is None else record.case.state

    def _teller(self, process_id: str) -> Callable[..., object]:
        return lambda name, *args: self._world.tell(process_id, name, *args)

    def _pick(self, count: int) -> int:
        return self._world.choices.pick(count)
