import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.workflows.process_orders import CHILD, FATHER, application
from tests.workflows.process_world import CONVERTER
from worker import SANDBOX, WORKFLOWS

RECORDED = {path.stem: path.read_text("utf-8") for path in (Path(__file__).parents[1] / "histories").glob("*.json")}


def test_every_workflow_has_a_recorded_history() -> None:
    recorded = {name.rpartition("-")[2] for name in RECORDED}
    assert recorded == {
        "purchase",
        "claim",
        "review",
        "quality_review",
        "serious_case",
        "complaint",
        "surrender",
        "correction",
        "stray_payment",
        "reconciliation",
        "policy_days",
    }
    assert len(recorded) == len(WORKFLOWS)


@pytest.mark.parametrize("name", sorted(RECORDED))
async def test_a_recorded_history_replays_on_this_code(name: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=CONVERTER, workflow_runner=SANDBOX)
    await replayer.replay_workflow(WorkflowHistory.from_json(name, RECORDED[name]))


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_recorded_history_names_nobody(name: str) -> None:
    text = json.dumps(json.loads(RECORDED[name]), ensure_ascii=False)
    numbers = application().applicant.id_number, application().insured.id_number, application().applicant.mobile
    assert not [word for word in (CHILD, FATHER, *numbers) if word in text]
