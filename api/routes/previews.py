"""Previews (试算): the rules as calculators for anyone, the same code as the running case. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from api.deps import TheParts
from api.errors import Problem, invalid
from api.fields import Body, Code, Day, Fen, Flag, Short
from api.parts import Parts
from api.routes.catalogue import any_product
from insurance.rules.benefit import ClaimReceipt, Cover, Event, settle
from insurance.rules.deadlines import ClaimFacts, clocks
from insurance.rules.errors import FieldError
from insurance.rules.questions import clocks_problems, settlement_problems, surrender_problems
from insurance.rules.surrender import surrender_value
from insurance.rules.terms import ProductTerms

router = APIRouter(prefix="/v1/previews", tags=["previews"])

# 伤残等级, 1 the heaviest (JR/T 0083-2013); the rules refuse what is not 1-10
Grade = Annotated[int, Field(strict=True, ge=1, le=10)]


class EventBody(Body):
    type: Literal["accident", "illness"]
    date: Day
    on_campus: Flag = False
    died_on: Day | None = None
    sudden_death: Flag = False
    critical_illness: Day | None = None
    disability_grades: Annotated[tuple[Grade, ...], Field(max_length=50)] = ()
    prior_disability_grade: Grade | None = None


class ReceiptBody(Body):
    category: Literal["outpatient", "inpatient", "rabies", "dental", "suturing"]
    date: Day
    total_fen: Fen
    pool_pay_fen: Fen = 0
    other_pay_fen: Fen = 0
    self_expense_fen: Fen = 0
    social_insurance_settled: Flag = False


class SettlementBody(Body):
    product_id: Short
    effective_date: Day
    renewal: Flag = False
    insured_birth_date: Day
    event: EventBody
    receipts: Annotated[tuple[ReceiptBody, ...], Field(max_length=500)] = ()
    other_insurer_paid_fen: Fen = 0
    other_death_benefit_fen: Fen = 0
    used_fen: Annotated[dict[Code, Fen], Field(max_length=100)] = Field(default_factory=dict)

    def question(self, terms: ProductTerms) -> dict[str, Any]:
        """What the rules are asked, by their names."""
        return {
            "terms": terms,
            "cover": Cover(self.effective_date, self.renewal, self.insured_birth_date),
            "event": Event(**self.event.model_dump()),
            "receipts": [ClaimReceipt(**receipt.model_dump()) for receipt in self.receipts],
            "other_insurer_paid_fen": self.other_insurer_paid_fen,
            "other_death_benefit_fen": self.other_death_benefit_fen,
            "used_fen": self.used_fen,
        }


class SurrenderPreviewBody(Body):
    product_id: Short
    effective_date: Day
    requested_on: Day
    claim_paid: Flag = False


class ClocksBody(Body):
    as_of: Day | None = None
    received_on: Day
    notice_delivered_on: Day | None = None
    supplement_received_on: Day | None = None
    decided_on: Day | None = None
    outcome: Literal["full", "partial", "refused"] | None = None
    agreed_on: Day | None = None


@router.post("/settlement")
async def preview_settlement(parts: TheParts, body: SettlementBody) -> dict[str, Any]:
    """What each coverage would pay for an event and its receipts, step by step."""
    question = body.question(_terms(parts, body.product_id))
    _require_possible(settlement_problems(**question))
    return asdict(settle(**question))


@router.post("/surrender")
async def preview_surrender(parts: TheParts, body: SurrenderPreviewBody) -> dict[str, Any]:
    """What would be refunded of the product's premium for a request of that day."""
    terms = _terms(parts, body.product_id)
    _require_possible(surrender_problems(body.effective_date, body.requested_on))
    return asdict(surrender_value(terms, terms.premium_fen, body.effective_date, body.requested_on, body.claim_paid))


@router.post("/clocks")
async def preview_clocks(parts: TheParts, body: ClocksBody) -> dict[str, Any]:
    """The law's clocks of a claim with these days, as they stand on `as_of` (today, if not given)."""
    facts = ClaimFacts(**body.model_dump(exclude={"as_of"}))
    as_of = body.as_of or parts.today()
    _require_possible(clocks_problems(facts, as_of))
    return {"clocks": [asdict(clock) for clock in clocks(facts, parts.calendar, as_of)]}


def _terms(parts: Parts, product_id: str) -> ProductTerms:
    terms = any_product(parts, product_id)
    if terms is None:
        raise invalid("product_id", "unknown_product", "没有这个产品")
    return terms


def _require_possible(problems: Sequence[FieldError]) -> None:
    if problems:
        raise Problem(422, problems[0].code, problems[0].message, problems)
