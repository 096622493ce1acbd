from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from api.cli.rules import Change, replay
from insurance.rules.case import Assessment
from insurance.rules.decision import decide_automatically
from insurance.settings import DatabaseSettings, Settings
from insurance.tables import Database
from tests import records
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.servers

PAYABLE = 944_40


@pytest.fixture
async def settings(postgres: PostgresServer, migrated: str) -> Settings:
    return Settings(database=DatabaseSettings(url=SecretStr(postgres.create(migrated))))


@pytest.fixture
async def books(settings: Settings) -> AsyncIterator[Database]:
    books = Database(settings.database)
    yield books
    await books.close()


async def decided(books: Database, claim_id: str, was: Assessment | None = None) -> Assessment:
    """A claim assessed and decided as in life, stored with the assessment `was` in place of its own."""
    policy = records.policy()
    document = records.document()
    receipt = records.receipt(document_id=document.document_id)
    async with books.transaction() as session:
        session.add(policy)
    step = AssessStep(claim_id, policy.policy_no, records.report(), (receipt,), (document,))
    now = await Assessing(books).assess_claim(step)
    case = records.case(
        claim_id=claim_id,
        policy_no=policy.policy_no,
        state="decided",
        assessment=was or now,
        decision=decide_automatically(now, records.NOW),
    )
    await ClaimRecords(books).publish_claim(records.claim(case=case, documents=(document,), receipts=(receipt,)))
    return now


async def test_the_rules_that_decided_change_nothing(books: Database, settings: Settings) -> None:
    await decided(books, "cl-1")
    await decided(books, "cl-2")
    assert await replay(settings) == (2, [])


async def test_a_decision_that_would_come_out_differently_now_is_listed(books: Database, settings: Settings) -> None:
    now = await decided(books, "cl-1")
    less = replace(now.settlement, payable_fen=now.settlement.payable_fen - 1)
    await decided(books, "cl-2", was=replace(now, settlement=less))
    await decided(books, "cl-3", was=replace(now, automatic=False))
    assert await replay(settings) == (
        3,
        [
            Change("cl-2", PAYABLE - 1, PAYABLE, True, True, ()),
            Change("cl-3", PAYABLE, PAYABLE, False, True, ()),
        ],
    )
