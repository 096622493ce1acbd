import gc
import hashlib
import io
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

import pytest
from api_door import Door
from api_family import Family
from api_routes import PNG
from PIL import Image
from refusals import problems_of

from activities.claims import ClaimRecords
from insurance.adapters.ports import ReadingUnavailable, StorageRefused, StoredObject
from insurance.adapters.storage.fake import FakeStorage
from insurance.rules.case import EvidenceFile, EvidenceView
from tests import records

pytestmark = pytest.mark.servers

MEBIBYTE = 1024 * 1024


def photo() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(file, "JPEG")
    return file.getvalue()


PHOTO = photo()


class Sink(FakeStorage):
    """Keeps nothing of what it is given, notes the largest piece, and serves a photo padded to a size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.digests: list[str] = []

    async def put(
        self, key: str, source: BinaryIO, content_type: str, *, locked_until: datetime | None, max_bytes: int
    ) -> StoredObject:
        digest, size = hashlib.sha256(), 0
        source.seek(0)
        while part := source.read(64 * 1024):
            digest.update(part)
            size += len(part)
        self.digests.append(digest.hexdigest())
        return StoredObject(key, "v1", digest.hexdigest(), size, content_type)

    async def open(self, key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        async for part in padded(self.size):
            yield part


async def padded(size: int) -> AsyncIterator[bytes]:
    """A photo as chat programs store it, filled up with zeros."""
    yield PHOTO
    for start in range(len(PHOTO), size, 64 * 1024):
        yield bytes(min(64 * 1024, size - start))


async def form(size: int) -> AsyncIterator[bytes]:
    yield b'--x\r\ncontent-disposition: form-data; name="kind"\r\n\r\nmedical_receipt\r\n'
    yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    async for part in padded(size):
        yield part
    yield b"\r\n--x--\r\n"


async def peak_of(door: Door, family: Family, way: str, size: int) -> int:
    sink = Sink(size)
    door.app.state.parts = replace(door.parts, storage=sink)
    headers = door.parent(family.subject)
    address = f"/v1/claims/{family.claim_id}"
    gc.collect()
    tracemalloc.start()
    try:
        if way == "documents":
            kind = {"content-type": "multipart/form-data; boundary=x"}
            answer = await door.client.post(f"{address}/documents", headers=headers | kind, content=form(size))
        else:
            answer = await door.client.post(f"{address}/uploads/up-medical_receipt-1/complete", headers=headers)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        door.app.state.parts = door.parts
    assert answer.status_code == 201, answer.text
    digest = hashlib.sha256(b"".join([part async for part in padded(size)])).hexdigest()
    assert (answer.json()["sha256"], sink.digests) == (digest, [digest])
    return peak


@pytest.mark.parametrize("way", ["documents", "uploads"])
async def test_memory_does_not_grow_with_the_file(door: Door, family: Family, way: str) -> None:
    await peak_of(door, family, way, MEBIBYTE)
    small, large = [await peak_of(door, family, way, size * MEBIBYTE) for size in (3, 19)]
    assert large - small < 2 * MEBIBYTE


REFUSED = {
    "empty_file": b"",
    "file_too_large": PNG + bytes(20 * MEBIBYTE),
    "unsupported_type": b"MZ" + bytes(3000),
    "damaged_file": b"%PDF-1.7\nnothing",
    "mixed_content": PNG + b"PK\x05\x06" + bytes(18),
    "too_complex": b"\x89PNG\r\n\x1a\n" + PNG[8:33] + b"\0\0\0\0tIME\0\0\0\0" * 60_000,
}


@pytest.mark.parametrize("code", REFUSED)
async def test_what_is_no_evidence_is_refused_by_a_code_of_its_own(door: Door, family: Family, code: str) -> None:
    content = {"files": {"file": ("a.png", REFUSED[code])}, "data": {"kind": "medical_receipt"}}
    address = f"/v1/claims/{family.claim_id}/documents"
    answer = await door.client.post(address, headers=door.parent(family.subject), **content)
    assert not problems_of(answer, "file")
    assert answer.json()["errors"][0]["code"] == code


async def test_the_same_file_given_twice_is_one_object_and_two_documents(door: Door, family: Family) -> None:
    content = {"files": {"file": ("a.png", PNG)}, "data": {"kind": "medical_receipt"}}
    address = f"/v1/claims/{family.claim_id}/documents"
    door.processes.told.clear()
    for _ in range(2):
        answer = await door.client.post(address, headers=door.parent(family.subject), **content)
        assert answer.status_code == 201
    given = [document for _, update, document in door.processes.told if update == "add_document"]
    assert len({document.document_id for document in given}) == 2
    assert len({(d.object_key, d.version_id, d.sha256) for d in given}) == 1
    assert len(door.storage._versions[given[0].object_key]) == 1


def painted(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (200, 200), colour).save(file, "PNG")
    return file.getvalue()


async def test_what_was_completed_stays_whatever_is_posted_with_the_same_form_afterwards(
    door: Door, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, address = door.parent(family.subject), f"/v1/claims/{family.claim_id}/uploads"
    form = (await door.client.post(address, headers=headers, json={"kind": "diagnosis"})).json()
    complete, key = f"{address}/{form['upload_id']}/complete", form["fields"]["key"]
    first, second = painted("red"), painted("blue")

    async def posted(data: bytes) -> None:
        await door.storage.put(key, io.BytesIO(data), "image/png", locked_until=None, max_bytes=10**6)

    async def publish(claim_id: str, update: str, document: EvidenceFile, update_id: str) -> None:
        case = records.case(claim_id=claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review")
        given.append(document)
        await ClaimRecords(door.database).publish_claim(records.claim(9, case=case, documents=(document,)))
        # and somebody posts once more, in the same moment
        await posted(second)

    given: list[EvidenceFile] = []
    monkeypatch.setattr(door.processes, "update", publish)
    await posted(first)
    answers = [await door.client.post(complete, headers=headers) for _ in range(2)]
    await posted(second)
    answers.append(await door.client.post(complete, headers=headers))
    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.json()["sha256"] for answer in answers} == {hashlib.sha256(first).hexdigest()}
    (document,) = given
    assert await door.storage.get(document.object_key, document.version_id) == first
    kept = [version.data for versions in door.storage._versions.values() for version in versions]
    assert (first in kept, second in kept, key in door.storage._versions) == (True, False, False)


async def test_of_two_that_complete_an_upload_at_once_both_hear_what_the_claim_has(
    door: Door, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, address = door.parent(family.subject), f"/v1/claims/{family.claim_id}/uploads"
    form = (await door.client.post(address, headers=headers, json={"kind": "diagnosis"})).json()
    await door.storage.put(
        form["fields"]["key"], io.BytesIO(painted("green")), "image/png", locked_until=None, max_bytes=10**6
    )
    theirs = records.document(
        kind="diagnosis", document_id=f"do-{form['upload_id'].rsplit('-', 1)[1]}", sha256="7" * 64
    )

    async def publish(claim_id: str, update: str, document: EvidenceFile, update_id: str) -> None:
        case = records.case(claim_id=claim_id, policy_no=family.policy_no, subject=family.subject, state="in_review")
        await ClaimRecords(door.database).publish_claim(records.claim(9, case=case, documents=(theirs,)))

    monkeypatch.setattr(door.processes, "update", publish)
    answer = await door.client.post(f"{address}/{form['upload_id']}/complete", headers=headers)
    assert answer.json()["sha256"] == theirs.sha256


async def test_an_upload_that_another_call_made_evidence_and_dropped_meanwhile_is_what_the_claim_has(
    door: Door, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, address = door.parent(family.subject), f"/v1/claims/{family.claim_id}/uploads"
    form = (await door.client.post(address, headers=headers, json={"kind": "diagnosis"})).json()
    theirs = records.document(
        kind="diagnosis", document_id=f"do-{form['upload_id'].rsplit('-', 1)[1]}", sha256="8" * 64
    )

    async def gone(key: str, version_id: str | None = None) -> AsyncIterator[bytes]:
        case = records.case(claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject)
        await ClaimRecords(door.database).publish_claim(records.claim(10, case=case, documents=(theirs,)))
        raise StorageRefused("not_found", "没有这个文件。")
        yield b""

    async def refused(key: str) -> None:
        raise StorageRefused("not_found", "没有这个文件。")

    monkeypatch.setattr(door.storage, "open", gone)
    monkeypatch.setattr(door.storage, "drop_upload", refused)
    answer = await door.client.post(f"{address}/{form['upload_id']}/complete", headers=headers)
    assert (answer.status_code, answer.json()["sha256"]) == (201, theirs.sha256)


async def test_an_inspector_that_is_away_is_an_outage(door: Door, family: Family) -> None:
    class Away:
        async def inspect_file(self, source: BinaryIO) -> None:
            raise ReadingUnavailable("down")

    door.app.state.parts = replace(door.parts, inspector=Away())  # type: ignore[arg-type]
    try:
        content = {"files": {"file": ("a.png", PNG)}, "data": {"kind": "medical_receipt"}}
        address = f"/v1/claims/{family.claim_id}/documents"
        answer = await door.client.post(address, headers=door.parent(family.subject), **content)
    finally:
        door.app.state.parts = door.parts
    assert answer.status_code == 503


async def test_who_sees_a_claim_sees_its_pages(door: Door) -> None:
    subject = records.new("parent")
    policy = records.policy(applicant_subject=subject)
    await door.store(policy)
    case = records.case(policy_no=policy.policy_no, subject=subject)
    views = tuple(EvidenceView(n, f"views/do-1/{n}.jpg", 1500, 2000, 3000, 4000) for n in range(2))
    shown, hidden = records.document(views=views), records.document()
    await ClaimRecords(door.database).publish_claim(records.claim(case=case, documents=(shown, hidden)))
    claim = (await door.client.get(f"/v1/claims/{case.claim_id}", headers=door.parent(subject))).json()
    documents = {document["document_id"]: document for document in claim["documents"]}
    assert documents[hidden.document_id]["view_url"] is None
    assert documents[hidden.document_id]["pages"] == []
    seen = documents[shown.document_id]
    assert "views/do-1/0.jpg" in seen["view_url"]
    assert [page["page"] for page in seen["pages"]] == [0, 1]
    assert seen["pages"][1].items() >= {"width": 1500, "height": 2000, "read_width": 3000, "read_height": 4000}.items()
    assert "claims/" not in str(seen)
