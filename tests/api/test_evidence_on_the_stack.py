import asyncio
import io
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psutil
import pytest
from api_routes import report, takeover
from PIL import Image
from stack_door import StackDoor, open_stack_door, today

from api.stack import processes
from insurance.rules.cover import shanghai_day
from insurance.simulators.receipts import draw_receipt
from tests import records
from tests.running_stack import Stack

pytestmark = pytest.mark.stack

Claim = dict[str, Any]


@pytest.fixture(scope="module")
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


@pytest.fixture
async def reported(door: StackDoor) -> tuple[dict[str, str], str]:
    """A parent's headers, and the path of a claim just reported."""
    subject, day = records.new("parent"), shanghai_day(datetime.now(UTC)) - timedelta(days=80)
    row = takeover()["policies"][0] | {
        "policy_no": records.new("XJ"), "account": subject, "effective_date": day.isoformat(),
        "paid_at": f"{day - timedelta(days=3)}T10:00:00+08:00",
    }  # fmt: skip
    operator, parent = door.as_("operator", "op"), door.parent(subject)
    await door.client.put("/v1/insurers/xiangjiang/policies", json={"policies": [row]}, headers=operator)
    answer = await door.client.post(f"/v1/policies/{row['policy_no']}/claims", json=today(report()), headers=parent)
    assert answer.status_code == 201, answer.text
    return parent, f"/v1/claims/{answer.json()['claim_id']}"


def photo() -> bytes:
    """A receipt photographed with the phone held sideways, the place noted."""
    receipt = draw_receipt(payer="李安然", date=date(2026, 5, 6), items=[("西药费", 80_00)], style="clean", seed=2)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (28.0, 11.0, 0.0)
    file = io.BytesIO()
    Image.open(io.BytesIO(receipt)).convert("RGB").rotate(90, expand=True).save(file, "JPEG", exif=exif, quality=90)
    return file.getvalue()


async def hand_in(door: StackDoor, reported: tuple[dict[str, str], str], kind: str, data: bytes) -> str:
    headers, path = reported
    content = {"files": {"file": ("a.jpg", data)}, "data": {"kind": kind}}
    answer = await door.client.post(f"{path}/documents", headers=headers, **content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["document_id"])


async def until(door: StackDoor, reported: tuple[dict[str, str], str], reached: Callable[[Claim], Any]) -> Claim:
    headers, path = reported
    async with asyncio.timeout(60):
        while True:
            claim: Claim = (await door.client.get(path, headers=headers)).json()
            if reached(claim):
                return claim
            await asyncio.sleep(0.1)


def readers(stack: Stack) -> list[psutil.Process]:
    found = processes.find(stack.folder)
    return [p for p in found if "insurance.adapters.ocr.process_child" in p.cmdline()]


async def test_every_paper_can_be_looked_at_upright_and_nothing_else_of_it_is_shown(door: StackDoor, reported) -> None:
    data = photo()
    for kind in ("medical_receipt", "diagnosis"):
        await hand_in(door, reported, kind, data)
    claim = await until(door, reported, lambda c: all(d["view_url"] for d in c["documents"]))
    assert [receipt["fields"]["total"] for receipt in claim["receipts"]] == ["80.00"]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        for document in claim["documents"]:
            (page,) = document["pages"]
            answer = await stranger.get(page["view_url"])
            assert answer.headers["content-type"] == "image/jpeg"
            seen = Image.open(io.BytesIO(answer.content))
            assert (seen.size, len(seen.getexif())) == ((page["width"], page["height"]), 0)
            assert seen.width > seen.height
            assert (await stranger.get(page["view_url"].split("?")[0])).status_code == 403


async def test_a_reader_that_is_killed_costs_the_family_nothing(door: StackDoor, stack: Stack, reported) -> None:
    await hand_in(door, reported, "medical_receipt", photo())
    for process in readers(stack):
        process.kill()
    claim = await until(door, reported, lambda c: c["receipts"] or c["documents"][0]["state"] == "rejected")
    assert [receipt["fields"]["total"] for receipt in claim["receipts"]] == ["80.00"]
    assert readers(stack)
