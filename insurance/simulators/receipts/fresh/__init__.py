"""Group `fresh`: five more layouts, drawn after the reader's words were widened and read once before it learned from them."""

from insurance.simulators.receipts.fresh.group import fresh

__all__ = ["fresh"]
