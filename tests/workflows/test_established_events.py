from datetime import timedelta

import pytest

from insurance.rules.cover import shanghai_day
from tests.workflows.process_orders import accident, adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, DecisionOrder, Establishing, PayeeOrder

pytestmark = pytest.mark.servers

WHO = adjuster()
PAPERS = {
    "deceased": (
        "insured_id",
        "guardian_id",
        "relationship_proof",
        "death_certificate",
        "heirs_statement",
        "accident_proof",
    ),
    "disabled": (
        *("insured_id", "guardian_id", "relationship_proof", "medical_record", "diagnosis", "exam_report"),
        *("disability_report", "accident_proof"),
    ),
}


async def reviewed(world, patient_state):
    """A claim with its papers, taken by an adjuster."""
    claim_id = await world.report(report=accident(world.time, patient_state=patient_state))
    for kind in PAPERS[patient_state]:
        await world.update(claim_id, "add_document", await world.paper(kind))
    await world.update(claim_id, "submit")
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", WHO)
    return claim_id


async def establish(world, claim_id, **found):
    await world.update(claim_id, "establish", Establishing(WHO, "见材料", **found))


async def decide_in_full(world, claim_id, *others):
    for who in (WHO, *others):
        if who is not WHO:
            await world.update(f"{claim_id}-r1", "take", who)
        await world.update(f"{claim_id}-r1", "decide", DecisionOrder(who, "full", (), ""))


def payable(world, claim_id):
    return {line.coverage_id: line.payable_fen for line in world.claim(claim_id).case.assessment.settlement.lines}


async def test_a_death_by_accident_is_paid_to_every_heir(world):
    claim_id = await reviewed(world, "deceased")
    assert payable(world, claim_id) == {}
    await establish(world, claim_id, died_on=shanghai_day(world.time) - timedelta(days=1))
    assert payable(world, claim_id) == {"accident_death": 30_000_00}
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b@example.com", "李秀英", "0.5")
    await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    await decide_in_full(world, claim_id, adjuster("adjuster-2"))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 30_000_00)
    assert world.books.money(claim_id) == [("payout", 15_000_00), ("payout", 15_000_00)]


@pytest.mark.parametrize("patient_state", ["deceased", "disabled"])
async def test_nobody_alone_refuses_a_death_or_a_disability_of_which_nothing_is_established(world, patient_state):
    claim_id = await reviewed(world, patient_state)
    assert payable(world, claim_id) == {}
    review_id = f"{claim_id}-r1"
    await world.update(review_id, "decide", DecisionOrder(WHO, "refused", ("event_not_covered",), "不属于保险责任"))
    await world.until_state(review_id, "second_open")
    assert world.books.walked(claim_id)[-1] == "in_review"


async def test_grades_of_disability_are_paid_as_the_scale_says(world):
    claim_id = await reviewed(world, "disabled")
    await establish(world, claim_id, disability_grades=(8, 8, 9))
    # two of grade 8 are one of grade 7: 40 % of 50,000 yuan
    assert payable(world, claim_id) == {"accident_disability": 20_000_00}


async def test_a_finding_takes_the_place_of_the_one_before(world):
    claim_id = await reviewed(world, "disabled")
    await establish(world, claim_id, disability_grades=(1,))
    await establish(world, claim_id, disability_grades=(10,))
    assert payable(world, claim_id) == {"accident_disability": 5_000_00}
    assert world.books.told(claim_id).count("event_established") == 2
    assert world.claim(claim_id).case.established.person == "adjuster-1"


async def test_what_other_insurers_paid_for_the_death_counts_against_the_minors_cap(world):
    claim_id = await reviewed(world, "deceased")
    died = shanghai_day(world.time) - timedelta(days=1)
    await establish(world, claim_id, died_on=died, other_death_benefit_fen=490_000_00)
    assert payable(world, claim_id) == {"accident_death": 10_000_00}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"died_on": timedelta(days=-30)}, "before_event"),
        ({"sudden_death": True}, "required"),
        ({"disability_grades": (11,)}, "bad_grade"),
    ],
)
async def test_what_can_not_have_happened_so_is_refused(world, found, code):
    claim_id = await reviewed(world, "deceased")
    days = {k: shanghai_day(world.time) + v if isinstance(v, timedelta) else v for k, v in found.items()}
    with pytest.raises(MoveRefused) as refusal:
        await establish(world, claim_id, **days)
    assert refusal.value.code == code
    assert world.claim(claim_id).case.established is None


async def test_nothing_is_established_outside_of_a_review(world):
    claim_id = await world.report()
    with pytest.raises(MoveRefused):
        await establish(world, claim_id, disability_grades=(1,))


# --- the advance ------------------------------------------------------------------------------------------------------


def advanced(world, claim_id):
    return [(p.amount_fen, p.advance) for p in world.claim(claim_id).case.payouts if p.state == "paid"]


async def test_after_sixty_days_an_established_disability_is_paid_in_advance(world):
    claim_id = await reviewed(world, "disabled")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await establish(world, claim_id, disability_grades=(8,))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    assert advanced(world, claim_id) == [(15_000_00, True)]


async def test_what_is_established_after_the_sixtieth_day_is_paid_in_advance_at_once(world):
    claim_id = await reviewed(world, "disabled")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_nothing_certain")
    await world.update(f"{claim_id}-r1", "take", WHO)
    await establish(world, claim_id, disability_grades=(8,))
    await world.until_told(claim_id, "advance_paid")
    assert advanced(world, claim_id) == [(15_000_00, True)]
    assert world.books.told(claim_id).count("advance_nothing_certain") == 1
    # a lower grade later takes nothing back, and nothing is paid twice
    await establish(world, claim_id, disability_grades=(10,))
    assert advanced(world, claim_id) == [(15_000_00, True)]


# --- a critical illness -----------------------------------------------------------------------------------------------

CRITICAL_PAPERS = ("medical_record", "diagnosis", "exam_report", "insured_id", "guardian_id", "relationship_proof")


async def test_a_reported_critical_illness_needs_its_own_papers_and_an_adjuster(world):
    told = accident(world.time, patient_state="inpatient", event="illness", critical_illness=True)
    claim_id = await world.report(report=told)
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "submit")
    assert refusal.value.code == "documents_missing"
    for kind in CRITICAL_PAPERS:
        await world.update(claim_id, "add_document", await world.paper(kind))
    await world.update(claim_id, "submit")
    await world.until_state(f"{claim_id}-r1", "open")
    assert world.books.records[f"{claim_id}-r1"].skill == "critical_illness"
    await world.update(f"{claim_id}-r1", "take", WHO)
    await establish(world, claim_id, critical_illness=shanghai_day(world.time))
    assert payable(world, claim_id) == {"critical_illness": 100_000_00}
    assert "serious_case_opened" in world.books.told(claim_id)
