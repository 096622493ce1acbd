"""The sums (金额) of one claim inside its process: who is to be paid and has been, by round, and what it holds of the policy's limits."""

from datetime import datetime

from activities.claims import LimitsHeld
from insurance.rules.case import DecidedLine, Payee, Payout
from insurance.rules.decision import most
from insurance.rules.shares import parse_shares


class ClaimSums:
    def __init__(self) -> None:
        self.round = 1
        self.payees: tuple[Payee, ...] = ()
        self.payouts: list[Payout] = []
        # what every round of this claim together took of the limits
        self.paid_lines: tuple[DecidedLine, ...] = ()
        # the same with an advance that is being transferred: a decision meanwhile, however low, leaves it held
        self.lines_on_their_way: tuple[DecidedLine, ...] = ()
        # a transfer that the gateway refused to take waits for its next try: nothing of it can be moving
        self.is_resting = False

    @property
    def paid_fen(self) -> int:
        return sum(payout.amount_fen for payout in self.payouts if payout.state == "paid")

    @property
    def paid_before_this_round(self) -> int:
        """To those who are named no more too."""
        return sum(p.amount_fen for p in self.payouts if p.state == "paid" and (p.round < self.round or p.former))

    @property
    def last_paid_at(self) -> datetime | None:
        return max((p.paid_at for p in self.payouts if p.paid_at is not None), default=None)

    def is_paid(self, index: int) -> bool:
        """Whether this payee of this round has the money that was decided on."""
        return any(self._is_to(p, index) and not p.advance for p in self.payouts if p.state == "paid")

    def advanced_fen(self, index: int) -> int:
        """What this payee of this round got in advance."""
        return sum(p.amount_fen for p in self.payouts if p.state == "paid" and p.advance and self._is_to(p, index))

    def settled_fen(self, index: int) -> int:
        """What this payee of this round got by the decision."""
        return sum(p.amount_fen for p in self.payouts if p.state == "paid" and not p.advance and self._is_to(p, index))

    def _is_to(self, payout: Payout, index: int) -> bool:
        return (payout.round, payout.payee) == (self.round, index) and not payout.former

    @property
    def is_paid_out(self) -> bool:
        """Whether money moved by this round's decision, or may be moving."""
        return any(p.round == self.round and not p.advance and p.state != "failed" for p in self.payouts)

    def attempts(self, index: int) -> int:
        return sum((p.round, p.payee) == (self.round, index) for p in self.payouts)

    @property
    def payees_known(self) -> bool:
        """The policy itself proves who is to be paid."""
        return all(payee.proof == "policy" for payee in self.payees)

    @property
    def may_be_paid(self) -> bool:
        """Somebody is named, and something proves it of everybody."""
        return bool(self.payees) and all(payee.proof != "none" for payee in self.payees)

    def keeps_the_paid(self, payees: tuple[Payee, ...]) -> bool:
        """Once somebody of this round is paid, neither they nor anybody's share may change, or sums would be paid twice."""
        paid = self._paid_payees
        if not paid:
            return True
        shares = [parse_shares([p.share for p in some]) for some in (payees, self.payees)]
        return shares[0] == shares[1] and all(payees[i].name == self.payees[i].name for i in paid)

    @property
    def _paid_payees(self) -> set[int]:
        return {i for i in range(len(self.payees)) if self.is_paid(i) or self.advanced_fen(i)}

    def reserved(self, lines: tuple[DecidedLine, ...]) -> LimitsHeld:
        """The limits that the claim holds until it is paid: never less than what earlier rounds took."""
        return LimitsHeld("reserved", most(lines, self.lines_taken))

    @property
    def lines_taken(self) -> tuple[DecidedLine, ...]:
        """What is the family's, or on its way there."""
        return most(self.paid_lines, self.lines_on_their_way)

    def used(self) -> LimitsHeld:
        """What it holds for good."""
        return LimitsHeld("used", self.paid_lines)
