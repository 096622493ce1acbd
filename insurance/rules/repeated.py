"""What stands twice (R10), as findings: the same receipt, number or file in this claim or in another one.

A claim that was withdrawn counts for nothing: what the books say of others leaves it out. Texts are read by families, so that
they name no other claim; adjusters see which one.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from insurance.rules.case import AssessmentGrounds, CaseReceipt, EvidenceFile, Finding, Repeat, SameAccident
from insurance.rules.receipts.against_claim import named
from insurance.rules.receipts.repeats import annexes, mark_of, sameness

_HERE = {
    "same_receipt": ("same_receipt_here", "在本次申请中交了两份，只计算一份"),
    "same_number_other_amount": (
        "same_number_other_amount",
        "在本次申请中有两份，号码相同而金额不同，由理赔员对照原件核对",
    ),
    "looks_alike": ("looks_alike_here", "与本次申请中的另一张很像，由理赔员核对是不是同一张"),
}
_ELSEWHERE = {
    "same_receipt": ("same_receipt_elsewhere", "在另一件申请中也有，由理赔员核对；如果是误交，不用担心"),
    "same_number_other_amount": (
        "same_number_other_amount",
        "的号码在另一件申请中也有，而金额不同，由理赔员对照原件核对",
    ),
    "looks_alike": ("looks_alike_elsewhere", "与另一件申请中的一张很像，由理赔员核对是不是同一张"),
}
_FILE_HERE = Finding("same_file_here", "同一个文件交了两次，只需要一份")
_FILE_ELSEWHERE = Finding("same_file_elsewhere", "一个文件在另一件申请中也有，由理赔员核对")
_EARLIER = Finding("same_receipt_elsewhere", "同一张票据已在其他申请或文件中出现")
# the stronger one is told
_STRENGTH = ("same_number_other_amount", "same_receipt", "looks_alike")


# another claim in one of these states takes the receipt for itself
_SETTLED = frozenset({"agreed", "paying", "payee_needed", "paid", "closed"})


def has_more(now: AssessmentGrounds, before: AssessmentGrounds) -> bool:
    """Whether more stands twice now than was known, or the other claim has been settled meanwhile."""
    receipts = {_known(r) for r in now.repeated} - {_known(r) for r in before.repeated}
    accidents = {_told(a) for a in now.same_accident} - {_told(a) for a in before.same_accident}
    return bool(receipts or accidents)


def _told(same: SameAccident) -> tuple[str, bool]:
    return same.claim_id, same.state in _SETTLED


def _known(repeat: Repeat) -> tuple[str, str | None, str, str, bool]:
    is_settled = repeat.state in _SETTLED
    return repeat.document_id, repeat.receipt_id, repeat.how, repeat.claim_id, is_settled


def repeated(
    receipts: Sequence[CaseReceipt], documents: Sequence[EvidenceFile], grounds: AssessmentGrounds
) -> Iterator[Finding]:
    """Each receipt once for this claim and once for others. The list of a bill's charges is told with its bill."""
    listed = annexes(receipts)
    bills = [receipt for receipt in receipts if receipt.receipt_id not in listed]
    yield from _within(bills)
    for receipt in bills:
        hows = {r.how for r in grounds.repeated if r.receipt_id == receipt.receipt_id}
        strongest = next((how for how in _STRENGTH if how in hows), None)
        if strongest is not None:
            yield _finding(_ELSEWHERE[strongest], receipt)
    # one file may hold papers of two kinds
    files = [(document.kind, document.sha256) for document in documents]
    if len(set(files)) < len(files):
        yield _FILE_HERE
    if any(_is_news(repeat, grounds) for repeat in grounds.repeated):
        yield _FILE_ELSEWHERE
    if grounds.repeats:
        yield _EARLIER


def _within(receipts: Sequence[CaseReceipt]) -> Iterator[Finding]:
    told: set[str] = set()
    for one, other in combinations(receipts, 2):
        how = sameness(mark_of(one), mark_of(other))
        if how is not None and other.receipt_id not in told:
            told.add(other.receipt_id)
            yield _finding(_HERE[how], other)


def _finding(code_and_words: tuple[str, str], receipt: CaseReceipt) -> Finding:
    code, words = code_and_words
    return Finding(code, f"{named(receipt)}{words}", receipt.receipt_id)


def _is_news(repeat: Repeat, grounds: AssessmentGrounds) -> bool:
    """A file of which no receipt was told."""
    receipts = {r.document_id for r in grounds.repeated if r.receipt_id is not None}
    return repeat.how == "same_file" and repeat.document_id not in receipts
