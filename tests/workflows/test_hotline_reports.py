import dataclasses

import pytest

from tests.workflows.process_orders import payee
from tests.workflows.process_world import World

pytestmark = pytest.mark.servers


async def test_a_report_by_the_hotline_says_who_made_it(world: World):
    claim_id = await world.report(told="reported_for_family", reported_by="agent-9")
    (event,) = [e for e in world.books.events[claim_id].values() if e.event == "reported_for_family"]
    assert (event.by, event.text) == ("adjuster:agent-9", "由客服代为报案")
    assert world.claim(claim_id).case.reported_by == "agent-9"
    # it is the family's turn from now on, and nobody else tells them
    (told,) = [n for n in world.books.notices.values() if n.kind == "reported_for_family"]
    assert (told.subject, "提交所需材料" in told.text) == ("parent-1", True)


async def test_a_familys_own_report_has_no_such_line(world: World):
    claim_id = await world.report()
    assert "reported_for_family" not in world.books.told(claim_id)


async def test_papers_of_the_hotline_stand_under_its_name_and_the_family_goes_on(world: World):
    claim_id = await world.report(reported_by="agent-9")
    paper = await world.paper("medical_receipt", [world.receipt()])
    await world.update(claim_id, "add_document", dataclasses.replace(paper, given_by="adjuster:agent-9"))
    (event,) = [e for e in world.books.events[claim_id].values() if e.event == "document_received"]
    assert (event.by, event.text) == ("adjuster:agent-9", "客服代为提交了医疗收费票据")
    await world.hand_in(claim_id, payees=(payee(),))
    assert (await world.end_of(claim_id)).state == "closed"
