from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from api_door import SETTINGS, Door
from api_family import Family
from api_routes import payee, report
from refusals import problems_of

from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def strict(door: Door) -> AsyncIterator[Door]:
    """With the settings of production."""
    parts = door.app.state.parts
    door.app.state.parts = replace(parts, settings=SETTINGS.model_copy(update={"environment": "production"}))
    yield door
    door.app.state.parts = parts


async def ask(door: Door, family: Family, what, consents):
    headers = door.parent(family.subject)
    body = (report() if what == "report" else payee(family)) | {"consents": consents}
    if consents is None:
        del body["consents"]
    if what == "report":
        return await door.client.post(f"/v1/policies/{family.policy_no}/claims", json=body, headers=headers)
    return await door.client.put(f"/v1/claims/{family.claim_id}/payee", json=body, headers=headers)


WHAT = pytest.mark.parametrize(("what", "kind"), [("report", "medical_data"), ("payee", "account_data")])


@WHAT
async def test_a_refused_consent_is_respected(door: Door, family: Family, what, kind):
    before = await door.rows()
    for consents in (
        [{"kind": kind, "agreed": False}],
        [{"kind": kind, "agreed": True}, {"kind": kind, "agreed": False}],
    ):
        answer = await ask(door, family, what, consents)
        assert not problems_of(answer, "consents", code="consent_required")
    assert (await door.rows(), door.processes.told) == (before, [])


@WHAT
@pytest.mark.parametrize("other", [None, [], "another"])
async def test_production_asks_for_each_consent_by_itself(strict: Door, family: Family, what, kind, other):
    another = {"medical_data": "account_data", "account_data": "medical_data"}[kind]
    consents = [{"kind": another, "agreed": True}] if other == "another" else other
    answer = await ask(strict, family, what, consents)
    assert not problems_of(answer, "consents", code="consent_required")


@WHAT
async def test_a_given_consent_goes_into_the_case_with_its_time(strict: Door, family: Family, what, kind):
    answer = await ask(strict, family, what, [{"kind": kind, "agreed": True}])
    assert answer.status_code in (200, 201), answer.text
    order = strict.processes.started[answer.json()["claim_id"]] if what == "report" else strict.processes.told[-1][2]
    assert [(c.kind, c.agreed, c.at) for c in order.consents] == [(kind, True, records.NOW)]


@WHAT
async def test_a_stack_of_development_lets_silence_through(door: Door, family: Family, what, kind):
    assert (await ask(door, family, what, None)).status_code in (200, 201)
