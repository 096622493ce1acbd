import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from insurer_bench import (
    CODE,
    Bench,
    a_cancellation,
    a_proposal,
    a_report,
    a_result,
    a_taken_over,
    an_amendment,
    an_issue,
)

from insurance.adapters.ports import InsurerRefused, InsurerUnavailable, SignatureInvalid

BROKEN = [("down", 0), ("slow", 1.0), ("lose_answer", 0)]


async def a_policy(bench: Bench) -> str:
    underwriting = await bench.insurer.underwrite(a_proposal())
    return (await bench.insurer.issue(an_issue(underwriting.proposal_no))).policy_no


async def test_a_usual_proposal_is_accepted(bench: Bench) -> None:
    proposal = a_proposal()
    underwriting = await bench.insurer.underwrite(proposal)
    assert (underwriting.status, underwriting.reason_code) == ("accepted", None)
    assert await bench.insurer.query_underwriting(proposal.request_id) == underwriting


async def test_a_decline_is_an_answer_with_a_reason(bench: Bench) -> None:
    underwriting = await bench.insurer.underwrite(a_proposal("张拒保"))
    assert underwriting.status == "declined"
    assert underwriting.reason_code and underwriting.reason


async def test_the_same_proposal_twice_is_one_proposal(bench: Bench) -> None:
    proposal = a_proposal()
    first = await bench.insurer.underwrite(proposal)
    assert await bench.insurer.underwrite(proposal) == first
    assert await bench.entries(proposal.request_id) == [("proposal", first.proposal_no)]


async def test_another_proposal_under_the_same_request_id_is_refused(bench: Bench) -> None:
    proposal = a_proposal()
    await bench.insurer.underwrite(proposal)
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.underwrite(replace(proposal, premium_fen=1))
    assert refused.value.code == "key_reused"


async def test_an_underwriting_that_nobody_asked_for_is_not_found(bench: Bench) -> None:
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.query_underwriting("uw-never")
    assert refused.value.code == "not_found"


async def test_a_pending_proposal_is_told_by_a_signed_callback(bench: Bench) -> None:
    proposal = a_proposal("张待核")
    pending = await bench.insurer.underwrite(proposal)
    assert pending.status == "pending"
    ((headers, body),) = await bench.callbacks(proposal.request_id, 1)
    notice = bench.insurer.parse_callback(headers, body, datetime.now(UTC))
    assert (notice.insurer, notice.request_id, notice.underwriting.status) == (CODE, proposal.request_id, "accepted")
    assert notice.underwriting.proposal_no == pending.proposal_no
    assert (await bench.insurer.query_underwriting(proposal.request_id)).status == "accepted"
    assert (await bench.insurer.underwrite(proposal)).status == "accepted"


async def test_a_proposal_that_is_never_decided_stays_pending_and_is_not_issued(bench: Bench) -> None:
    proposal = a_proposal("张不答")
    pending = await bench.insurer.underwrite(proposal)
    assert (await bench.insurer.query_underwriting(proposal.request_id)).status == "pending"
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.issue(an_issue(pending.proposal_no))
    assert refused.value.code == "proposal_not_accepted"


async def test_a_callback_that_was_changed_or_is_stale_is_not_believed(bench: Bench) -> None:
    proposal, now = a_proposal("张待核"), datetime.now(UTC)
    await bench.insurer.underwrite(proposal)
    ((headers, body),) = await bench.callbacks(proposal.request_id, 1)
    for changed in (
        (headers, body.replace(b"PASS", b"FAIL")),
        ({**headers, "x-key-id": "somebody"}, body),
        ({**headers, "x-request-id": "another"}, body),
        ({**headers, "x-timestamp": str(int(now.timestamp()) + 77)}, body),
        ({**headers, "x-signature": "无"}, body),
        ({}, body),
    ):
        with pytest.raises(SignatureInvalid):
            bench.insurer.parse_callback(*changed, now)
    for moved in (timedelta(minutes=6), -timedelta(minutes=6)):
        with pytest.raises(SignatureInvalid):
            bench.insurer.parse_callback(headers, body, now + moved)


async def test_a_policy_is_issued_once_however_often_it_is_asked(bench: Bench) -> None:
    underwriting = await bench.insurer.underwrite(a_proposal())
    order = an_issue(underwriting.proposal_no)
    policy = await bench.insurer.issue(order)
    assert len(policy.policy_no) >= 16 and policy.policy_no.isdigit()
    assert await bench.insurer.issue(order) == policy
    assert await bench.entries(order.request_id) == [("policy", policy.policy_no)]


async def test_many_repeats_at_the_same_time_issue_one_policy(bench: Bench) -> None:
    underwriting = await bench.insurer.underwrite(a_proposal())
    order = an_issue(underwriting.proposal_no)
    policies = await asyncio.gather(*(bench.insurer.issue(order) for _ in range(8)))
    assert len(set(policies)) == 1
    assert len(await bench.entries(order.request_id)) == 1


async def test_a_proposal_becomes_one_policy_only(bench: Bench) -> None:
    underwriting = await bench.insurer.underwrite(a_proposal())
    await bench.insurer.issue(an_issue(underwriting.proposal_no))
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.issue(an_issue(underwriting.proposal_no))
    assert refused.value.code == "already_issued"


async def test_what_does_not_fit_the_proposal_is_not_issued(bench: Bench) -> None:
    accepted = await bench.insurer.underwrite(a_proposal(premium_fen=100_00))
    declined = await bench.insurer.underwrite(a_proposal("张拒保"))
    for order, code in (
        (an_issue("10000000000000000000"), "proposal_unknown"),
        (an_issue(accepted.proposal_no, 99_99), "premium_mismatch"),
        (an_issue(declined.proposal_no), "proposal_not_accepted"),
    ):
        with pytest.raises(InsurerRefused) as refused:
            await bench.insurer.issue(order)
        assert refused.value.code == code


async def test_the_same_issue_key_for_another_order_is_refused(bench: Bench) -> None:
    underwriting = await bench.insurer.underwrite(a_proposal())
    order = an_issue(underwriting.proposal_no)
    await bench.insurer.issue(order)
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.issue(replace(order, effective_date=date(2026, 10, 1)))
    assert refused.value.code == "key_reused"


async def test_an_accident_is_reported_once(bench: Bench) -> None:
    report = a_report(await a_policy(bench))
    number = await bench.insurer.report_claim(report)
    assert len(number) >= 16 and number.isdigit()
    assert await bench.insurer.report_claim(report) == number
    assert await bench.entries(report.request_id) == [("report", number)]


async def test_a_policy_that_the_insurer_does_not_know_can_not_be_used(bench: Bench) -> None:
    for use in (
        bench.insurer.report_claim(a_report("1000000000000000")),
        bench.insurer.cancel_policy(a_cancellation("1000000000000000")),
        bench.insurer.amend_policy(an_amendment("1000000000000000")),
    ):
        with pytest.raises(InsurerRefused) as refused:
            await use
        assert refused.value.code == "policy_unknown"


async def test_taking_over_makes_policies_known_and_can_be_repeated(bench: Bench) -> None:
    policies = [a_taken_over(), a_taken_over()]
    await bench.insurer.take_over(policies)
    await bench.insurer.take_over(policies)
    assert len(await bench.entries(policies[0].policy_no)) == 1
    assert await bench.insurer.report_claim(a_report(policies[0].policy_no))
    assert await bench.insurer.cancel_policy(a_cancellation(policies[1].policy_no))


async def test_taking_over_nothing_is_nothing(bench: Bench) -> None:
    await bench.insurer.take_over([])


async def test_a_claim_is_closed_once(bench: Bench) -> None:
    number = await bench.insurer.report_claim(a_report(await a_policy(bench)))
    result = a_result(number)
    await bench.insurer.close_claim(result)
    await bench.insurer.close_claim(result)
    assert len(await bench.entries(result.request_id)) == 1
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.close_claim(a_result("3000000000000000"))
    assert refused.value.code == "report_unknown"


async def test_a_policy_is_cancelled_once(bench: Bench) -> None:
    cancellation = a_cancellation(await a_policy(bench))
    confirmation = await bench.insurer.cancel_policy(cancellation)
    assert await bench.insurer.cancel_policy(cancellation) == confirmation
    assert await bench.entries(cancellation.request_id) == [("cancellation", confirmation)]
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.cancel_policy(a_cancellation(cancellation.policy_no))
    assert refused.value.code == "policy_ended"


async def test_a_policy_whose_year_is_over_can_not_be_cancelled(bench: Bench) -> None:
    policy_no = await a_policy(bench)
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.cancel_policy(a_cancellation(policy_no, date(2027, 9, 1)))
    assert refused.value.code == "policy_ended"
    assert await bench.insurer.cancel_policy(a_cancellation(policy_no, date(2027, 8, 31)))


async def test_a_cancelled_policy_still_reports_what_happened_before(bench: Bench) -> None:
    policy_no = await a_policy(bench)
    await bench.insurer.cancel_policy(a_cancellation(policy_no))
    assert await bench.insurer.report_claim(a_report(policy_no))


@pytest.mark.parametrize(("mode", "seconds"), BROKEN)
async def test_whatever_happens_to_the_answer_a_repeated_proposal_is_one(
    bench: Bench, mode: str, seconds: float
) -> None:
    proposal = a_proposal()
    await bench.fault("underwrite", mode, seconds=seconds)
    with pytest.raises(InsurerUnavailable):
        await bench.insurer.underwrite(proposal)
    underwriting = await bench.insurer.underwrite(proposal)
    assert await bench.entries(proposal.request_id) == [("proposal", underwriting.proposal_no)]


@pytest.mark.parametrize(("mode", "seconds"), BROKEN)
async def test_whatever_happens_to_the_answer_a_repeated_issue_is_one_policy(
    bench: Bench, mode: str, seconds: float
) -> None:
    order = an_issue((await bench.insurer.underwrite(a_proposal())).proposal_no)
    await bench.fault("issue", mode, seconds=seconds)
    with pytest.raises(InsurerUnavailable):
        await bench.insurer.issue(order)
    policy = await bench.insurer.issue(order)
    assert await bench.entries(order.request_id) == [("policy", policy.policy_no)]


async def test_a_policy_is_amended_once_with_the_number_of_its_endorsement(bench: Bench) -> None:
    amendment = an_amendment(await a_policy(bench))
    endorsement = await bench.insurer.amend_policy(amendment)
    assert (endorsement.status, endorsement.reason_code) == ("accepted", None)
    assert len(endorsement.endorsement_no) >= 16 and endorsement.endorsement_no.isdigit()
    assert await bench.insurer.amend_policy(amendment) == endorsement
    assert await bench.entries(amendment.request_id) == [("amendment", endorsement.endorsement_no)]


async def test_another_amendment_under_the_same_request_id_is_refused(bench: Bench) -> None:
    amendment = an_amendment(await a_policy(bench))
    await bench.insurer.amend_policy(amendment)
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.amend_policy(replace(amendment, class_name="六年级二班"))
    assert refused.value.code == "key_reused"


async def test_an_amendment_is_declined_with_a_reason(bench: Bench) -> None:
    declined = await bench.insurer.amend_policy(an_amendment(await a_policy(bench), "黄拒改"))
    assert declined.status == "declined"
    assert declined.reason_code and declined.reason


async def test_a_pending_amendment_is_told_to_who_asks_again(bench: Bench) -> None:
    amendment = an_amendment(await a_policy(bench), "黄待改")
    pending = await bench.insurer.amend_policy(amendment)
    assert pending.status == "pending"
    await bench.amendment_decided(amendment.request_id)
    decided = await bench.insurer.amend_policy(amendment)
    assert (decided.status, decided.endorsement_no) == ("accepted", pending.endorsement_no)
    assert len(await bench.entries(amendment.request_id)) == 1


async def test_a_cancelled_policy_is_not_amended_any_more(bench: Bench) -> None:
    policy_no = await a_policy(bench)
    await bench.insurer.cancel_policy(a_cancellation(policy_no))
    with pytest.raises(InsurerRefused) as refused:
        await bench.insurer.amend_policy(an_amendment(policy_no))
    assert refused.value.code == "policy_ended"


async def test_a_policy_that_was_amended_and_then_cancelled_answers_the_amendment_as_before(bench: Bench) -> None:
    amendment = an_amendment(await a_policy(bench))
    endorsement = await bench.insurer.amend_policy(amendment)
    await bench.insurer.cancel_policy(a_cancellation(amendment.policy_no))
    assert await bench.insurer.amend_policy(amendment) == endorsement


@pytest.mark.parametrize(("mode", "seconds"), BROKEN)
async def test_whatever_happens_to_the_answer_a_repeated_amendment_is_one(
    bench: Bench, mode: str, seconds: float
) -> None:
    amendment = an_amendment(await a_policy(bench))
    await bench.fault("amend_policy", mode, seconds=seconds)
    with pytest.raises(InsurerUnavailable):
        await bench.insurer.amend_policy(amendment)
    endorsement = await bench.insurer.amend_policy(amendment)
    assert await bench.entries(amendment.request_id) == [("amendment", endorsement.endorsement_no)]


@pytest.mark.parametrize(("mode", "seconds"), BROKEN)
async def test_whatever_happens_to_the_answer_a_repeated_cancellation_is_one(
    bench: Bench, mode: str, seconds: float
) -> None:
    cancellation = a_cancellation(await a_policy(bench))
    await bench.fault("cancel_policy", mode, seconds=seconds)
    with pytest.raises(InsurerUnavailable):
        await bench.insurer.cancel_policy(cancellation)
    confirmation = await bench.insurer.cancel_policy(cancellation)
    assert await bench.entries(cancellation.request_id) == [("cancellation", confirmation)]


async def test_an_insurer_that_is_down_answers_nothing(bench: Bench) -> None:
    policy_no = await a_policy(bench)
    number = await bench.insurer.report_claim(a_report(policy_no))
    for operation, ask in (
        ("query_underwriting", bench.insurer.query_underwriting("uw-never")),
        ("take_over", bench.insurer.take_over([a_taken_over()])),
        ("report_claim", bench.insurer.report_claim(a_report(policy_no))),
        ("close_claim", bench.insurer.close_claim(a_result(number))),
    ):
        await bench.fault(operation, "down")
        with pytest.raises(InsurerUnavailable):
            await ask


async def test_a_refusal_leaves_nothing_behind(bench: Bench) -> None:
    order = an_issue((await bench.insurer.underwrite(a_proposal())).proposal_no)
    await bench.fault("issue", "refuse")
    with pytest.raises(InsurerRefused):
        await bench.insurer.issue(order)
    assert await bench.entries(order.request_id) == []
