"""What must hold at every moment of every interleaving, and what must hold when it is over."""

from collections import Counter
from itertools import pairwise

from activities.claims import ClaimRecord
from activities.review_rows import ReviewRecord
from activities.surrenders import SurrenderRecord
from insurance.rules.status import Process as Kind
from insurance.rules.status import allowed
from tests.interleavings.ledger import lines_of
from tests.interleavings.world import COVERAGE, POLICY, World, state_of

# who waits here without a timer waits for a person
MAY_WAIT: dict[Kind, frozenset[str]] = {
    "claim": frozenset({"reported", "supplement_requested", "in_review", "decided", "payee_needed"}),
    "review": frozenset({"open", "taken", "second_open", "second_taken"}),
    "surrender": frozenset({"quoted", "payee_needed"}),
}


class Promises:
    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0

    # --- always -------------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        world = self._world
        held = world.ledger.of_limits()[COVERAGE]
        assert held <= world.limit, f"{held} held of {world.limit}"
        moved, self._seen = world.payments.movements[self._seen :], len(world.payments.movements)
        for _, number, _ in moved:
            self._money_left(number)
        if world.ledger.policies[POLICY].surrender_id is not None:
            open_claims = world.open_claims() - world.ledger.said_closed
            assert not open_claims, f"{open_claims} open while the policy is being surrendered"

    def _money_left(self, number: str) -> None:
        """Not more for a claim than it holds of the limits; nothing for a policy that a claim was paid on (DESIGN 8)."""
        world = self._world
        sums = _out_by_process(world)
        process_id = _process_of(number)
        if process_id.startswith("su-"):
            record = world.surrender(process_id)
            assert record is not None and sums[process_id] <= record.refund_fen, f"{process_id} refunded twice"
            assert not world.has_paid_claim(), "a refund after a paid claim"
        else:
            surrender_id = world.ledger.policies[POLICY].surrender_id
            assert surrender_id is None, f"{process_id} is paid while the policy is being surrendered"
            holds = sum(lines_of(world.ledger.limits[process_id]).values())
            assert sums[process_id] <= holds, f"{process_id} paid {sums[process_id]}, holds {holds}"

    # --- when nothing moves by itself ---------------------------------------------------------------------------------

    def hold_at_rest(self) -> None:
        """Whoever waits may wait there, and the books say what each process said last."""
        world = self._world
        for process_id, records in world.walked.items():
            record = records[-1]
            assert world.ledger.records[process_id] == record, f"{process_id}: the books say something else"
            process = world.server.processes[process_id]
            assert state_of(record) == "closed" or process_id not in world.ledger.said_closed, (
                f"{process_id} said it was closed"
            )
            waits = state_of(record) in MAY_WAIT[_kind(record)] or process.next_timer() is not None
            assert waits or not process.is_open, f"{process_id} hangs as {state_of(record)}"

    def hold_in_the_end(self) -> None:
        world = self._world
        assert not [p.name for p in world.server.processes.values() if p.is_open], "not everything ended"
        assert not [u for u in world.server.updates if u.state in ("told", "accepted")], "somebody got no answer"
        assert not [u for u in world.server.updates if u.refusal in ("RuntimeError", None) and u.state == "refused"]
        self._only_legal_moves()
        self._nothing_reserved()
        self._same_money()

    def _only_legal_moves(self) -> None:
        for process_id, records in self._world.walked.items():
            states = [state for record in records for state in (*getattr(record, "passed", ()), state_of(record))]
            for before, after in pairwise(states):
                is_legal = before == after or allowed(_kind(records[0]), before, after)
                assert is_legal or (before, after) == ("closed", "reopened"), f"{process_id}: {before} -> {after}"

    def _nothing_reserved(self) -> None:
        world = self._world
        paid = _out_by_process(world)
        for claim_id in world.claims:
            record, held = world.claim(claim_id), world.ledger.limits.get(claim_id)
            assert record is not None and not record.open, f"{claim_id} is still open"
            used = 0 if held is None else sum(lines_of(held).values())
            assert used == 0 or (held is not None and held.how == "used"), f"{claim_id} still reserves {used}"
            assert used == paid[claim_id], f"{claim_id} used {used} and was paid {paid[claim_id]}"
            self._advance_is_part_of_the_sum(record, paid[claim_id])

    def _advance_is_part_of_the_sum(self, record: ClaimRecord, paid_fen: int) -> None:
        """What was paid before the last decision stays paid when that gives less, and is never paid once more when it gives more
        (保险法 25). In advance nothing was paid that was not certain then, or given by a decision that was disputed."""
        case, certain = record.case, list(self._world.ledger.certain[record.case.claim_id])
        certain += [decision.payable_fen for decision in case.undone]
        paid = [payout for payout in case.payouts if payout.state == "paid"]
        advanced, before = Counter[int](), 0
        for payout in paid:
            advanced[payout.round] += payout.amount_fen if payout.advance else 0
            before += payout.amount_fen if payout.advance or payout.round < case.round else 0
        decided = case.decision.payable_fen if case.decision and case.state == "closed" else 0
        assert paid_fen == max(decided, before), f"{case.claim_id}: {decided} decided, {before} before, {paid_fen} paid"
        for number, in_advance in advanced.items():
            earlier = sum(p.amount_fen for p in paid if p.round < number)
            assert in_advance == 0 or in_advance + earlier <= max(certain), (
                f"{case.claim_id}: {in_advance} was not certain"
            )
        payees = Counter((p.round, p.payee) for p in paid if p.advance)
        assert max(payees.values(), default=0) <= 1 + len(case.undone), f"{case.claim_id}: paid in advance twice"
        assert case.advance_paid == bool(payees), f"{case.claim_id}: an advance that is not said"

    def _same_money(self) -> None:
        """Our books of money say what the gateway's say, under the same numbers, each once."""
        world = self._world
        numbers = Counter(number for _, number, _ in world.payments.movements)
        assert set(numbers.values()) <= {1}, f"moved twice: {numbers}"
        theirs = {_our_key(number): amount for _, number, amount in world.payments.movements}
        ours = {key: moved.amount_fen for key, moved in world.ledger.movements.items()}
        assert ours == theirs, f"our books {ours}, the gateway's {theirs}"


def _kind(record: object) -> Kind:
    match record:
        case ClaimRecord():
            return "claim"
        case ReviewRecord():
            return "review"
        case SurrenderRecord():
            return "surrender"
    raise AssertionError(record)


def _process_of(number: str) -> str:
    """cl-1-1-0-0, su-1-back, su-1-out-0"""
    return "-".join(number.split("-")[:2])


def _out_by_process(world: World) -> Counter[str]:
    sums: Counter[str] = Counter()
    for _, number, amount in world.payments.movements:
        sums[_process_of(number)] += amount
    return sums


def _our_key(number: str) -> str:
    return f"back:{number}" if number.startswith("su-") else f"out:{number}"
