import pytest
from typer.testing import CliRunner

from api import cli
from tests.cli.test_parts import VARIABLES


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (VARIABLES | {"XUEPING_ENVIRONMENT": "development", "XUEPING_TOKEN_SECRET": 32 * "t"}).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--role", "school", "--subject", "s"], "--school"),
        (["--role", "adjuster", "--subject", "a"], "--insurer"),
        (["--role", "adjuster", "--subject", "a", "--insurer", "nope"], "没有这家保险公司"),
    ],
)
def test_a_token_that_opens_nothing_is_not_given(settings: None, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(cli.app, ["token", *arguments])
    assert result.exit_code == 1
    assert said in result.output


def test_a_token_for_who_is_whole_is_given(settings: None) -> None:
    result = CliRunner().invoke(cli.app, ["token", "--role", "school", "--subject", "s", "--school", "4301000001"])
    assert (result.exit_code, len(result.output.split())) == (0, 1)
