"""What our books know of a child when somebody wants to insure it: policies, their death cover, consents on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.death_cover import death_sum
from insurance.rules.eligibility import OnFile, served
from insurance.rules.terms import ProductTerms
from insurance.tables import ConsentFile, Policy

_terms = TypeAdapter(ProductTerms)
# policies that ended before their time cover nothing that begins now
_RUNNING = col(Policy.ended_reason).is_(None)


@dataclass(frozen=True)
class Buyer:
    """Who asks, and as what: who insures somebody else may need consents on paper."""

    subject: str
    relationship: str


async def on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, first_day: date, *, but: str | None = None
) -> OnFile:
    """Consents are those that this applicant brought. Death cover is that of policies which cover `first_day`; `but`: one that is
    not asked about."""
    policies = [p for p in await _policies(session, insured_digest) if p.policy_no != but]
    return await _on_file(session, buyer, insured_digest, first_day, policies)


async def buying_on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, first_day: date, insurer_code: str, today: date
) -> tuple[OnFile, date | None]:
    """Also the last day of the child's cover with this insurer that can be gone on with."""
    policies = await _policies(session, insured_digest)
    goes_on = [p for p in policies if p.insurer_code == insurer_code and _served(p, first_day, today)]
    until = max((p.ends_on for p in goes_on), default=None)
    return await _on_file(session, buyer, insured_digest, first_day, policies), until


async def _on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, first_day: date, policies: Sequence[Policy]
) -> OnFile:
    covering = [p for p in policies if p.effective_date <= first_day <= p.ends_on]
    kinds = await _consents(session, buyer, insured_digest) if buyer.relationship != "self" else frozenset()
    return OnFile(
        parents_consent="parents_consent" in kinds,
        insured_consent="insured_consent" in kinds,
        policies=tuple((p.effective_date, p.ends_on) for p in policies),
        death_cover_fen=sum(_death_cover_fen(p) for p in covering),
    )


async def _consents(session: AsyncSession, buyer: Buyer, insured_digest: str) -> frozenset[str]:
    brought = select(col(ConsentFile.kind)).where(
        ConsentFile.insured_digest == insured_digest, ConsentFile.subject == buyer.subject
    )
    return frozenset((await session.exec(brought)).all())


async def _policies(session: AsyncSession, insured_digest: str) -> list[Policy]:
    statement = select(Policy).where(Policy.insured_digest == insured_digest, _RUNNING)
    return list((await session.exec(statement)).all())


def _served(policy: Policy, first_day: date, today: date) -> bool:
    waiting_days = max(c.waiting_days for c in _terms.validate_python(policy.terms).coverages)
    return served(policy.effective_date, waiting_days, policy.renewal, first_day, today)


def _death_cover_fen(policy: Policy) -> int:
    if policy.death_limit_fen is not None:
        return policy.death_limit_fen
    return death_sum(_terms.validate_python(policy.terms))
