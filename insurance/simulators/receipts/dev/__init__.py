"""Group `dev`: layouts and scenes of the world that are not the national pattern, to improve a reader on."""

from insurance.simulators.receipts.dev.group import dev

__all__ = ["dev"]
