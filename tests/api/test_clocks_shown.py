from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family, new_family

from activities.claims import ClaimRecords
from insurance.rules.case import Decision
from insurance.rules.deadlines import Pause
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def family(door: Door) -> Family:
    return await new_family(door)


async def shown(door: Door, family: Family, seq=9, **changes):
    """The family's claim with such a case, as the family sees it."""
    case = records.case(claim_id=family.claim_id, policy_no=family.policy_no, subject=family.subject)
    case = replace(case, **{"state": "in_review", "updated_at": records.NOW + timedelta(hours=1)} | changes)
    await ClaimRecords(door.database).publish_claim(records.claim(seq, case=case))
    answer = await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))
    assert answer.status_code == 200, answer.text
    return answer.json()


def ago(days):
    return records.NOW - timedelta(days=days)


async def test_a_clock_shows_from_when_to_when_it_stood_still_and_why(door: Door, family: Family):
    decision = Decision("adjuster", "full", 900_00, (), (), "", (), ("adj-1",), ago(5))
    wait = Pause(ago(4).date(), ago(2).date(), "payee")
    claim = await shown(
        door, family, state="payee_needed", received_at=ago(30), notice_delivered_at=ago(28),
        supplement_received_at=ago(20), decision=decision, agreed_at=ago(5), state_since=ago(1),
        payee_waits=(wait,), payee_waited_days=2,
    )  # fmt: skip
    clocks = {clock["clock"]: clock for clock in claim["clocks"]}
    assert clocks["determination"]["pauses"] == [
        {"from_on": "2026-02-10", "to_on": "2026-02-18", "because": "supplement", "label": "等待补充材料"}
    ]
    assert clocks["payment"]["pauses"] == [
        {"from_on": "2026-03-06", "to_on": "2026-03-08", "because": "payee", "label": "等待收款账户"},
        {"from_on": "2026-03-09", "to_on": None, "because": "payee", "label": "等待收款账户"},
    ]
    assert clocks["payment"]["paused_because"] == "等待收款账户"
    # it runs again, or is met
    assert clocks["determination"]["paused_because"] is None
    assert (clocks["advance_payment"]["pauses"], clocks["advance_payment"]["paused_because"]) == ([], None)


@pytest.mark.parametrize(
    ("accident_days_ago", "warned"),
    [(600, []), (700, ["limitation_near"]), (730, ["limitation_near"]), (740, ["limitation_passed"])],
)
async def test_a_family_is_warned_before_its_two_years_are_over_and_never_refused(
    door: Door, family: Family, accident_days_ago, warned
):
    report = records.report(accident_at=ago(accident_days_ago))
    claim = await shown(door, family, state="reported", report=report)
    assert [warning["code"] for warning in claim["warnings"]] == warned
    assert all("仍会受理" in warning["text"] for warning in claim["warnings"])


async def test_once_the_papers_are_in_there_is_no_warning(door: Door, family: Family):
    report = records.report(accident_at=ago(725))
    claim = await shown(door, family, report=report, received_at=records.NOW)
    assert claim["warnings"] == []


async def test_a_refusal_is_the_insurers_to_deliver_while_the_family_may_answer(door: Door, family: Family):
    decision = Decision("adjuster", "refused", 0, (), ("event_not_covered",), "", (), ("adj-1",), ago(1))
    claim = await shown(door, family, state="decided", received_at=ago(5), decision=decision)
    clocks = {clock["clock"]: clock for clock in claim["clocks"]}
    assert (claim["whose_turn"], clocks["refusal_notice"]["whose_turn"]) == ("family", "insurer")


async def test_a_late_clock_shows_whose_turn_it_is_while_it_is_open_and_when_it_was_done(door: Door, family: Family):
    def late(claim):
        clock = next(clock for clock in claim["clocks"] if clock["clock"] == "determination")
        return clock["state"], clock["late_days"], clock["whose_turn"], clock["done_on"]

    assert late(await shown(door, family, received_at=ago(35))) == ("broken", 5, "adjuster", None)
    decision = Decision("adjuster", "partial", 900_00, (), ("item_not_covered",), "", (), ("adj-1",), ago(2))
    claim = await shown(door, family, seq=10, state="decided", received_at=ago(35), decision=decision)
    assert late(claim) == ("broken", 3, None, "2026-03-08")


async def test_an_advance_that_waits_for_an_account_is_the_familys_turn(door: Door, family: Family):
    wait = Pause(ago(1).date(), None, "payee")
    claim = await shown(door, family, received_at=ago(60), payee_wanted=True, advance_waits=(wait,))
    advance = next(clock for clock in claim["clocks"] if clock["clock"] == "advance_payment")
    assert (claim["whose_turn"], advance["whose_turn"]) == ("adjuster", "family")
    assert (advance["state"], advance["paused_because"]) == ("paused", "等待收款账户")


@pytest.mark.parametrize(
    ("outcome", "disputed", "turn", "may", "to_do"),
    [
        ("partial", False, "family", ["accept", "dispute"], "请在4月4日前（含当日）确认审核结果，或者提出异议"),
        ("partial", True, "family", ["accept"], "请在4月4日前（含当日）确认审核结果；"),
        ("refused", False, "family", ["dispute"], "如有异议，可在4月4日前（含当日）提出"),
        ("refused", True, "system", [], "这是复核的结果，无须操作，4月4日后自动结案"),
    ],
)
async def test_a_family_sees_until_when_it_may_answer_a_decision_and_how(
    door: Door, family: Family, outcome, disputed, turn, may, to_do
):
    decision = Decision("adjuster", outcome, 0, (), ("event_not_covered",), "", (), ("adj-1",), ago(5))
    decided = {"state": "decided", "received_at": ago(9), "state_since": ago(5), "disputed": disputed}
    claim = await shown(door, family, decision=decision, **decided)
    # thirty days from 5 March on, all of the last one
    answer = claim["answer"]
    assert (answer["until"], answer["may"]) == ("2026-04-05T00:00:00.000+08:00", may)
    assert answer["to_do"].startswith(to_do)
    (listed,) = (await door.client.get("/v1/claims", headers=door.parent(family.subject))).json()["items"]
    assert (claim["whose_turn"], listed["whose_turn"]) == (turn, turn)


async def test_nothing_is_asked_of_a_family_that_is_paid_in_full(door: Door, family: Family):
    decision = Decision("adjuster", "full", 900_00, (), (), "", (), ("adj-1",), ago(5))
    assert (await shown(door, family, state="decided", received_at=ago(9), decision=decision))["answer"] is None
