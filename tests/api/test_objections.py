import pytest
from api_door import Door
from api_family import Family
from refusals import problems_of

from workflows.messages import Objection

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("content", "told"),
    [({}, ""), ({"json": {}}, ""), ({"json": {"reason": " 空调费是抢救用的 "}}, "空调费是抢救用的")],
    ids=["nothing", "no reason", "a reason"],
)
async def test_a_decision_is_disputed_with_or_without_a_reason(door: Door, family: Family, content, told) -> None:
    answer = await door.client.post(
        f"/v1/claims/{family.claim_id}/dispute", headers=door.parent(family.subject), **content
    )
    assert answer.status_code == 200, answer.text
    assert door.processes.told[-1] == (family.claim_id, "dispute", Objection(told))


@pytest.mark.parametrize("reason", [7, ["x"], {"a": 1}, "字" * 2001, "a\x00b"], ids=str)
async def test_a_reason_that_is_none_is_refused_by_field(door: Door, family: Family, reason) -> None:
    before = list(door.processes.told)
    answer = await door.client.post(
        f"/v1/claims/{family.claim_id}/dispute", headers=door.parent(family.subject), json={"reason": reason}
    )
    assert not problems_of(answer, "reason")
    assert door.processes.told == before
