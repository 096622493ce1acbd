"""What our books know of a child when somebody wants to insure it: policies, their death cover, consents on paper."""

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.known_cover import ChildsBook, Days, childs_book
from insurance.rules.eligibility import OnFile, served
from insurance.rules.terms import ProductTerms
from insurance.tables import ConsentFile, Policy

_terms = TypeAdapter(ProductTerms)


@dataclass(frozen=True)
class Buyer:
    """Who asks, and as what: who insures somebody else may need consents on paper."""

    subject: str
    relationship: str


async def on_file(session: AsyncSession, buyer: Buyer, insured_digest: str, days: Days, *, but: str) -> OnFile:
    """Consents are those that this applicant brought, policies anybody's; `but`: the one that is asked about."""
    book = await childs_book(session, insured_digest, days, but=but)
    return await _on_file(session, buyer, insured_digest, book, book)


async def buying_on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, days: Days, insurer_code: str, today: date
) -> tuple[OnFile, date | None]:
    """Also the last day of the child's cover with this insurer that can be gone on with."""
    book = await childs_book(session, insured_digest, days)
    goes_on = [p for p in book.running if p.insurer_code == insurer_code and is_served(p, days[0], today)]
    until = max((p.ends_on for p in goes_on), default=None)
    return await _on_file(session, buyer, insured_digest, book, book.of(buyer.subject)), until


async def _on_file(
    session: AsyncSession, buyer: Buyer, insured_digest: str, book: ChildsBook, own: ChildsBook
) -> OnFile:
    kinds = await _consents(session, buyer, insured_digest) if buyer.relationship != "self" else frozenset()
    return OnFile(
        parents_consent="parents_consent" in kinds,
        insured_consent="insured_consent" in kinds,
        policies=(*((p.effective_date, p.ends_on) for p in own.running), *(own.days for _ in own.paid)),
        death_cover_fen=own.death_cover_fen(),
        everybodys_death_cover_fen=book.death_cover_fen(),
        # however it ended: only 新生 wait for a roster
        insured_before=bool(book.policies),
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
