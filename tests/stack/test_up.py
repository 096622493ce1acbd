import json
import os
import signal
import socket
import subprocess

import psutil
import pytest

from api.stack import ports
from api.stack.folder import in_use
from api.stack.plan import plan_file, settle_plan
from tests.running_stack import XUEPING, wait_until

pytestmark = pytest.mark.stack


def up(folder, *arguments):
    command = [XUEPING, "up", "--data-dir", folder, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def guard_of(stack):
    children = psutil.Process(stack.process.pid).children()
    return next(child.pid for child in children if "api.stack.guard" in child.cmdline())


def assert_one_clear_line(done, *words):
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stdout
    assert all(word in done.stderr for word in words)


def test_every_part_serves_once_it_says_ready(stack):
    assert stack.serves()
    assert set(stack.processes().values()) >= {"postgres", "temporal", "store", "worker", "ocr-worker", "api"}


def test_a_second_up_on_the_folder_is_refused_and_hurts_nobody(stack):
    before = stack.processes()
    done = up(stack.folder, "--port", ports.choose(()))
    assert_one_clear_line(done, str(stack.folder), "已有一个")
    assert stack.processes() == before
    assert stack.serves()


# Temporal and the worker: test_daily.py
@pytest.mark.parametrize("part", ["ocr-worker", "api", "postgres", "store", "alipay-simulator"])
def test_a_killed_part_comes_back_by_itself(stack, part):
    killed = stack.kill(part)
    stack.wait_for_another(part, killed)
    stack.wait_ready()


def test_after_a_kill_of_the_group_the_next_up_goes_on_with_the_same_folder(stack):
    first = json.loads(plan_file(stack.folder).read_text())
    stack.kill_group()
    # the guard lets no part answer for a stack that nobody watches
    wait_until(lambda: not stack.processes(), "no process of the stack")
    stack.start()
    assert stack.serves()
    assert json.loads(plan_file(stack.folder).read_text()) == first


def test_what_outlived_a_killed_supervisor_and_its_guard_is_ended_first(stack):
    orphans = stack.processes()
    os.kill(guard_of(stack), signal.SIGKILL)
    stack.kill_group()
    assert any(orphan.is_running() for orphan in orphans)
    stack.start()
    assert "已结束上次留下的进程" in stack.output
    assert not set(orphans) & set(stack.processes())
    assert stack.serves()


def test_a_signal_stops_all_of_it_and_leaves_no_process(own_stack):
    own_stack.start()
    own_stack.process.send_signal(signal.SIGTERM)
    assert own_stack.process.wait(15) == 0
    assert own_stack.processes() == {}
    assert not in_use(own_stack.folder)


def test_ctrl_c_while_it_starts_leaves_no_process(own_stack):
    process = subprocess.Popen([XUEPING, "up", "--data-dir", own_stack.folder, "--port", str(own_stack.port)])
    wait_until(lambda: len(own_stack.processes()) > 2, "some parts")
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    assert own_stack.processes() == {}


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        port = server.getsockname()[1]
        assert_one_clear_line(up(tmp_path, "--port", port), str(port), "占用", "--port")


def test_the_folder_of_a_newer_program_is_one_clear_line(tmp_path):
    settle_plan(tmp_path, None)
    plan = json.loads(plan_file(tmp_path).read_text())
    plan_file(tmp_path).write_text(json.dumps({**plan, "layout_version": 99}))
    assert_one_clear_line(up(tmp_path), str(tmp_path), "更新的程序")


def test_a_folder_that_can_not_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").touch()
    assert_one_clear_line(up(tmp_path / "file" / "data"), "不可写")


def test_a_missing_tesseract_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert_one_clear_line(up(tmp_path / "data"), "Tesseract", "install")
