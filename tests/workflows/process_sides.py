"""The fakes of everything outside, as the processes under test meet them: they do what the names and accounts of a test say."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from temporalio.testing import WorkflowEnvironment

from insurance.adapters.insurer.fake import FakeInsurer
from insurance.adapters.notices.fake import FakeNotices
from insurance.adapters.ocr.file_reading import FileReading
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import Amendment, PageView, Proposal, ReadingRefused, TransferOrder
from insurance.adapters.storage.fake import FakeStorage
from insurance.rules.receipts.reading import ReceiptReading
from tests.workflows.process_orders import INSURER
from tests.workflows.process_running import Running

VERDICTS = {"拒保": "declined", "待核": "pending"}


class OtherSides(Running):
    """Their clocks follow Temporal's."""

    def __init__(self, environment: WorkflowEnvironment, queue: str, time: datetime) -> None:
        super().__init__(environment, queue, time)
        self.payments = FakePayments(clock=lambda: self.time, transfer_outcome=self._transfer_outcome)
        self.insurer = FakeInsurer(INSURER, verdict=_verdict, amends=_amends, clock=lambda: self.time)
        self.notices = FakeNotices()
        self.storage = _Store(self)
        self.reader = _Reader(self)
        self.papers: dict[bytes, Sequence[ReceiptReading] | str] = {}
        # by the end of the account; paid if not here
        self.transfers: dict[str, Any] = {}
        self.reader_works = asyncio.Event()
        self.reader_works.set()

    async def gateway_movements(self) -> dict[str, int]:
        """What really moved, under the keys that our books have for it."""
        moved: dict[str, int] = {}
        for kind, number, amount_fen in self.payments.movements:
            key = await self._our_key(kind, number)
            assert key not in moved, f"moved twice: {key}"
            moved[key] = amount_fen
        return moved

    async def _our_key(self, kind: str, number: str) -> str:
        if kind == "transfer":
            return f"back:{number}" if number.startswith(("su-", "pu-")) else f"out:{number}"
        trade = await self.payments.query_trade(number.removesuffix("-back"))
        if kind == "payment":
            return f"in:{trade.trade_no}"
        return f"back:{trade.trade_no or number}"

    def _transfer_outcome(self, order: TransferOrder) -> Any:
        return self.transfers.get(order.account[-4:], "paid")


def _amends(amendment: Amendment) -> Any:
    return {"拒改": "declined", "待改": "pending"}.get(amendment.insured.name[-2:], "accepted")


def _verdict(proposal: Proposal) -> Any:
    return VERDICTS.get(proposal.insured.name[-2:], "accepted")


class _Store(FakeStorage):
    """Gives nothing to read while the reader doesn't work."""

    def __init__(self, sides: OtherSides) -> None:
        super().__init__()
        self._sides = sides

    async def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        await self._sides.reader_works.wait()
        async for part in super().open(key, version_id):
            yield part


class _Reader:
    """Reads what the world says is on a paper."""

    def __init__(self, sides: OtherSides) -> None:
        self._sides = sides

    async def read_file(self, source: BinaryIO) -> FileReading:
        # no page is read at once: a family submits meanwhile
        await asyncio.sleep(0.05)
        source.seek(0)
        found = self._sides.papers[source.read()]
        if isinstance(found, str):
            raise ReadingRefused("unreadable", found)
        return FileReading("image", (), tuple(found), 0.0)

    async def view_file(self, source: BinaryIO, turned_ccw: Sequence[int] = ()) -> list[PageView]:
        return []
