import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from insurance.settings import Settings

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?P<rule>:\?|:-)?")
SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|ACCESS_KEY|PRIVATE_KEY|PAYLOAD_KEYS|INSURERS$")
APPLICATION = ("migrate", "api", "worker", "ocr-worker")
STEPS = ("migrate", "temporal-schema", "temporal-namespace")


@pytest.fixture(scope="module")
def text():
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def compose(text):
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def schema():
    return json.loads((HERE / "compose-spec.json").read_text())


@pytest.fixture(scope="module")
def example():
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {
        match["name"]: match
        for line in lines
        if (match := re.match(r"(?P<off>#)?(?P<name>[A-Z]\w*)=(?P<value>.*)", line))
    }


def test_the_file_follows_the_compose_specification(compose, schema):
    jsonschema.Draft202012Validator(schema).validate(compose)


def test_the_specification_would_notice_a_wrong_file(compose, schema):
    wrong = {**compose, "services": {"api": {**compose["services"]["api"], "comand": "api"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(wrong)


def test_every_part_of_production_is_there(compose):
    parts = {"postgres", "temporal", "temporal-ui", "minio", *APPLICATION}
    assert parts <= {name for name, service in compose["services"].items() if "profiles" not in service}


def test_simulators_run_only_when_asked_for(compose):
    asked = {name for name, service in compose["services"].items() if service.get("profiles") == ["simulators"]}
    assert asked == {"insurer-simulator", "alipay-simulator"}


def test_no_secret_has_a_default(text):
    rules = {match["name"]: match["rule"] for match in VARIABLE.finditer(text) if SECRET.search(match["name"])}
    assert len(rules) >= 8
    assert set(rules.values()) == {":?"}


def test_no_secret_is_written_down(compose):
    for name, service in compose["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            if SECRET.search(variable) and value is not None:
                assert "${" in str(value), (name, variable)


def test_every_variable_is_in_the_example(text, compose, example):
    handed_on = {
        name
        for service in compose["services"].values()
        for name, v in (service.get("environment") or {}).items()
        if v is None
    }
    assert {match["name"] for match in VARIABLE.finditer(text)} | handed_on == set(example)


def test_the_example_leaves_open_exactly_what_has_no_default(text, example):
    demanded = {match["name"] for match in VARIABLE.finditer(text) if match["rule"] == ":?"}
    open_ones = {name for name, match in example.items() if not match["off"] and not match["value"]}
    assert open_ones == demanded


@pytest.mark.parametrize("name", APPLICATION)
def test_every_variable_of_the_application_is_a_setting(compose, name):
    for variable in compose["services"][name]["environment"]:
        place: object = Settings
        for step in variable.removeprefix("XUEPING_").lower().split("__"):
            assert step in place.model_fields, variable
            place = place.model_fields[step].annotation


def test_every_service_that_stays_has_a_health_check_of_its_own_or_of_its_image(compose):
    without = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert without == {*STEPS, "temporal-ui"}


def test_nothing_starts_before_the_schema_is_there(compose):
    for name in ("api", "worker", "ocr-worker"):
        needed = compose["services"][name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}


def test_workers_scale(compose):
    for name in ("worker", "ocr-worker"):
        assert "replicas" in compose["services"][name]["deploy"]
        assert "container_name" not in compose["services"][name]
        assert "ports" not in compose["services"][name]


def test_ports_are_open_to_this_machine_only_unless_told_otherwise(compose):
    for service in compose["services"].values():
        for port in service.get("ports", []):
            assert "127.0.0.1:" in port


def test_every_mounted_file_is_in_the_repository(compose):
    mounted = [volume.split(":")[0] for s in compose["services"].values() for volume in s.get("volumes", [])]
    files = [path for path in mounted if path.startswith("./")]
    assert files
    assert all((ROOT / path).is_file() for path in files)


def test_everything_that_the_image_copies_is_in_its_context():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert sources == allowed
    assert all((ROOT / source).exists() for source in sources)
