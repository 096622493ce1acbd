"""What our books know of a child when somebody wants to insure it: policies, their death cover, consents on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.known_cover import Days, most_death_cover_fen, paid_for, policies_of
from insurance.rules.eligibility import OnFile, served
from insurance.rules.terms import ProductTerms
from insurance.tables import ConsentFile, Policy, Purchase

_terms = TypeAdapter(ProductTerms)


@dataclass(frozen=True)
class Buyer:
    """Who asks, and as what: who insures somebody else may need consents on paper."""

    subject: str
    relationship: str


async def on_file(session: AsyncSession, buyer: Buyer, insured_digest: str, days: Days, *, but: str) -> OnFile:
    """Consents are those that this applicant brought, policies anybody's; `but`: the one that is asked about."""
    policies = [p for p in await policies_of(session, insured_digest) if p.policy_no != but]
    return await _on_file(session, buyer, insured_digest, days, policies, policies)


async def buying_on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, days: Days, insurer_code: str, today: date
) -> tuple[OnFile, date | None]:
    """Also the last day of the child's cover with this insurer that can be gone on with."""
    policies = await policies_of(session, insured_digest)
    goes_on = [p for p in policies if p.insurer_code == insurer_code and is_served(p, days[0], today)]
    until = max((p.ends_on for p in goes_on), default=None)
    own = [p for p in policies if p.applicant_subject == buyer.subject]
    known = await _on_file(session, buyer, insured_digest, days, policies, own)
    return _with_paid_for(known, buyer, days, await paid_for(session, insured_digest)), until


def _with_paid_for(known: OnFile, buyer: Buyer, days: Days, purchases: Sequence[Purchase]) -> OnFile:
    """As if each became a policy for the same days."""
    own = [p for p in purchases if p.subject == buyer.subject]
    return replace(
        known,
        policies=(*known.policies, *(days for _ in own)),
        death_cover_fen=known.death_cover_fen + sum(p.death_cover_fen or 0 for p in own),
        everybodys_death_cover_fen=known.everybodys_death_cover_fen + sum(p.death_cover_fen or 0 for p in purchases),
    )


async def _on_file(
    session: AsyncSession,
    buyer: Buyer,
    insured_digest: str,
    days: Days,
    policies: Sequence[Policy],
    own: Sequence[Policy],
) -> OnFile:
    kinds = await _consents(session, buyer, insured_digest) if buyer.relationship != "self" else frozenset()
    return OnFile(
        parents_consent="parents_consent" in kinds,
        insured_consent="insured_consent" in kinds,
        policies=tuple((p.effective_date, p.ends_on) for p in own),
        death_cover_fen=most_death_cover_fen(own, days),
        everybodys_death_cover_fen=most_death_cover_fen(policies, days),
        insured_before=bool(policies),
    )


async def papers_on_file(session: AsyncSession, buyer: Buyer, insured_digest: str) -> OnFile:
    """The consents alone."""
    kinds = await _consents(session, buyer, insured_digest)
    return OnFile(parents_consent="parents_consent" in kinds, insured_consent="insured_consent" in kinds)


async def _consents(session: AsyncSession, buyer: Buyer, insured_digest: str) -> frozenset[str]:
    brought = select(col(ConsentFile.kind)).where(
        ConsentFile.insured_digest == insured_digest, ConsentFile.subject == buyer.subject
    )
    return frozenset((await session.exec(brought)).all())


def is_served(policy: Policy, first_day: date, today: date) -> bool:
    """Whether cover may go on from this policy without a waiting period (`served`)."""
    waiting_days = max(c.waiting_days for c in _terms.validate_python(policy.terms).coverages)
    return served(policy.effective_date, waiting_days, policy.renewal, first_day, today)
