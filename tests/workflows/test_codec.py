import os
from dataclasses import replace

import pytest
from temporalio.api.common.v1 import Payload

from tests import records
from tests.workflows.process_orders import claim_order
from tests.workflows.process_world import CONVERTER
from workflows import codec
from workflows.messages import ClaimOrder

# what Temporal takes of one payload
MOST_BYTES = 2 * 1024 * 1024


@pytest.mark.parametrize("size", [0, 100, 4095, 4096, 1_000_000])
async def test_what_is_stored_can_be_read_and_does_not_show_what_it_is(size):
    known = b"x" * size
    (stored,) = await CONVERTER.payload_codec.encode([Payload(data=known)])
    assert b"xxxxxxxx" not in stored.data
    (read,) = await CONVERTER.payload_codec.decode([stored])
    assert read.data == known


async def test_what_was_stored_before_payloads_were_shrunk_can_still_be_read(monkeypatch):
    monkeypatch.setattr(codec, "SHRUNK_FROM_BYTES", 10**9)
    (stored,) = await CONVERTER.payload_codec.encode([Payload(data=b"x" * 10_000)])
    monkeypatch.undo()
    assert "compression" not in stored.metadata
    assert (await CONVERTER.payload_codec.decode([stored]))[0].data == b"x" * 10_000


async def test_a_case_of_two_hundred_receipts_fits_into_a_message():
    receipts = tuple(replace(records.receipt(), receipt_id=os.urandom(16).hex()) for _ in range(200))
    documents = tuple(records.document() for _ in range(200))
    order = claim_order(records.NOW, "XJ1", receipts=receipts, documents=documents)
    (stored,) = await CONVERTER.encode([order])
    assert stored.ByteSize() < MOST_BYTES / 4
    assert await CONVERTER.decode([stored], [ClaimOrder]) == [order]
