"""Receipts and files that another claim has too: marks are committed first and looked for afterwards."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any, cast

from sqlalchemy import Table, delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.claims import searchable
from insurance.rules.case import CaseReceipt, EvidenceFile, Repeat
from insurance.rules.receipts.likeness import Likeness, search_keys
from insurance.rules.receipts.repeats import Mark, annexes, mark_of, sameness
from insurance.tables import Claim, ClaimDocument, ReceiptMark

# papers of persons, which a family rightly gives with every claim
_PERSONAL = ("insured_id", "guardian_id", "relationship_proof", "power_of_attorney", "heirs_statement")
# more than this many look at one receipt only where a number means nothing
_MOST = 200
# of one kind, so that a case stays small
_TOLD = 3
_columns = cast(Table, ReceiptMark.__table__)  # type: ignore[attr-defined]
_TEXTS = ("bill_code", "bill_no", "check_code", "date", "total")


async def mark(session: AsyncSession, claim_id: str, receipts: Sequence[CaseReceipt]) -> None:
    """Let others find these receipts, as they count now, and no longer those that count no more. Safe to repeat. Commit before
    `find_repeats` is asked: of two claims that do so at once, at least the one that looks later finds the other."""
    looked_for = _looked_for(receipts)
    rows = [_row(claim_id, receipt.receipt_id, _mark(receipt)) for receipt in looked_for]
    gone = [receipt.receipt_id for receipt in receipts if receipt not in looked_for]
    if gone:
        await session.execute(delete(ReceiptMark).where(col(ReceiptMark.receipt_id).in_(gone)))
    if rows:
        statement = insert(ReceiptMark)
        changed = {name: statement.excluded[name] for name in rows[0] if name != "receipt_id"}
        await session.execute(statement.on_conflict_do_update(index_elements=["receipt_id"], set_=changed), rows)


async def find_repeats(
    session: AsyncSession, claim_id: str, receipts: Sequence[CaseReceipt], documents: Sequence[EvidenceFile]
) -> tuple[Repeat, ...]:
    """What other claims have too, of every policy and insurer; withdrawn ones aside."""
    found = [*await _receipts(session, claim_id, _looked_for(receipts)), *await _files(session, claim_id, documents)]
    in_order = sorted(set(found), key=lambda r: (*_kind(r), r.claim_id))
    return tuple(repeat for _, same in groupby(in_order, _kind) for repeat in islice(same, _TOLD))


def _looked_for(receipts: Sequence[CaseReceipt]) -> list[CaseReceipt]:
    """Those that stand. A bill is known by itself: what a page of its list comes to is no other amount under its number."""
    standing = [receipt for receipt in receipts if not receipt.superseded]
    listed = annexes(standing)
    return [receipt for receipt in standing if receipt.receipt_id not in listed]


def _kind(repeat: Repeat) -> tuple[str, str, str]:
    return repeat.document_id, repeat.receipt_id or "", repeat.how


async def _receipts(session: AsyncSession, claim_id: str, receipts: Sequence[CaseReceipt]) -> list[Repeat]:
    marks = [(receipt, _mark(receipt)) for receipt in receipts]
    numbers = sorted({m.bill_no for _, m in marks if m.bill_no is not None})
    keys = sorted({key for _, m in marks for key in search_keys(m.likeness)})
    if not numbers and not keys:
        return []
    # the planner believes that any key stands on every two hundredth receipt, and would read them all
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    has_number = col(ReceiptMark.bill_no).in_(numbers)
    statement = select(ReceiptMark).where(
        or_(has_number, _columns.c["keys"].overlap(keys)), ReceiptMark.claim_id != claim_id
    )
    # a hospital's own number and a day are on many receipts: they crowd out no number
    others = (await session.exec(statement.order_by(has_number.desc().nulls_last()).limit(_MOST))).all()
    states = await _states(session, {other.claim_id for other in others})
    return list(_compared(marks, [(other, states[other.claim_id]) for other in others if other.claim_id in states]))


async def _states(session: AsyncSession, claim_ids: Collection[str]) -> dict[str, str]:
    """Of those that were not withdrawn."""
    statement = select(Claim.claim_id, Claim.state).where(
        col(Claim.claim_id).in_(claim_ids), Claim.state != "withdrawn"
    )
    return dict(iter((await session.exec(statement)).all()))


def _compared(marks: Iterable[tuple[CaseReceipt, Mark]], others: Sequence[tuple[ReceiptMark, str]]) -> Iterator[Repeat]:
    for receipt, mine in marks:
        for row, state in others:
            how = sameness(mine, _of(row))
            if how is not None:
                yield Repeat(how, receipt.document_id, receipt.receipt_id, row.claim_id, state)


async def _files(session: AsyncSession, claim_id: str, documents: Sequence[EvidenceFile]) -> list[Repeat]:
    own = {document.sha256: document.document_id for document in documents if document.kind not in _PERSONAL}
    statement = (
        select(ClaimDocument.sha256, ClaimDocument.claim_id, Claim.state)
        .join(Claim, col(Claim.claim_id) == col(ClaimDocument.claim_id))
        .where(
            col(ClaimDocument.sha256).in_(own),
            ClaimDocument.claim_id != claim_id,
            ClaimDocument.state == "received",
            Claim.state != "withdrawn",
        )
        .distinct()
        .limit(_MOST)
    )
    found = (await session.exec(statement)).all()
    return [Repeat("same_file", own[sha256], None, other, state) for sha256, other, state in found]


def _mark(receipt: CaseReceipt) -> Mark:
    """What was read can be longer than any number that is printed, and than its column."""
    known = mark_of(receipt)
    texts = {name: searchable(text) for name in _TEXTS if (text := getattr(known, name)) is not None}
    return replace(known, **cast(Any, texts))


def _row(claim_id: str, receipt_id: str, known: Mark) -> dict[str, object]:
    told = {name: getattr(known, name) for name in (*_TEXTS, "bill_no_proved")}
    likeness = known.likeness
    return {
        "receipt_id": receipt_id,
        "claim_id": claim_id,
        **told,
        "numbers": list(likeness.numbers),
        "sums": list(likeness.sums),
        "keys": list(search_keys(likeness)),
    }


def _of(row: ReceiptMark) -> Mark:
    told = {name: getattr(row, name) for name in (*_TEXTS, "bill_no_proved")}
    return Mark(**told, likeness=Likeness(tuple(row.numbers), tuple(row.sums)))
