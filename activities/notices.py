"""Telling a person something that the law counts days from: done only when the channel has taken it."""

from temporalio import activity

from insurance.adapters.ports import Notice, Notices


class Telling:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    @activity.defn(name="deliver_notice")
    async def deliver(self, notice: Notice) -> None:
        """Safe to repeat: the receiver drops repeats by the notice's id."""
        await self._notices.send(notice)
