from datetime import date
from itertools import pairwise

import pytest

from insurance.rules.codes import DOCUMENT_KINDS, REASON_CODES
from insurance.rules.status import (
    LABELS,
    SURRENDER_REASONS,
    allowed,
    answer_reminder,
    answer_to_do,
    answers_to,
    label,
    next_states,
    policy_state,
    turn_of,
    whose_turn,
)

CLAIM_WALKS = [
    "reported submitted reading assessing decided agreed paying paid closed",
    "reported submitted reading assessing in_review decided agreed paying payee_needed paying paid closed",
    "reported submitted reading assessing supplement_requested submitted reading assessing in_review decided closed",
    "reported submitted reading assessing in_review supplement_requested submitted reading",
    "assessing in_review decided in_review decided disputed in_review decided closed reopened in_review",
    "supplement_requested withdrawn",
    "decided agreed in_review decided agreed paying payee_needed in_review decided",
]
PURCHASE_WALKS = [
    "draft submitted queued underwriting awaiting_payment paid issued",
    "submitted underwriting declined",
    "awaiting_payment expired awaiting_payment paid refunding refunded",
    "awaiting_payment cancelled refunding refunded",
    "paid refunding payee_needed refunding payee_needed refunded",
    "expired paid issued",
]
SURRENDER_WALKS = [
    "requested quoted confirmed terminated refunded",
    "requested quoted confirmed terminated payee_needed refunded",
    "requested rejected",
    "quoted cancelled",
]
SERIOUS_WALKS = [
    "notified in_contact documents assessing decided paid closed",
    "assessing documents assessing decided closed",
    "notified assessing decided paid closed assessing decided closed",
]
COMPLAINT_WALKS = ["received extended_30 extended_60 decided review_requested reviewed", "received withdrawn"]
CORRECTION_WALKS = [
    "submitted confirming corrected",
    "submitted declined",
    "confirming declined",
    "confirming unanswered",
]
REVIEW_WALKS = [
    "open taken open taken decided open",
    "taken waiting_documents open taken second_open second_taken decided",
]
POLICY_WALKS = [
    "pending_effect in_force expired",
    "in_force surrendered",
    "in_force terminated_by_claim",
    "pending_effect void",
]


@pytest.mark.parametrize(
    ("process", "walk"),
    [
        (process, walk)
        for process, walks in {
            "claim": CLAIM_WALKS,
            "purchase": PURCHASE_WALKS,
            "surrender": SURRENDER_WALKS,
            "serious_case": SERIOUS_WALKS,
            "complaint": COMPLAINT_WALKS,
            "correction": CORRECTION_WALKS,
            "review": REVIEW_WALKS,
            "policy": POLICY_WALKS,
        }.items()
        for walk in walks
    ],
)
def test_the_walks_of_the_design_are_allowed(process, walk):
    states = walk.split()
    assert all(allowed(process, a, b) for a, b in pairwise(states))


@pytest.mark.parametrize(
    ("process", "a", "b"),
    [
        ("claim", "reported", "decided"),
        ("serious_case", "in_contact", "notified"),
        ("serious_case", "paid", "decided"),
        ("serious_case", "closed", "in_contact"),
        ("claim", "decided", "paying"),
        ("claim", "paying", "withdrawn"),
        ("claim", "paying", "in_review"),
        ("claim", "withdrawn", "reported"),
        ("claim", "decided", "decided"),
        ("claim", "nowhere", "decided"),
        ("purchase", "submitted", "awaiting_payment"),
        ("purchase", "declined", "paid"),
        ("purchase", "issued", "refunding"),
        ("purchase", "refunded", "issued"),
        ("surrender", "requested", "terminated"),
        ("surrender", "confirmed", "cancelled"),
        ("surrender", "refunded", "quoted"),
        ("policy", "expired", "in_force"),
        ("complaint", "received", "extended_60"),
    ],
)
def test_other_moves_are_illegal(process, a, b):
    assert not allowed(process, a, b)


def test_every_state_has_a_label_and_every_move_leads_to_a_state():
    for process, labels in LABELS.items():
        for state in labels:
            assert label(process, state)
            assert set(next_states(process, state)) <= set(labels)
    with pytest.raises(KeyError):
        label("claim", "nowhere")


def test_claims_and_purchases_end_somewhere():
    ends = {process: {s for s in labels if not next_states(process, s)} for process, labels in LABELS.items()}
    assert ends["purchase"] == {"declined", "issued", "refunded"}
    assert ends["claim"] == {"withdrawn"}
    assert ends["surrender"] == {"refunded", "rejected", "cancelled"}
    assert ends["policy"] == {"expired", "surrendered", "terminated_by_claim", "rescinded", "void"}


FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)


@pytest.mark.parametrize(
    ("ended", "today", "state"),
    [
        (None, date(2025, 8, 31), "pending_effect"),
        (None, date(2025, 9, 1), "in_force"),
        (None, date(2026, 8, 31), "in_force"),
        (None, date(2026, 9, 1), "expired"),
        (("surrendered", date(2025, 12, 10)), date(2025, 12, 10), "in_force"),
        (("surrendered", date(2025, 12, 10)), date(2025, 12, 11), "surrendered"),
        (("surrendered", date(2025, 12, 10)), date(2026, 12, 10), "surrendered"),
        (("surrendered", date(2025, 8, 20)), date(2025, 8, 20), "surrendered"),
        (("surrendered", date(2025, 9, 1)), date(2025, 9, 1), "in_force"),
        (("terminated_by_claim", date(2025, 10, 1)), date(2025, 10, 2), "terminated_by_claim"),
        (("rescinded", date(2025, 12, 10)), date(2025, 9, 2), "rescinded"),
        (("void", date(2026, 8, 31)), date(2025, 8, 1), "void"),
    ],
)
def test_the_state_of_a_policy_follows_from_its_dates(ended, today, state):
    assert policy_state(FIRST, LAST, ended, today) == state


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        ("reported", "family"),
        ("supplement_requested", "family"),
        ("decided", "family"),
        ("payee_needed", "family"),
        ("in_review", "adjuster"),
        ("disputed", "adjuster"),
        ("reopened", "adjuster"),
        ("agreed", "insurer"),
        ("paying", "insurer"),
        ("submitted", "system"),
        ("reading", "system"),
        ("assessing", "system"),
        ("closed", "system"),
    ],
)
def test_it_is_always_clear_whose_turn_it_is(state, turn):
    assert whose_turn(state) == turn


@pytest.mark.parametrize(
    ("outcome", "disputed", "turn", "may"),
    [
        ("partial", False, "family", ("accept", "dispute")),
        ("partial", True, "family", ("accept",)),
        ("refused", False, "family", ("dispute",)),
        ("refused", True, "system", ()),
        ("full", False, "system", ()),
    ],
)
def test_a_decision_is_the_familys_turn_as_long_as_it_may_say_something_to_it(outcome, disputed, turn, may):
    assert answers_to(outcome, disputed) == may
    assert whose_turn("decided", outcome, disputed) == turn
    assert whose_turn("in_review", outcome, disputed) == "adjuster"
    said = answer_reminder(outcome, disputed), answer_to_do(outcome, disputed, "4月5日")
    assert [("确认" in text, "提出" in text) for text in said] == [("accept" in may, "dispute" in may)] * 2


def test_coded_values_are_those_of_the_api():
    assert list(REASON_CODES) == [
        "not_insured",
        "outside_period",
        "waiting_period",
        "event_not_covered",
        "item_not_covered",
        "duplicate_receipt",
        "altered_receipt",
        "no_evidence",
        "paid_elsewhere",
        "other",
    ]
    assert list(SURRENDER_REASONS) == ["bought_twice", "not_wanted", "poor_service", "wrong_details", "other"]
    assert len(DOCUMENT_KINDS) == 16


@pytest.mark.parametrize(
    ("process", "state", "turn"),
    [
        ("surrender", "quoted", "family"),
        ("surrender", "confirmed", "insurer"),
        ("surrender", "terminated", "insurer"),
        ("surrender", "payee_needed", "family"),
        ("surrender", "refunded", None),
        ("surrender", "rejected", None),
        ("correction", "submitted", "insurer"),
        ("correction", "confirming", "insurer"),
        ("correction", "corrected", None),
    ],
)
def test_so_it_is_of_surrenders_and_corrections(process, state, turn):
    assert turn_of(process, state) == turn
