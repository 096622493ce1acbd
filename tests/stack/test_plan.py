import json
import socket
import stat

import pytest

from api.stack import ports
from api.stack.environment import settings_of, stack_environment
from api.stack.errors import StackError
from api.stack.plan import LAYOUT_VERSION, PORTS, load_plan, plan_file, settle_plan
from insurance.letters.issuer_identity import issuer_identity
from insurance.settings import Settings


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folder")
    return folder, settle_plan(folder, 18_123)


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def rewrite(folder, **changes):
    raw = json.loads(plan_file(folder).read_text())
    plan_file(folder).write_text(json.dumps({**raw, **changes}))


def test_a_new_folder_gets_a_port_of_its_own_for_every_part(first):
    _, plan = first
    assert set(plan.ports) == set(PORTS)
    assert len(set(plan.ports.values())) == len(PORTS)
    assert all(port in ports.CANDIDATES for port in plan.ports.values())


def test_the_next_start_keeps_ports_secrets_and_the_api_port(first):
    folder, plan = first
    assert settle_plan(folder, None) == plan


def test_another_api_port_is_taken_over_and_kept(tmp_path):
    settle_plan(tmp_path, 18_123)
    assert settle_plan(tmp_path, 18_124).api_port == 18_124
    assert settle_plan(tmp_path, None).api_port == 18_124


def test_without_a_port_a_new_folder_takes_8000(tmp_path):
    assert settle_plan(tmp_path, None).api_port == 8000


def test_secrets_are_for_the_owner_alone(first):
    folder, _ = first
    assert stat.S_IMODE(plan_file(folder).stat().st_mode) == 0o600


def test_two_folders_share_no_secret(first, tmp_path):
    _, plan = first
    ours, theirs = (p.secrets.model_dump() for p in (plan, settle_plan(tmp_path, None)))
    assert all(ours[name] != theirs[name] for name in ours)


def test_a_kept_port_that_a_stranger_took_is_chosen_anew(tmp_path, listener):
    plan = settle_plan(tmp_path, None)
    rewrite(tmp_path, ports={**plan.ports, "temporal": listener})
    again = settle_plan(tmp_path, None)
    assert again.ports["temporal"] != listener
    assert {**again.ports, "temporal": 0} == {**plan.ports, "temporal": 0}


def test_the_port_of_payment_pages_never_moves(tmp_path, listener):
    plan = settle_plan(tmp_path, None)
    rewrite(tmp_path, ports={**plan.ports, "alipay": listener})
    with pytest.raises(StackError, match=str(listener)):
        settle_plan(tmp_path, None)


def test_the_folder_of_a_newer_program_is_refused_and_left_alone(tmp_path):
    settle_plan(tmp_path, None)
    rewrite(tmp_path, layout_version=LAYOUT_VERSION + 1, something_new=True)
    before = plan_file(tmp_path).read_text()
    with pytest.raises(StackError, match="更新的程序"):
        load_plan(tmp_path)
    assert plan_file(tmp_path).read_text() == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"layout_version": 1}', '{"layout_version": "x"}'])
def test_a_damaged_plan_is_refused(tmp_path, text):
    plan_file(tmp_path).write_text(text)
    with pytest.raises(StackError, match="已损坏"):
        load_plan(tmp_path)


def test_the_environment_is_read_back_by_the_settings(first, monkeypatch):
    folder, plan = first
    for name, value in stack_environment(folder).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.environment == "development"
    assert settings.public_url == "http://127.0.0.1:18123"
    assert settings.temporal.address == f"127.0.0.1:{plan.ports['temporal']}"
    assert settings.storage.secret_key.get_secret_value() == plan.secrets.store_secret
    assert settings.alipay.app_private_key.get_secret_value() == plan.secrets.alipay_app.private
    assert set(settings.insurers) == set(plan.secrets.insurers)
    assert settings.alipay.notify_url == "http://127.0.0.1:18123/v1/callbacks/alipay"


def test_every_variable_of_the_environment_is_a_setting(first):
    _, plan = first
    for name in settings_of(plan):
        place: object = Settings
        for step in name.removeprefix("XUEPING_").lower().split("__"):
            place = place.model_fields[step].annotation


def test_a_folder_without_a_stack_has_no_environment(tmp_path):
    with pytest.raises(StackError, match="xueping up"):
        stack_environment(tmp_path)


def test_a_port_on_which_somebody_listens_is_not_free(listener):
    assert not ports.is_free(listener)


def test_a_chosen_port_is_free_and_not_among_the_taken():
    port = ports.choose({*ports.CANDIDATES} - {20_001, 20_002, 20_003, 20_004})
    assert port in (20_001, 20_002, 20_003, 20_004)


def test_a_folder_of_before_gets_who_signs_and_keeps_it(tmp_path):
    plan = settle_plan(tmp_path, None)
    kept = plan.secrets.model_dump()
    del kept["issuers"], kept["policy_codes"]
    rewrite(tmp_path, secrets=kept)
    completed = settle_plan(tmp_path, None)
    assert set(completed.secrets.issuers) == set(completed.secrets.insurers) and completed.secrets.policy_codes
    assert completed.secrets.token == plan.secrets.token
    assert settle_plan(tmp_path, None) == completed


def test_the_insurers_of_a_stack_can_sign_and_be_checked(first, monkeypatch):
    folder, plan = first
    for name, value in stack_environment(folder).items():
        monkeypatch.setenv(name, value)
    signing = Settings().signing
    assert signing.code_secret.get_secret_value() == plan.secrets.policy_codes
    for code in plan.secrets.insurers:
        own, authority = issuer_identity(signing, code).certificates
        own.verify_directly_issued_by(authority)
        authority.verify_directly_issued_by(authority)
    assert "PRIVATE" not in plan.secrets.issuers["ganpo"].certificates
