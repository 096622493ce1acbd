"""Who is paid (收款人): the account, whose it is, and heirs with their shares."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.claim_files import case_of
from api.deps import Lead, ObjectId, Parent, TheParts
from api.errors import Problem, invalid
from api.fields import Body, Name, Short
from api.routes.claims import Consents, consented, require_consent, told, visible_claim
from insurance.rules.case import Payee
from insurance.rules.payees import OnFile, is_deceased, payee_errors, proof_of
from insurance.rules.shares import SharesInvalid, parse_shares
from insurance.tables import ClaimDocument, Policy
from workflows.messages import Actor, PayeeOrder, PayeesSeen

router = APIRouter(prefix="/v1/claims", tags=["claims"])


# a decimal or a fraction of whole numbers; an exponent could name a number that fills the memory
ShareText = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9]{1,9}([./][0-9]{1,9})?$")]
Share = ShareText | Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class PayeeBody(Body):
    kind: Literal["alipay", "bank"]
    account: Short
    name: Name
    relationship: Short
    share: Share | None = None

    def entered(self, alone: bool) -> Payee:
        share = "1" if alone and self.share is None else str(self.share)
        return Payee(self.kind, self.account, self.name, self.relationship, share)


class PayeesBody(Body):
    """One payee, or `payees` for several heirs with shares that add to 1."""

    kind: Literal["alipay", "bank"] | None = None
    account: Short | None = None
    name: Name | None = None
    relationship: Short | None = None
    payees: Annotated[list[PayeeBody], Field(min_length=1, max_length=20)] | None = None
    consents: Consents = ()


@router.put("/{claim_id}/payee")
async def set_payee(parts: TheParts, caller: Parent, claim_id: ObjectId, body: PayeesBody) -> dict[str, Any]:
    """The student or the guardian, or after a death each heir; anybody else with a power of attorney among the papers. Whoever the
    policy does not know is looked at by an adjuster; once the claim is decided they need a paper, and a lead looks before they are paid.
    409 `payout_under_way` while money is on its way to those who were named."""
    require_consent(parts, "account_data", body.consents)
    payees = _payees(body)
    async with parts.database.transaction() as session:
        case = case_of(await visible_claim(session, caller, claim_id))
        on_file = _on_file(await session.get_one(Policy, case.policy_no))
        kinds = await _papers(session, claim_id)
    deceased = is_deceased(case.report, case.established)
    if errors := tuple(payee_errors(payees, deceased, kinds)):
        raise Problem(422, errors[0].code, errors[0].message, errors)
    proved = tuple(replace(p, proof=proof_of(p, on_file, deceased, kinds, parts.today())) for p in payees)
    order = PayeeOrder(proved, consented(parts, caller, body.consents))
    return await told(parts, caller, claim_id, "set_payee", order)


class SeenBody(Body):
    """`payees_seq`: as the claim shows it beside those who are named, so that nobody else is confirmed who was named meanwhile."""

    payees_seq: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


@router.post("/{claim_id}/payee/confirm")
async def confirm_payees(parts: TheParts, caller: Lead, claim_id: ObjectId, body: SeenBody) -> dict[str, Any]:
    """A lead has looked at the papers of somebody whom the policy does not know and who was named after the decision: paid from now on.
    Whoever finds something undoes the decision instead. 409 `illegal_move` when nobody waits for it, `payees_changed` when others are
    named by now."""
    order = PayeesSeen(Actor(caller.role, caller.subject, True), body.payees_seq)
    return await told(parts, caller, claim_id, "confirm_payees", order)


async def _papers(session: AsyncSession, claim_id: str) -> set[str]:
    kinds = select(ClaimDocument.kind).where(ClaimDocument.claim_id == claim_id, ClaimDocument.state == "received")
    return set((await session.exec(kinds)).all())


def _on_file(policy: Policy) -> OnFile:
    insured = policy.insured
    return OnFile(policy.applicant["name"], insured["name"], date.fromisoformat(insured["birth_date"]))


def _payees(body: PayeesBody) -> tuple[Payee, ...]:
    if body.payees is None:
        for field in ("kind", "account", "name", "relationship"):
            if getattr(body, field) is None:
                raise invalid(field, "required", "必填")
        only = PayeeBody.model_validate(body.model_dump())
        return (only.entered(alone=True),)
    payees = tuple(payee.entered(alone=len(body.payees) == 1) for payee in body.payees)
    try:
        parse_shares([payee.share for payee in payees])
    except SharesInvalid:
        raise invalid("payees", "shares_invalid", "各收款人的份额应为正数，合计为 1") from None
    return payees
