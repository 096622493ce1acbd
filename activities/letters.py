"""Letters (文书): worked out from the case, drawn, stored under object lock, entered. What was made once is never made anew."""

import asyncio
from dataclasses import dataclass

from pydantic import TypeAdapter
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.letter_orders import ApportionmentLetter, DecisionLetter, LetterClaim
from activities.letter_shelf import LetterShelf
from insurance.adapters.ports import Storage
from insurance.letters.apportionment_statement import ApportionmentOnPaper, PrintedNumber, apportionment_statement
from insurance.letters.claim_facts import ClaimOnPaper
from insurance.letters.decision_notice import DecisionOnPaper, decision_notice
from insurance.letters.fonts import FontMissing
from insurance.letters.letter import Issuer
from insurance.letters.letter import Letter as Draft
from insurance.products.catalogue import load_catalogue
from insurance.rules.apportionment import apportion
from insurance.rules.assessment import countable
from insurance.rules.event import Event
from insurance.rules.receipts.repeats import each_once
from insurance.rules.terms import ProductTerms
from insurance.tables import Database, Letter, Policy

_terms = TypeAdapter(ProductTerms)


@dataclass(frozen=True)
class MadeLetter:
    letter_id: str
    kind: str
    title: str
    sha256: str


class LetterSteps:
    """`retention_days`: how long the store keeps a letter from being deleted."""

    def __init__(self, database: Database, storage: Storage, retention_days: int) -> None:
        self._database = database
        self._shelf = LetterShelf(database, storage, retention_days)

    @activity.defn
    async def make_decision_letter(self, step: DecisionLetter) -> MadeLetter:
        """The notice of one decision. Safe to repeat: the first one stands. Final failure `font_missing`."""
        known, policy = await self._found(step.letter_id, step.claim)
        if known is not None:
            return known
        paper = DecisionOnPaper(
            number=step.letter_id,
            claim=_on_paper(step.claim, policy),
            terms=_terms.validate_python(policy.terms),
            settlement=step.settlement,
            decision=step.decision,
            dispute_until=step.dispute_until,
            paid_before_fen=step.paid_before_fen,
        )
        draft = decision_notice(paper, _issuer(step.claim))
        return await self._make(step.claim, "decision", draft)

    async def make_apportionment(self, step: ApportionmentLetter) -> MadeLetter:
        """What was paid on which receipt. Safe to repeat. Raises `NotApportionable`."""
        paid = {line.coverage_id: line.payable_fen for line in step.lines}
        letter_id = f"{step.claim.claim_id}-a{sum(paid.values())}"
        known, policy = await self._found(letter_id, step.claim)
        if known is not None:
            return known
        terms = _terms.validate_python(policy.terms)
        once, _ = each_once(step.receipts)
        counted = [counts for receipt in once if (counts := countable(receipt)) is not None]
        told = step.claim
        event = Event(told.event, told.happened_on, told.on_campus, deductible_taken_fen=told.deductible_taken_fen)
        split = apportion(terms, event, counted, paid)
        in_it = {share.receipt.receipt_id for share in split.receipts}
        numbers = {
            r.receipt_id: PrintedNumber(r.fields.bill_code, r.fields.bill_no) for r in step.receipts if not r.superseded
        }
        paper = ApportionmentOnPaper(
            number=letter_id,
            claim=_on_paper(step.claim, policy),
            terms=terms,
            apportionment=split,
            numbers=numbers,
            uncounted=tuple(number for receipt_id, number in numbers.items() if receipt_id not in in_it),
            paid_on=step.paid_on,
        )
        return await self._make(step.claim, "apportionment", apportionment_statement(paper, _issuer(step.claim)))

    async def _found(self, letter_id: str, claim: LetterClaim) -> tuple[MadeLetter | None, Policy]:
        """What was made under this number before, and the policy."""
        async with self._database.transaction() as session:
            row = await session.get(Letter, letter_id)
            policy = await session.get_one(Policy, claim.policy_no)
        return (_made(row) if row else None), policy

    async def _make(self, claim: LetterClaim, kind: str, draft: Draft) -> MadeLetter:
        try:
            file = await asyncio.to_thread(drawn, draft)
        except FontMissing as error:
            raise ApplicationError(str(error), type="font_missing", non_retryable=True) from None
        row = await self._shelf.put(draft.number, claim.claim_id, kind, draft.title, file)
        return _made(row)


def _made(row: Letter) -> MadeLetter:
    return MadeLetter(row.letter_id, row.kind, row.title, row.sha256)


def drawn(draft: Draft) -> bytes:
    """The library that draws takes 35 MB: the API, which imports this file, may never need it."""
    from insurance.letters.pdf import as_pdf

    return as_pdf(draft)


def _issuer(claim: LetterClaim) -> Issuer:
    insurer = load_catalogue().insurer(claim.insurer_code)
    assert insurer is not None
    return Issuer(insurer.name, insurer.hotline, insurer.hours)


def _on_paper(claim: LetterClaim, policy: Policy) -> ClaimOnPaper:
    return ClaimOnPaper(
        claim_id=claim.claim_id,
        report_no=claim.report_no,
        policy_no=claim.policy_no,
        product_title=policy.terms["title"],
        applicant_name=policy.applicant["name"],
        insured_name=policy.insured["name"],
        insured_id_number=policy.insured["id_number"],
        event=claim.event,
        happened_on=claim.happened_on,
    )
