import pytest

from insurance.adapters.insurer import mapping
from insurance.adapters.insurer.wire import ErrorAnswer, UnderwritingAnswer, UnderwritingEvent
from insurance.adapters.ports import InsurerRefused, InsurerUnavailable


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("PASS", "accepted"), ("REJECT", "declined"), ("PROCESSING", "pending"), ("MANUAL", "pending"), ("", "pending")],
)
def test_only_pass_and_reject_are_final(theirs: str, ours: str) -> None:
    assert mapping.underwriting(UnderwritingAnswer(proposal_no="1", uw_result=theirs)).status == ours


def test_a_callback_keeps_its_own_id_and_our_request_id() -> None:
    event = UnderwritingEvent(event_id="e", request_id="r", proposal_no="1", uw_result="PASS")
    notice = mapping.underwriting_notice("jx", event)
    assert (notice.event_id, notice.insurer, notice.request_id) == ("e", "jx", "r")


def test_a_refusal_in_words_that_we_do_not_know_is_still_a_refusal() -> None:
    refused = mapping.failure(ErrorAnswer(code="SOMETHING_NEW", message="新原因"))
    assert isinstance(refused, InsurerRefused)
    assert (refused.code, refused.message) == ("refused_by_insurer", "新原因")


@pytest.mark.parametrize("code", ["SIGNATURE_INVALID", "TIMESTAMP_EXPIRED", "UNKNOWN_KEY"])
def test_a_signature_that_is_not_accepted_ends_no_business(code: str) -> None:
    assert isinstance(mapping.failure(ErrorAnswer(code=code)), InsurerUnavailable)
