"""`xueping rules shadow`: every stored decision computed again with the present rules; nothing is changed."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select

from activities.assessment import to_assess
from api.claim_files import case_of, evidence_of
from api.cli.settings import DataDir, settings_for
from insurance.rules.assessment import assess
from insurance.rules.case import CaseReceipt, EvidenceFile
from insurance.rules.money import yuan
from insurance.settings import Settings
from insurance.tables import Claim, Database, Policy

rules_app = typer.Typer(no_args_is_help=True, help="条款规则")

BATCH = 200


@dataclass(frozen=True)
class Change:
    """A stored assessment that the present rules would make differently. Sums in fen."""

    claim_id: str
    was_fen: int
    is_fen: int
    was_automatic: bool
    is_automatic: bool
    findings: tuple[str, ...]


@rules_app.callback()
def rules() -> None:
    """条款规则 (rules)."""


@rules_app.command("shadow")
def shadow(
    data_dir: DataDir,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON")] = False,
) -> None:
    """用现行规则重算每一件已有审核结果的理赔，列出结果会改变的 (shadow replay). Exit 1 when there are any."""
    count, changes = asyncio.run(replay(settings_for(data_dir)))
    if as_json:
        for change in changes:
            typer.echo(json.dumps(asdict(change), ensure_ascii=False))
    else:
        _print(count, changes)
    raise typer.Exit(1 if changes else 0)


async def replay(settings: Settings) -> tuple[int, list[Change]]:
    """How many decisions were computed again, and those that would come out differently."""
    database = Database(settings.database)
    count, changes, last = 0, [], ""
    try:
        while True:
            async with database.transaction() as session:
                decided = select(Claim).where(col(Claim.payable_fen).is_not(None), Claim.claim_id > last)
                rows = (await session.exec(decided.order_by(col(Claim.claim_id)).limit(BATCH))).all()
                for row in rows:
                    policy = (await session.exec(select(Policy).where(Policy.policy_no == row.policy_no))).one()
                    documents, receipts = await evidence_of(session, row.claim_id)
                    usable = tuple(d for d in documents if d.state == "received")
                    change = _change(row, policy, receipts, usable)
                    count += 1
                    if change is not None:
                        changes.append(change)
            if not rows:
                return count, changes
            last = rows[-1].claim_id
    finally:
        await database.close()


def _change(
    row: Claim, policy: Policy, receipts: tuple[CaseReceipt, ...], documents: tuple[EvidenceFile, ...]
) -> Change | None:
    case = case_of(row)
    before = case.assessment
    if before is None:
        return None
    claim = to_assess(policy, case.report, receipts, documents, before.grounds, case.established)
    now = assess(replace(claim, payees_known=all(payee.proof == "policy" for payee in case.payees)))
    if (now.settlement.payable_fen, now.automatic) == (before.settlement.payable_fen, before.automatic):
        return None
    return Change(
        row.claim_id,
        before.settlement.payable_fen,
        now.settlement.payable_fen,
        before.automatic,
        now.automatic,
        tuple(finding.code for finding in now.findings),
    )


def _print(count: int, changes: list[Change]) -> None:
    console = Console()
    console.print(f"重算 {count} 件，{len(changes)} 件结果会改变")
    if not changes:
        return
    table = Table("理赔", "原金额（元）", "现金额（元）", "原自动", "现自动", "发现")
    for c in changes:
        table.add_row(
            c.claim_id,
            yuan(c.was_fen),
            yuan(c.is_fen),
            str(c.was_automatic),
            str(c.is_automatic),
            "、".join(c.findings),
        )
    console.print(table)
