"""`xueping token`: a development token on stdout; refused when production settings are on."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api.auth import Caller, issue_token
from api.stack.environment import stack_environment
from api.stack.errors import StackError
from api.stack.folder import DEFAULT_FOLDER
from insurance.settings import Settings


class RoleName(StrEnum):
    parent = "parent"
    adjuster = "adjuster"
    school = "school"
    supervisor = "supervisor"
    operator = "operator"


def token(
    role: Annotated[RoleName, typer.Option()],
    subject: Annotated[str, typer.Option(help="账号")],
    insurer: Annotated[str | None, typer.Option(help="理赔员所属保险公司代码")] = None,
    lead: Annotated[bool, typer.Option("--lead", help="理赔主管")] = False,
    school: Annotated[str | None, typer.Option(help="学校代码")] = None,
    region: Annotated[str | None, typer.Option(help="监管地区代码")] = None,
    data_dir: Annotated[Path, typer.Option("--data-dir", envvar="XUEPING_DATA_DIR")] = DEFAULT_FOLDER,
) -> None:
    """开发用令牌 (a development token)."""
    settings = _settings(data_dir)
    if role is RoleName.adjuster and insurer is None:
        _refuse("理赔员令牌须用 --insurer 指明保险公司")
    if not 0 < len(subject) <= 128:
        _refuse("--subject 应为 1 到 128 个字")
    caller = Caller(role.value, subject, insurer, lead, school, region)
    typer.echo(issue_token(caller, settings.token_secret.get_secret_value(), datetime.now(UTC)))


def _settings(data_dir: Path) -> Settings:
    """The environment's settings when it has any, else those of the stack in `data_dir`."""
    if os.environ.get("XUEPING_ENVIRONMENT") == "production":
        _refuse("生产环境不发开发令牌 (no development tokens with production settings)")
    if "XUEPING_TOKEN_SECRET" not in os.environ:
        if not (data_dir / "stack.json").exists():
            _refuse(f"{data_dir} 里还没有运行过的系统；先运行 xueping up --data-dir {data_dir}")
        try:
            os.environ.update(stack_environment(data_dir))
        except StackError as error:
            _refuse(str(error))
    settings = Settings()
    if settings.environment == "production":
        _refuse("生产环境不发开发令牌 (no development tokens with production settings)")
    return settings


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
