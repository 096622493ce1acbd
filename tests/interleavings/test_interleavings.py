import os
from collections import Counter
from functools import cache

import pytest
from temporalio import activity

from activities.assessment import AssessStep
from activities.claims import ClaimRecord
from activities.surrenders import HoldStep
from insurance.rules.case import Assessment
from insurance.rules.case_file import CaseFile
from tests.interleavings.choices import Seeded
from tests.interleavings.ledger import Ledger
from tests.interleavings.play import STEPS, Broken, play, search
from tests.workflows.process_books import Books

# XUEPING_INTERLEAVINGS=20000 for a long look, from XUEPING_FIRST_SEED on
COUNT = int(os.environ.get("XUEPING_INTERLEAVINGS", "2000"))
FIRST = int(os.environ.get("XUEPING_FIRST_SEED", "0"))
PARTS = 10
# every so many, all processes are replayed from their pasts as well
REPLAYED = 5


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("temporalio.worker._workflow_instance.logger.disabled", True)


@cache
def _ends(part: int) -> Counter[str]:
    """Where the cases of every tenth order came to, none of which broke a promise."""
    ends: Counter[str] = Counter()
    for seed in range(FIRST + part, FIRST + COUNT, PARTS):
        for record in search(seed, replays=seed % REPLAYED == 0).ledger.records.values():
            if isinstance(record, ClaimRecord):
                ends[record.case.state] += 1
                ends["more than one round"] += record.case.round > 1
                ends["undone or disputed"] += bool(record.case.undone)
                ends["paid"] += bool(record.case.payouts)
                ends.update(_advances(record.case))
            else:
                ends[f"{type(record).__name__} {record.state}"] += 1
    return ends


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_two_claims_and_a_surrender_of_one_policy_keep_every_promise_in_any_order(part: int) -> None:
    assert _ends(part)


def test_the_search_comes_to_every_place() -> None:
    ends = sum((_ends(part) for part in range(3)), Counter[str]())
    places = ("closed", "withdrawn", "more than one round", "undone or disputed", "paid", ADVANCES[0])
    surrenders = ("refunded", "rejected", "cancelled")
    assert all(ends[place] > 3 for place in places)
    assert all(ends[place] > 1 for place in ADVANCES)
    assert all(ends[f"SurrenderRecord {state}"] > 3 for state in surrenders)


ADVANCES = ("paid in advance", "and the difference later", "and nothing more")


def _advances(case: CaseFile) -> Counter[str]:
    paid = [payout for payout in case.payouts if payout.state == "paid"]
    if not any(payout.advance for payout in paid):
        return Counter()
    return Counter([ADVANCES[0], ADVANCES[2 if all(payout.advance for payout in paid) else 1]])


# --- books that forget a rule are found out ---------------------------------------------------------------------------------


class OthersIgnored(Ledger):
    """Assesses a claim as if it were the only one of its policy."""

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        return await Books.assess_claim(self, step)


class OpenClaimsIgnored(Ledger):
    @activity.defn
    async def hold_policy(self, step: HoldStep) -> str | None:
        return await Books.hold_policy(self, step) if not self._claims() else self._hold(step)

    def _hold(self, step: HoldStep) -> None:
        self.policies[step.policy_no].surrender_id = step.surrender_id


class NeverReleases(Ledger):
    @activity.defn
    async def publish_claim(self, record: ClaimRecord) -> None:
        before = self.limits.get(record.case.claim_id)
        await super().publish_claim(record)
        if record.limits is not None and record.limits.how == "used" and before is not None:
            self.limits[record.case.claim_id] = before


class NewerBySeq(Ledger):
    """Lets a record of a lost task stand, as long as its number is higher."""

    async def _publish(self, kind, process_id, record, state, entries):  # type: ignore[no-untyped-def]
        return await Books._publish(self, kind, process_id, record, state, entries)


@pytest.mark.parametrize(
    ("books", "promise"),
    [
        (OthersIgnored, "held of"),
        (OpenClaimsIgnored, "while the policy is being surrendered"),
        (NeverReleases, "still reserves"),
        (NewerBySeq, "the books say something else"),
    ],
)
def test_books_that_forget_a_rule_break_a_promise(books: type[Ledger], promise: str) -> None:
    assert promise in _first_broken(books)


def _first_broken(books: type[Ledger]) -> str:
    for seed in range(FIRST, FIRST + 1000):
        try:
            play(Seeded(seed, STEPS), books, replays=False)
        except Broken as broken:
            return broken.why
    return ""


def test_a_gateway_that_forgets_its_numbers_is_found_to_pay_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insurance.adapters.faults.Answers.once", lambda self, operation, key, request, act: act())
    monkeypatch.setattr("activities.payments._told", _nothing_known)
    assert "paid" in _first_broken(Ledger) or "twice" in _first_broken(Ledger)


async def _nothing_known(question):  # type: ignore[no-untyped-def]
    answer = await question
    return answer if not hasattr(answer, "out_biz_no") else type(answer)(answer.out_biz_no, "not_found")


def test_a_broken_promise_is_told_by_the_shortest_way_that_was_found() -> None:
    seed = next(seed for seed in range(FIRST, FIRST + 1000) if _breaks(seed))
    with pytest.raises(Broken) as found:
        search(seed, OthersIgnored, tries=150)
    with pytest.raises(Broken) as first:
        play(Seeded(seed, STEPS), OthersIgnored)
    assert len(found.value.script) < len(first.value.script)


def _breaks(seed: int) -> bool:
    try:
        play(Seeded(seed, STEPS), OthersIgnored, replays=False)
    except Broken:
        return True
    return False
