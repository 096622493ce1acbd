"""`xueping token`: a development token on stdout; refused when production settings are on."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from api.auth import Caller, issue_token
from api.cli.settings import DataDir, refuse, settings_for
from insurance.products.catalogue import load_catalogue


class RoleName(StrEnum):
    parent = "parent"
    adjuster = "adjuster"
    school = "school"
    supervisor = "supervisor"
    operator = "operator"


def token(
    data_dir: DataDir,
    role: Annotated[RoleName, typer.Option()],
    subject: Annotated[str, typer.Option(help="账号")],
    insurer: Annotated[str | None, typer.Option(help="理赔员所属保险公司代码")] = None,
    lead: Annotated[bool, typer.Option("--lead", help="理赔主管")] = False,
    school: Annotated[str | None, typer.Option(help="学校代码")] = None,
    region: Annotated[str | None, typer.Option(help="监管地区代码")] = None,
) -> None:
    """开发用令牌 (a development token)."""
    if os.environ.get("XUEPING_ENVIRONMENT") == "production":
        refuse("生产环境不发开发令牌 (no development tokens with production settings)")
    settings = settings_for(data_dir)
    if settings.environment == "production":
        refuse("生产环境不发开发令牌 (no development tokens with production settings)")
    if role is RoleName.adjuster and insurer is None:
        refuse("理赔员令牌须用 --insurer 指明保险公司")
    if role is RoleName.school and school is None:
        refuse("学校令牌须用 --school 指明学校代码")
    if insurer is not None and load_catalogue().insurer(insurer) is None:
        refuse("没有这家保险公司，代码见 GET /v1/insurers")
    if not 0 < len(subject) <= 128:
        refuse("--subject 应为 1 到 128 个字")
    caller = Caller(role.value, subject, insurer, lead, school, region)
    typer.echo(issue_token(caller, settings.token_secret.get_secret_value(), datetime.now(UTC)))
