import json
import socket

import pytest
import typer
from typer.testing import CliRunner

from api.cli.doctor import doctor
from api.stack import checks, ports
from api.stack.errors import StackError
from api.stack.folder import locked
from api.stack.plan import plan_file, settle_plan


def found(folder, port=None):
    return {check.name: check for check in checks.examine(folder, port)}


def run_doctor(*arguments):
    app = typer.Typer()
    app.command()(doctor)
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def tesseract(tmp_path, monkeypatch):
    def install(*languages):
        program = tmp_path / "bin" / "tesseract"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n" + "".join(f"echo {language}\n" for language in languages))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return install


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_every_check_has_a_name_of_its_own(tmp_path):
    assert len(found(tmp_path)) == len(checks.examine(tmp_path, None))


def test_a_check_that_fails_says_how_to_mend_it(tmp_path, monkeypatch, taken_port):
    monkeypatch.setenv("PATH", str(tmp_path))
    failed = [check for check in found(tmp_path, taken_port).values() if not check.ok]
    assert {"tesseract", "port"} <= {check.name for check in failed}
    assert all(check.mend for check in failed)


def test_tesseract_without_simplified_chinese_is_not_enough(tmp_path, tesseract):
    tesseract("eng", "chi_tra", "chi_sim_vert")
    assert not found(tmp_path)["tesseract"].ok


def test_tesseract_with_simplified_chinese_is_enough(tmp_path, tesseract):
    tesseract("eng", "chi_sim")
    assert found(tmp_path)["tesseract"].ok


@pytest.mark.parametrize("broken", ["raise ImportError", "import os; os.kill(os.getpid(), 4)"])
def test_an_engine_of_receipts_that_can_not_run_here_is_told(tmp_path, monkeypatch, broken):
    (tmp_path / "onnxruntime.py").write_text(broken)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = checks._engine()
    assert (engine.ok, engine.mend) == (False, "make setup")
    assert "Tesseract" in engine.detail
    monkeypatch.delenv("PYTHONPATH")
    assert checks._engine().ok


def test_the_port_of_a_stack_that_runs_is_its_own(tmp_path, taken_port):
    assert not found(tmp_path, taken_port)["port"].ok
    with locked(tmp_path):
        assert found(tmp_path, taken_port)["port"].ok


def test_the_port_that_the_folder_used_last_is_looked_at(tmp_path, taken_port):
    settle_plan(tmp_path, taken_port)
    assert str(taken_port) in found(tmp_path)["port"].detail


def test_a_folder_below_a_file_can_not_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert not found(tmp_path / "file" / "data")["folder"].ok


def test_the_folder_of_a_newer_program_is_named(tmp_path):
    plan_file(tmp_path).write_text('{"layout_version": 99}')
    assert "更新的程序" in found(tmp_path)["layout"].detail


def test_the_first_thing_that_is_wrong_is_demanded():
    right, wrong = checks.Check("a", True, "好"), checks.Check("b", False, "不好", "修一修")
    checks.demand([right])
    with pytest.raises(StackError, match="不好。修一修"):
        checks.demand([right, wrong])


def test_doctor_tells_machines_everything_at_once(tmp_path, taken_port):
    plan_file(tmp_path).write_text("{")
    done = run_doctor("--data-dir", tmp_path, "--port", taken_port, "--json")
    told = json.loads(done.output)
    assert done.exit_code == 1
    assert told["ok"] is False
    assert {"layout", "port"} <= {check["name"] for check in told["checks"] if not check["ok"]}


def test_doctor_tells_people_what_to_do(tmp_path, taken_port):
    done = run_doctor("--data-dir", tmp_path, "--port", taken_port)
    assert done.exit_code == 1
    assert f"端口 {taken_port} 已被占用" in done.output
    assert "--port" in done.output


def test_doctor_is_content_where_nothing_is_missing(tmp_path):
    done = run_doctor("--data-dir", tmp_path, "--port", ports.choose(()))
    assert done.exit_code == 0, done.output
