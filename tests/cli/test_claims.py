import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import text
from typer.testing import CliRunner

from activities.claims import ClaimRecords
from activities.journal import Entries, MoneyMoved, TimelineEvent
from activities.reviews import ReviewRecords
from api.cli import app
from insurance.settings import DatabaseSettings
from insurance.tables import Claim, Database
from tests import records
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.servers

CLAIM = "cl-1"


def after(**duration: float):
    return records.NOW + timedelta(**duration)


@pytest.fixture(scope="module")
def url(postgres: PostgresServer, migrated: str) -> str:
    return postgres.create(migrated)


@pytest.fixture(scope="module")
async def books(url: str) -> AsyncIterator[Database]:
    """One claim, corrected in review, paid on the third day; a task of its first day was lost with its worker."""
    books = Database(DatabaseSettings(url=SecretStr(url)))
    case = records.case(claim_id=CLAIM, state="closed", report_no="R20260310001", policy_no="XJ0000000001")
    told = [
        Entries((TimelineEvent(1, "reported", "insurer", "保险公司已登记报案", after(seconds=0)),)),
        Entries((TimelineEvent(2, "lapsed", "system", "长时间未提交材料", after(seconds=5)),)),
        Entries((TimelineEvent(2, "submitted", "family", "您已提交材料", after(seconds=9)),)),
        Entries(
            (TimelineEvent(3, "paid", "system", "赔款已支付", after(days=2, seconds=2)),),
            movements=(MoneyMoved("out:cl-1-1-0-0", "payout", 1_045_00, "20260312", after(days=2)),),
        ),
    ]
    for seq, entries in enumerate(told, start=1):
        await ClaimRecords(books).publish_claim(records.claim(seq, case=case, entries=entries))
    reviewed = Entries(
        (TimelineEvent(1, "receipt_corrected", "adjuster:adj-1", "更正了票据内容", after(minutes=5), "核对[原件]"),)
    )
    review = records.review(review_id=f"{CLAIM}-r1", claim_id=CLAIM, state="decided")
    await ReviewRecords(books).publish_review(replace(review, entries=reviewed))
    yield books
    await books.close()


@pytest.fixture
def replayed(url: str, books: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XUEPING_TOKEN_SECRET", "only for these tests")
    monkeypatch.setenv("XUEPING_DATABASE__URL", url)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str):
        return CliRunner().invoke(app, ["claims", "replay", *arguments])

    return run


def said_in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_a_claim_is_told_by_day_and_hour_with_who_what_why_and_sums(replayed) -> None:
    done = replayed(CLAIM)
    assert done.exit_code == 0, done.output
    assert said_in_order(
        done.output,
        "R20260310001", "XJ0000000001", "已结案", "不再有待办",
        "2026-03-10（第 1 天）",
        "10:00:00  保险公司", "保险公司已登记报案",
        "10:00:09  家长", "您已提交材料",
        "10:05:00  理赔员 adj-1", "更正了票据内容", "原因：核对[原件]",
        "2026-03-12（第 3 天）",
        "10:00:00  支付宝", "付出赔款 1045.00 元",
        "10:00:02  系统", "赔款已支付",
        "已付 1045.00 元",
        "记录共 5 条，逐条校验无误",
    ), done.output  # fmt: skip


async def test_an_open_claim_says_whose_turn_it_is_and_until_when(replayed, books: Database) -> None:
    case = records.case(claim_id="cl-open", state="in_review")
    record = records.claim(1, case=case, entries=Entries((TimelineEvent(1, "reported", "insurer", "已登记", after()),)))
    await ClaimRecords(books).publish_claim(record)
    async with books.transaction() as session:
        claim = await session.get_one(Claim, "cl-open")
        claim.due_at, claim.due_clock = datetime(2026, 4, 9, 16, 0, tzinfo=UTC), "determination"
    done = await asyncio.to_thread(replayed, "cl-open")
    assert "现在轮到理赔员，核定最晚4月9日" in done.output
    assert "还没有决定，已付 0.00 元" in done.output


def test_what_was_superseded_is_shown_as_such(replayed) -> None:
    lines = replayed(CLAIM).output.splitlines()
    lost = next(index for index, line in enumerate(lines) if "长时间未提交材料" in line)
    assert "已由后来的记录取代" in lines[lost + 1]
    assert sum("已由后来的记录取代" in line for line in lines) == 1


def test_machines_get_the_same_as_one_object(replayed) -> None:
    said = json.loads(replayed(CLAIM, "--json").output)
    assert said["verification"] == {"intact": True, "broken_at": None}
    assert [e["event"] for e in said["entries"] if not e["superseded"]] == [
        "reported", "submitted", "receipt_corrected", "paid",
    ]  # fmt: skip
    assert (said["paid_fen"], len(said["lines"])) == (1_045_00, 6)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_unknown_claim_is_said_so_in_one_line(replayed, more) -> None:
    done = replayed("cl-nobody", *more)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", "没有理赔 cl-nobody\n")


def test_a_database_that_is_not_there_is_said_so_in_one_line(replayed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUEPING_DATABASE__URL", "postgresql://nobody:x@127.0.0.1:9/nothing")
    done = replayed(CLAIM)
    assert (done.exit_code, done.stderr) == (2, "数据库没有应答；先运行 xueping up\n")


def test_a_folder_without_a_stack_is_said_so_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.delenv("XUEPING_TOKEN_SECRET", raising=False)
    done = CliRunner().invoke(app, ["claims", "replay", CLAIM, "--data-dir", str(tmp_path)])
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1


async def test_a_history_that_was_changed_is_told_as_not_to_be_believed(replayed, books: Database) -> None:
    async with books.transaction() as session:
        await session.execute(text("ALTER TABLE history DISABLE TRIGGER history_is_append_only"))
        await session.execute(text("UPDATE history SET text = '家长撤回' WHERE process_id = 'cl-1' AND number = 3"))
    done = await asyncio.to_thread(replayed, CLAIM)
    assert done.exit_code == 1
    assert "记录从 cl-1 的第 3 条起不可信" in done.output
