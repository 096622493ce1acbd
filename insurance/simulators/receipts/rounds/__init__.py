"""Six rounds of five layouts each, drawn before the reader met any of them: a round is read once before the reader learns
from it, so that six first readings in a row tell whether what was learned holds for other papers."""

from insurance.simulators.receipts.rounds.group import ROUNDS, round_1, round_2, round_3, round_4, round_5, round_6

__all__ = ["ROUNDS", "round_1", "round_2", "round_3", "round_4", "round_5", "round_6"]
