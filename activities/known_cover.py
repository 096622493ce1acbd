"""The death cover (身故保额) that our own books know of for one child, whoever bought it: policies, and what is paid for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.death_cover import death_sum
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy, Purchase

_terms = TypeAdapter(ProductTerms)
# policies that ended before their time cover nothing that begins now
_RUNNING = col(Policy.ended_reason).is_(None)
# of two that would give one child cover in the same instant, the second counts the first one's
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('death cover ' || :child, 0))")

# the first and the last day of the cover that is asked about
Days = tuple[date, date]


@dataclass(frozen=True)
class CoverTaken:
    """What a paid premium is about to buy, under the cap on a child's death cover (保监发〔2015〕90号)."""

    insured_digest: str
    days: Days
    accepted_fen: int
    cap_fen: int


async def exceeds_cap(session: AsyncSession, taken: CoverTaken, purchase_id: str) -> bool:
    """With everything else that is paid for. The child stays locked until the transaction ends, so that what is written in it counts
    for whoever comes next."""
    await session.execute(LOCK, {"child": taken.insured_digest})
    others = await everybodys_death_cover_fen(session, taken.insured_digest, taken.days, but=purchase_id)
    return others + taken.accepted_fen > taken.cap_fen


async def everybodys_death_cover_fen(session: AsyncSession, insured_digest: str, days: Days, *, but: str) -> int:
    """What is paid for counts as if it became a policy for the same days; `but`: the purchase that is asked about."""
    policies = await policies_of(session, insured_digest)
    paid = [p for p in await paid_for(session, insured_digest) if p.purchase_id != but]
    return most_death_cover_fen(policies, days) + sum(p.death_cover_fen or 0 for p in paid)


def most_death_cover_fen(policies: Sequence[Policy], days: Days) -> int:
    """On the day of `days` on which most of them cover: the sum grows only where one begins."""
    first_day, last_day = days
    begins = {first_day, *(p.effective_date for p in policies if first_day < p.effective_date <= last_day)}
    return max(
        sum(_death_cover_fen(p) for p in policies if p.effective_date <= day <= p.ends_on) for day in sorted(begins)
    )


async def policies_of(session: AsyncSession, insured_digest: str) -> list[Policy]:
    statement = select(Policy).where(Policy.insured_digest == insured_digest, _RUNNING)
    return list((await session.exec(statement)).all())


async def paid_for(session: AsyncSession, insured_digest: str) -> list[Purchase]:
    """What nobody has the policy of yet. An order that is not paid bars nobody: it may never be, and a family that closed its page
    buys again."""
    statement = select(Purchase).where(Purchase.insured_digest == insured_digest, Purchase.state == "paid")
    return list((await session.exec(statement)).all())


def _death_cover_fen(policy: Policy) -> int:
    if policy.death_limit_fen is not None:
        return policy.death_limit_fen
    return death_sum(_terms.validate_python(policy.terms))
