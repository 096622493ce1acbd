from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import product
from typing import Any

import pytest
from api_door import Door
from api_routes import report

from insurance.rules.days import SHANGHAI
from insurance.rules.status import LABELS
from tests import records

pytestmark = pytest.mark.servers

# (state, changes of the row)
POLICIES: list[tuple[str, dict[str, Any]]] = [
    ("pending_effect", {"effective_date": date(2026, 4, 1), "ends_on": date(2027, 3, 31)}),
    ("in_force", {}),
    ("in_force", {"ended_reason": "surrendered", "ends_on": records.TODAY}),
    ("expired", {"effective_date": date(2025, 3, 1), "ends_on": date(2026, 2, 28)}),
    ("surrendered", {"ended_reason": "surrendered", "ends_on": date(2026, 3, 9)}),
    (
        "surrendered",
        {"ended_reason": "surrendered", "effective_date": date(2026, 3, 11), "ends_on": date(2026, 3, 10)},
    ),
    ("terminated_by_claim", {"ended_reason": "terminated_by_claim", "ends_on": date(2026, 3, 6)}),
    ("rescinded", {"ended_reason": "rescinded"}),
    ("void", {"ended_reason": "void"}),
]
HELD = [
    {"surrender_id": surrender, "correction_id": correction}
    for surrender, correction in product((None, "su-1"), (None, "pc-1"))
]


@pytest.fixture(autouse=True)
def _answers_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("api.routes.claims.LOOK_SECONDS", float("inf"))
    yield


def test_every_state_of_a_policy_is_looked_at():
    assert {state for state, _ in POLICIES} == set(LABELS["policy"])


@pytest.mark.parametrize(("state", "changes"), POLICIES)
async def test_a_policy_offers_what_can_be_begun_and_nothing_else(door: Door, state, changes):
    subject = records.new("parent")
    for held in HELD:
        row = records.policy(applicant_subject=subject, **changes, **held)
        policy_no = row.policy_no
        # on a day of its cover, and not in the future
        happened = min(row.effective_date, records.TODAY)
        await door.store(row)
        shown = (await door.client.get(f"/v1/policies/{policy_no}", headers=door.parent(subject))).json()
        assert shown["state"] == state
        taken = {"contact"} | {
            name for name, begins in BEGIN.items() if await begins(door, subject, policy_no, happened)
        }
        assert set(shown["actions"]) == taken, held


async def quoted(door: Door, subject: str, policy_no: str, _: date) -> bool:
    answer = await door.client.get(f"/v1/policies/{policy_no}/surrender-quote", headers=door.parent(subject))
    return went(answer, 200)


async def reported(door: Door, subject: str, policy_no: str, happened: date) -> bool:
    body = report() | {"accident_at": datetime.combine(happened, time(1), SHANGHAI).isoformat()}
    answer = await door.client.post(f"/v1/policies/{policy_no}/claims", json=body, headers=door.parent(subject))
    return went(answer, 201)


async def corrected(door: Door, subject: str, policy_no: str, _: date) -> bool:
    body = {"applicant": {"mobile": "13812345678"}}
    answer = await door.client.post(f"/v1/policies/{policy_no}/corrections", json=body, headers=door.parent(subject))
    return went(answer, 201)


def went(answer, status: int) -> bool:
    assert answer.status_code in (status, 409), answer.text
    return answer.status_code == status


# the last one holds the policy
BEGIN = {"surrender": quoted, "claim": reported, "correct": corrected}
