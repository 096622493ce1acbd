"""Whose claim it is and on what: product, insurer, insured and applicant (DOMAIN A30, A31, A33), from the policy that it stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.masking import mask_name
from insurance.tables import Claim, Policy


@dataclass(frozen=True)
class ClaimedCover:
    """`small_claim_fen`: what the receipts may come to without the papers of a larger claim."""

    product_id: str
    title: str
    insured_name: str
    applicant_name: str
    small_claim_fen: int


def cover_view(cover: ClaimedCover | None) -> dict[str, Any]:
    if cover is None:
        return {"product": None, "insured": None, "applicant": None}
    return {
        "product": {"product_id": cover.product_id, "title": cover.title},
        "insured": {"name": mask_name(cover.insured_name)},
        "applicant": {"name": mask_name(cover.applicant_name)},
    }


async def covers_of(session: AsyncSession, claims: Sequence[Claim]) -> Mapping[str, ClaimedCover]:
    """By policy number; one query for a page."""
    if not claims:
        return {}
    terms, insured, applicant = col(Policy.terms), col(Policy.insured), col(Policy.applicant)
    statement = select(
        col(Policy.policy_no),
        col(Policy.product_id),
        terms["title"].as_string(),
        insured["name"].as_string(),
        applicant["name"].as_string(),
        terms["small_claim_fen"].as_integer(),
    ).where(col(Policy.policy_no).in_({claim.policy_no for claim in claims}))
    return {policy_no: ClaimedCover(*cover) for policy_no, *cover in (await session.execute(statement)).all()}


async def cover_of(session: AsyncSession, claim: Claim) -> ClaimedCover | None:
    return (await covers_of(session, [claim])).get(claim.policy_no)
