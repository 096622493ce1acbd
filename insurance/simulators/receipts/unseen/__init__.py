"""Group `unseen`: layouts that no reader was improved on. Once it has been, this is one more group to improve it with."""

from insurance.simulators.receipts.unseen.group import unseen

__all__ = ["unseen"]
