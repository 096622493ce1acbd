import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from insurance.simulators.alipay.config import read_config as read_alipay
from insurance.simulators.insurer.config import read_config as read_insurer

ROOT = Path(__file__).parents[2]


def write(file):
    script = ROOT / "deploy" / "development.py"
    return subprocess.run([sys.executable, script, file], capture_output=True, text=True, cwd=ROOT)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("compose") / ".env"
    assert write(file).returncode == 0
    return file


@pytest.fixture(scope="module")
def variables(file):
    return dict(re.findall(r"^(\w+)='([^']*)'$", file.read_text(), re.MULTILINE))


def test_everything_that_compose_demands_is_written(variables):
    demanded = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert demanded <= {name for name, value in variables.items() if value}


def test_only_known_variables_are_written(variables):
    example = (ROOT / ".env.example").read_text()
    assert all(re.search(rf"^#?{name}=", example, re.MULTILINE) for name in variables)


def test_the_simulators_understand_their_configuration(variables):
    insurers = json.loads(variables["XUEPING_INSURERS"])
    known = read_insurer(json.loads(variables["INSURER_SIMULATOR_CONFIG"])).insurers
    assert {code: (one["key_id"], one["secret"].encode()) for code, one in insurers.items()} == {
        code: (one.key_id, one.secret) for code, one in known.items()
    }
    gateway = read_alipay(json.loads(variables["ALIPAY_SIMULATOR_CONFIG"]))
    assert gateway.app_id == variables["XUEPING_ALIPAY__APP_ID"]


def test_the_file_is_for_its_owner_alone(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_left_alone(file):
    before = file.read_text()
    done = write(file)
    assert done.returncode == 1
    assert "已存在" in done.stderr
    assert file.read_text() == before


def test_every_shell_script_is_sound():
    for script in [*(ROOT / "deploy").glob("*.sh"), *(ROOT / "scripts").glob("*.sh")]:
        assert subprocess.run(["sh", "-n", script], env={**os.environ}).returncode == 0
