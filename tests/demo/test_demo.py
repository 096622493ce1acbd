import json
import signal
import subprocess

import pytest

from api.stack import processes
from tests.running_stack import XUEPING, wait_until

pytestmark = pytest.mark.stack

WALKS = ["purchase", "takeover", "automatic", "adjusted", "surrender", "books"]
PREMIUM, PAID, PAID_IN_PART = 120_00, 484_38, 245_34


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the demo makes its temporary folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def demo(*arguments: str) -> subprocess.Popen[str]:
    command = [XUEPING, "demo", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Output and errors. A demo that hangs is asked to stop, so that its stack stops as well."""
    try:
        return process.communicate(timeout=270)
    except subprocess.TimeoutExpired:
        process.terminate()
        raise


def test_every_step_comes_out_as_it_must_and_nothing_is_left(home):
    process = demo("--json")
    output, errors = end(process)
    document = json.loads(output)
    wrong = [(walk["walk"], step) for walk in document["walks"] for step in walk["steps"] if not step["ok"]]
    assert (process.returncode, document["ok"], wrong) == (0, True, []), errors
    assert [walk["walk"] for walk in document["walks"]] == WALKS
    steps = {(walk["walk"], step["step"]): step for walk in document["walks"] for step in walk["steps"]}
    assert steps[("books", "网关动过的钱与家长看到的一致")]["got"] == [
        ["payment", PREMIUM], ["transfer", PAID], ["transfer", PAID_IN_PART], ["refund", PREMIUM],
    ]  # fmt: skip
    assert all(step["seconds"] >= 0 for step in steps.values())
    assert {person["who"][:3] for person in document["people"]} >= {"家长 ", "理赔员", "保险公", "支付宝"}
    assert list(home.glob("xueping-demo-*")) == []


def test_killed_in_the_middle_it_leaves_no_process(home):
    process = demo()
    wait_until(lambda: any(processes.find(folder / "data") for folder in home.glob("xueping-demo-*")), "some parts")
    (folder,) = home.glob("xueping-demo-*")
    process.kill()
    end(process)
    wait_until(lambda: processes.find(folder / "data") == {}, "no process of the stack")


def test_stopped_in_the_middle_it_leaves_neither_process_nor_folder(home):
    process = demo()
    wait_until(lambda: any(processes.find(folder / "data") for folder in home.glob("xueping-demo-*")), "some parts")
    (folder,) = home.glob("xueping-demo-*")
    process.send_signal(signal.SIGTERM)
    _, errors = end(process)
    assert process.returncode == 130
    assert errors.splitlines() == ["已停止"]
    assert processes.find(folder / "data") == {}
    assert not folder.exists()


def test_a_stack_that_can_not_start_is_one_clear_line(home, monkeypatch):
    monkeypatch.setenv("PATH", str(home))
    process = demo("--json")
    output, errors = end(process)
    assert (process.returncode, output) == (1, "")
    assert len(errors.splitlines()) == 1
    assert "Tesseract" in errors
