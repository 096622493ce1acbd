"""Notices that stay in the outbox table, where the product's own pages read them: nobody else is told."""

from insurance.adapters.ports import Notice


class OutboxOnlyNotices:
    async def send(self, notice: Notice) -> None:
        """The row that the caller wrote is the delivery."""
