import pytest

from tests.workflows.process_orders import payee
from workflows.messages import CorrectionOutcome, PayeeOrder

pytestmark = pytest.mark.servers


def policy_of(world, correction_id):
    return world.books.policies[world.books.records[correction_id].policy_no]


def amendments(world):
    return [kind for kind, *_ in world.insurer.entries].count("amendment")


async def pending(world, policy_no):
    """A correction that a person at the insurer looks at."""
    correction_id = await world.correct(policy_no, name="黄待改")
    await world.until(lambda: amendments(world), "asked")
    await world.until_state(correction_id, "confirming")
    return correction_id


async def test_what_the_insurer_confirms_stands_in_the_policy(world):
    correction_id = await world.correct(await world.policy())
    outcome = await world.end_of(correction_id)
    assert outcome.state == "corrected" and outcome.endorsement_no
    assert world.books.told(correction_id) == ["correction_submitted", "corrected"]
    assert world.books.noticed(correction_id) == ["corrected"]
    assert world.books.kept == [world.books.records[correction_id].policy_no]
    assert policy_of(world, correction_id).corrected_to.insured.name == "黄小宇"
    assert policy_of(world, correction_id).correction_id is None


async def test_a_decline_says_why_and_changes_nothing(world):
    correction_id = await world.correct(await world.policy(), name="黄拒改")
    assert await world.end_of(correction_id) == CorrectionOutcome("declined", None)
    record = world.books.records[correction_id]
    assert (record.declined_code, record.declined_reason) == ("amendment_rule", "更正的内容与证件不符")
    assert policy_of(world, correction_id).corrected_to is None
    assert policy_of(world, correction_id).correction_id is None
    (notice,) = [n for key, n in world.books.notices.items() if key.startswith(correction_id)]
    assert "更正的内容与证件不符" in notice.text and "仍然有效" in notice.text


async def test_an_answer_that_comes_later_is_asked_for(world):
    correction_id = await pending(world, await world.policy())
    world.insurer.decide_amendment(correction_id, "accepted")
    await world.let_pass(minutes=2)
    assert (await world.end_of(correction_id)).state == "corrected"
    assert amendments(world) == 1


async def test_what_is_confirmed_while_a_claim_is_being_paid_comes_too_late(world):
    """Decided since for the insured as they were; nothing half of it stands."""
    policy_no = await world.policy()
    correction_id = await pending(world, policy_no)
    claim_id = await world.report(policy_no)
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    world.insurer.decide_amendment(correction_id, "accepted")
    await world.let_pass(minutes=2)
    assert await world.end_of(correction_id) == CorrectionOutcome("declined", None)
    record = world.books.records[correction_id]
    assert (record.declined_code, record.endorsement_no) == ("claim_being_settled", None)
    assert policy_of(world, correction_id).corrected_to is None
    assert policy_of(world, correction_id).correction_id is None
    assert world.books.told(correction_id) == ["correction_submitted", "correction_declined"]
    told = {n.subject: n for key, n in world.books.notices.items() if key.startswith(correction_id)}
    assert set(told) == {"parent-1", "role:operator:xiangjiang"}
    assert "批单" in told["role:operator:xiangjiang"].text and "重新申请" in told["parent-1"].text
    await world.update(claim_id, "set_payee", PayeeOrder((payee("father@example.com"),)))
    await world.end_of(claim_id)


async def test_an_insurer_that_is_slow_is_reminded_and_the_family_told(world):
    correction_id = await pending(world, await world.policy())
    await world.let_pass(days=8, hours=1)
    await world.until_told(correction_id, "insurer_late")
    told = [n.subject for key, n in world.books.notices.items() if key.startswith(correction_id)]
    assert told == ["parent-1", "role:operator:xiangjiang"]
    world.insurer.decide_amendment(correction_id, "accepted")
    await world.let_pass(hours=7)
    assert (await world.end_of(correction_id)).state == "corrected"
    assert world.books.walked(correction_id) == ["confirming", "corrected"]


async def test_an_insurer_that_never_answers_leaves_the_policy_as_it_was(world):
    correction_id = await pending(world, await world.policy())
    await world.let_pass(days=31)
    assert await world.end_of(correction_id) == CorrectionOutcome("unanswered", None)
    assert world.books.told(correction_id) == ["correction_submitted", "insurer_late", "correction_unanswered"]
    assert policy_of(world, correction_id).corrected_to is None
    assert policy_of(world, correction_id).correction_id is None
    assert await world.events_in_history(correction_id) < 2000


async def test_an_insurer_that_is_down_is_asked_until_it_answers(world):
    world.insurer.faults.add("amend_policy", "down", times=3)
    world.insurer.faults.add("amend_policy", "lose_answer")
    correction_id = await world.correct(await world.policy())
    await world.let_pass(minutes=2)
    assert (await world.end_of(correction_id)).state == "corrected"
    assert amendments(world) == 1


async def test_of_two_corrections_at_once_the_second_is_declined(world):
    policy_no = await world.policy()
    first = await pending(world, policy_no)
    second = await world.correct(policy_no)
    assert (await world.end_of(second)).state == "declined"
    assert world.books.records[second].declined_code == "correction_open"
    world.insurer.decide_amendment(first, "accepted")
    await world.let_pass(minutes=2)
    assert (await world.end_of(first)).state == "corrected"
    assert policy_of(world, first).corrected_to.insured.name == "黄待改"


async def test_a_policy_under_surrender_is_not_corrected(world):
    policy_no = await world.policy()
    surrender_id = await world.surrender(policy_no, refund_fen=0)
    await world.update(surrender_id, "confirm")
    correction_id = await world.correct(policy_no)
    assert (await world.end_of(correction_id)).state == "declined"
    assert world.books.records[correction_id].declined_code == "policy_ended"
    assert amendments(world) == 0


@pytest.mark.parametrize(("answer", "stands"), [("accepted", "黄待改"), ("declined", None)])
async def test_a_surrender_does_not_wait_for_a_correction_and_both_books_say_the_same(world, answer, stands):
    policy_no = await world.policy()
    correction_id = await pending(world, policy_no)
    surrender_id = await world.surrender(policy_no, refund_fen=0)
    await world.update(surrender_id, "confirm")
    assert (await world.end_of(surrender_id)).state == "refunded"
    world.insurer.decide_amendment(correction_id, answer)
    await world.let_pass(minutes=2)
    await world.end_of(correction_id)
    ours, theirs = policy_of(world, correction_id).corrected_to, world.insurer.amended.get(policy_no)
    assert [policy and policy.insured.name for policy in (ours, theirs)] == [stands, stands]


async def test_a_surrender_that_was_faster_at_the_insurer_ends_the_correction(world):
    world.insurer.faults.add("amend_policy", "down", times=20)
    policy_no = await world.policy()
    correction_id = await world.correct(policy_no)
    await world.until_told(correction_id, "correction_submitted")
    surrender_id = await world.surrender(policy_no, refund_fen=0)
    await world.update(surrender_id, "confirm")
    await world.end_of(surrender_id)
    await world.let_pass(hours=1)
    assert (await world.end_of(correction_id)).state == "declined"
    record = world.books.records[correction_id]
    assert (record.declined_code, record.declined_reason) == ("policy_ended", "保单已终止或正在退保，不能更正")
    assert policy_of(world, correction_id).corrected_to is None


async def test_starting_the_same_correction_twice_starts_one(world):
    policy_no = await world.policy()
    first = await pending(world, policy_no)
    await world.correct(policy_no, name="黄待改", correction_id=first)
    world.insurer.decide_amendment(first, "accepted")
    await world.let_pass(minutes=1)
    await world.end_of(first)
    assert amendments(world) == 1


async def test_claims_under_way_are_told_to_the_insurer(world):
    correction_id = await world.correct(await world.policy(), open_reports=("3000000000000001",))
    await world.end_of(correction_id)
    (amended,) = world.insurer.amended.values()
    assert (amended.open_reports, amended.changed) == (("3000000000000001",), ("insured.name",))
