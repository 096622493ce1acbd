import hashlib
from dataclasses import replace

import pypdfium2
import pytest
from api_door import Door
from api_family import Family, new_family
from sqlmodel import select

from activities.claims import ClaimRecords
from activities.letter_orders import decision_letter
from activities.letters import LetterSteps
from api.claim_files import case_of
from insurance.letters.fonts import FontMissing
from insurance.rules.case import DecidedLine, Payout
from insurance.rules.decision import decide_by_adjuster
from insurance.tables import Claim, Letter, PersonalDataRead
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


async def decided(door: Door, family: Family, outcome="full", *, paid=False, **changes):
    """The family's claim, decided, and paid if so."""
    async with door.database.transaction() as session:
        case = case_of(await session.get_one(Claim, family.claim_id))
    reasons, at = (() if outcome == "full" else ("no_evidence",)), records.NOW
    decision = decide_by_adjuster(case.assessment, outcome, reasons, "", None, ("adj-1",), at)
    case = replace(case, state="decided", decision=decision, updated_at=records.NOW)
    if paid:
        payout = Payout("out-1", 1, 0, decision.payable_fen, "paid", paid_at=records.NOW)
        case = replace(case, state="closed", payouts=(payout,), paid_lines=decision.lines)
    case = replace(case, **changes)
    await ClaimRecords(door.database).publish_claim(records.claim(9 + len(case.undone), case=case, open=not paid))
    return case


def text_of(file):
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(file))


def letters(family: Family, letter_id: str | None = None) -> str:
    return f"/v1/claims/{family.claim_id}/letters" + (f"/{letter_id}" if letter_id else "")


async def post(door: Door, family: Family, kind: str, headers=None):
    return await door.client.post(letters(family), json={"kind": kind}, headers=headers or door.parent(family.subject))


async def test_the_letter_of_a_decision_is_listed_and_is_the_file_in_the_store(door: Door, family: Family):
    case = await decided(door, family)
    made = await LetterSteps(door.database, door.storage, 3650).make_decision_letter(decision_letter(case, 30))
    answer = await door.client.get(letters(family), headers=door.parent(family.subject))
    (item,) = answer.json()["items"]
    assert item["letter_id"] == made.letter_id == f"{family.claim_id}-d1"
    assert (item["kind"], item["title"], item["sha256"]) == ("decision", "理赔决定通知书", made.sha256)
    file = await door.client.get(item["url"], headers=door.parent(family.subject))
    assert file.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(file.content).hexdigest() == made.sha256
    assert "黄小明" in text_of(file.content) and made.letter_id in text_of(file.content)


async def test_a_letter_lies_under_lock_and_is_made_once(door: Door, family: Family):
    case = await decided(door, family)
    before = await door.rows()
    for _ in range(2):
        await LetterSteps(door.database, door.storage, 3650).make_decision_letter(decision_letter(case, 30))
    after = await door.rows()
    assert (after["letters"], after["objects"]) == (before["letters"] + 1, before["objects"] + 1)
    (version,) = next(v for key, v in door.storage._versions.items() if key.startswith(f"letters/{family.claim_id}/"))
    assert version.locked_until is not None and version.seen.content_type == "application/pdf"


async def test_a_step_that_died_before_its_row_stores_no_second_file(door: Door, family: Family):
    case = await decided(door, family)
    order = decision_letter(case, 30)
    steps = LetterSteps(door.database, door.storage, 3650)
    first = await steps.make_decision_letter(order)
    async with door.database.transaction() as session:
        await session.delete(await session.get_one(Letter, first.letter_id))
    objects = (await door.rows())["objects"]
    assert (await steps.make_decision_letter(order)) == first
    assert (await door.rows())["objects"] == objects


async def test_the_apportionment_is_made_when_it_is_asked_for_and_adds_up(door: Door, family: Family):
    case = await decided(door, family, paid=True)
    first = await post(door, family, "apportionment")
    assert first.status_code == 201, first.text
    assert (await post(door, family, "apportionment")).json() == first.json()
    file = await door.client.get(first.json()["url"], headers=door.parent(family.subject))
    paid = case.decision.payable_fen
    assert f"{paid // 100}.{paid % 100:02d}" in text_of(file.content)
    assert "理赔分割单" in text_of(file.content)


async def test_a_receipt_that_a_newer_reading_did_not_find_is_on_no_apportionment(door: Door, family: Family):
    case = await decided(door, family, paid=True)
    told, never_there = (records.receipt(document_id="do-again", superseded=gone) for gone in (False, True))
    record = records.claim(30, case=case, open=False, receipts=(told, never_there))
    await ClaimRecords(door.database).publish_claim(record)
    url = (await post(door, family, "apportionment")).json()["url"]
    text = text_of((await door.client.get(url, headers=door.parent(family.subject))).content)
    assert told.fields.bill_no in text
    assert never_there.fields.bill_no not in text


@pytest.mark.parametrize("state", ["decided", "agreed", "paying", "payee_needed"])
async def test_there_is_no_apportionment_before_everything_is_paid(door: Door, family: Family, state):
    await decided(door, family, state=state)
    answer = await post(door, family, "apportionment")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert "分割单" in answer.json()["title"]


async def test_a_refusal_has_no_apportionment(door: Door, family: Family):
    await decided(door, family, "refused", state="closed")
    assert (await post(door, family, "apportionment")).status_code == 409


async def test_sums_that_the_receipts_can_not_have_brought_are_not_apportioned(door: Door, family: Family):
    line = DecidedLine("accident_medical", 9_999_00)
    payout = Payout("out-1", 1, 0, 9_999_00, "paid", paid_at=records.NOW)
    await decided(door, family, paid=True, paid_lines=(line,), payouts=(payout,))
    answer = await post(door, family, "apportionment")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_apportionable")


async def test_a_notice_that_could_not_be_made_can_be_asked_for(door: Door, family: Family):
    assert (await post(door, family, "decision")).status_code == 409
    await decided(door, family, "refused")
    answer = await post(door, family, "decision")
    assert (answer.status_code, answer.json()["title"]) == (201, "拒绝给付保险金通知书")


async def test_the_notice_of_a_decision_that_was_undone_no_longer_stands(door: Door, family: Family):
    case = await decided(door, family, "refused")
    await post(door, family, "decision")
    await decided(door, family, "full", undone=(case.decision,))
    await post(door, family, "decision")
    items = (await door.client.get(letters(family), headers=door.parent(family.subject))).json()["items"]
    assert [(item["letter_id"][-2:], item["stands"]) for item in items] == [("d1", False), ("d2", True)]


async def test_what_was_paid_before_the_decision_is_told_in_its_notice(door: Door, family: Family):
    paid = Payout("out-1", 1, 0, 100_00, "paid", paid_at=records.NOW, advance=True)
    await decided(door, family, payouts=(paid,))
    made = (await post(door, family, "decision")).json()
    file = await door.client.get(made["url"], headers=door.parent(family.subject))
    assert "赔款中的100.00元此前已经支付" in text_of(file.content)


async def test_without_a_font_the_answer_is_try_again(door: Door, family: Family, monkeypatch):
    def missing(_):
        raise FontMissing("none")

    await decided(door, family, paid=True)
    monkeypatch.setattr("activities.letters.drawn", missing)
    assert (await post(door, family, "apportionment")).status_code == 503


async def test_that_an_adjuster_read_a_letter_is_logged(door: Door, family: Family):
    await decided(door, family, paid=True)
    made = (await post(door, family, "apportionment", door.adjuster())).json()
    assert (await door.client.get(made["url"], headers=door.adjuster())).status_code == 200
    async with door.database.transaction() as session:
        reads = select(PersonalDataRead).where(PersonalDataRead.object_id == family.claim_id)
        assert [read.purpose for read in (await session.exec(reads)).all()] == ["letter"]


async def test_a_letter_of_another_claim_is_not_found_under_ones_own(door: Door, family: Family):
    other = await new_family(door)
    await decided(door, other, paid=True)
    made = (await post(door, other, "apportionment")).json()
    answer = await door.client.get(letters(family, made["letter_id"]), headers=door.parent(family.subject))
    assert answer.status_code == 404
