import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

import worker
from api import cli
from insurance.settings import Settings, load_settings

VARIABLES = {
    "XUEPING_ENVIRONMENT": "production",
    "XUEPING_TOKEN_SECRET": "token",
    "XUEPING_DIGEST_SECRET": "digest",
    "XUEPING_DATABASE__URL": "postgresql://xueping@127.0.0.1:9/xueping",
    "XUEPING_STORAGE__ACCESS_KEY": "access",
    "XUEPING_STORAGE__SECRET_KEY": "secret",
    "XUEPING_ALIPAY__APP_PRIVATE_KEY": "private",
    "XUEPING_ALIPAY__ALIPAY_PUBLIC_KEY": "public",
    "XUEPING_TEMPORAL__PAYLOAD_KEYS": '{"1": "key"}',
    "XUEPING_INSURERS": json.dumps({"xiangjiang": {"base_url": "http://127.0.0.1:9", "key_id": "k", "secret": "s"}}),
}
COMMANDS = (["api"], ["worker"], ["worker", "--queue", "ocr"])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Settings]]:
    """With what settings a part began to serve."""
    began: list[Settings] = []

    async def run(settings: Settings, queue: str) -> None:
        began.append(settings)

    monkeypatch.setattr(worker, "run", run)
    monkeypatch.setattr("uvicorn.run", lambda app, **_: began.append(app))
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    yield began
    load_settings.cache_clear()


def invoke(command: list[str]) -> Result:
    return CliRunner().invoke(cli.app, command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_part_starts_when_every_secret_is_set(command: list[str], started: list[Settings]) -> None:
    assert invoke(command).exit_code == 0
    assert len(started) == 1


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("name", [n for n in VARIABLES if n not in ("XUEPING_ENVIRONMENT", "XUEPING_INSURERS")])
def test_an_empty_secret_is_named_and_nothing_starts(
    name: str, empty: str, started: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, json.dumps({"1": empty}) if name.endswith("KEYS") else empty)
    for command in COMMANDS:
        result = invoke(command)
        assert result.exit_code == 1
        assert "不能启动" in result.output and name in result.output
    assert started == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XUEPING_TEMPORAL__PAYLOAD_KEYS", "{}"),
        ("XUEPING_NOTICES__WEBHOOK_URL", "https://127.0.0.1:9/hook"),
        ("XUEPING_INSURERS", VARIABLES["XUEPING_INSURERS"].replace('"s"', '""')),
    ],
)
def test_a_key_that_what_is_set_needs_is_asked_for(
    name: str, value: str, started: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    result = invoke(["api"])
    assert result.exit_code == 1 and started == []
    assert name.removesuffix("_URL") in result.output


def test_a_secret_that_is_not_set_at_all_is_named(started: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XUEPING_DIGEST_SECRET")
    result = invoke(["api"])
    assert result.exit_code == 1 and started == []
    assert result.output.endswith(": XUEPING_DIGEST_SECRET\n")
