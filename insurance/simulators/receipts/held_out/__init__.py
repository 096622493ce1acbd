"""Group `held_out`: further layouts and scenes, to judge a reader that was improved on the others. Nothing is tuned on it."""

from insurance.simulators.receipts.held_out.group import held_out

__all__ = ["held_out"]
