"""The death cover (身故保额) that is known of for one child, whoever bought it: policies, what is paid for, and what applications told
of other companies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import TypeAdapter
from sqlmodel import col, or_, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from insurance.rules.cover import shanghai_day
from insurance.rules.death_cover import death_sum, elsewhere_fen
from insurance.rules.terms import ProductTerms
from insurance.tables import Policy, Purchase

_terms = TypeAdapter(ProductTerms)
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


@dataclass(frozen=True)
class Told:
    """What an application told of a child's death cover, here and elsewhere, and when."""

    subject: str
    sum_fen: int
    at: datetime


@dataclass(frozen=True)
class ChildsBook:
    """One child on the days that are asked about. `policies`: ended ones too; `paid`: what nobody has the policy of yet; it counts as
    if it became one for the same days. An order that is not paid bars nobody: it may never be, and a family that closed its page buys
    again. `told`: with what is paid for, and with policies that cover any of the days."""

    days: Days
    policies: tuple[Policy, ...] = ()
    paid: tuple[Purchase, ...] = ()
    told: tuple[Told, ...] = ()

    @property
    def running(self) -> tuple[Policy, ...]:
        """What ended before its time covers nothing that begins now."""
        return tuple(policy for policy in self.policies if policy.ended_reason is None)

    def of(self, subject: str) -> "ChildsBook":
        """What this applicant bought and told."""
        return replace(
            self,
            policies=tuple(p for p in self.policies if p.applicant_subject == subject),
            paid=tuple(p for p in self.paid if p.subject == subject),
            told=tuple(t for t in self.told if t.subject == subject),
        )

    def death_cover_fen(self, *asked: Told) -> int:
        """Ours, and the most that anybody told of elsewhere; `asked`: with the application that is asked about."""
        ours = most_death_cover_fen(self.running, self.days) + sum(p.death_cover_fen or 0 for p in self.paid)
        told = (*self.told, *asked)
        return ours + max((elsewhere_fen(t.sum_fen, self._ours_at(t.at)) for t in told), default=0)

    def _ours_at(self, at: datetime) -> int:
        """Whatever the days: a family tells of what it has."""
        day = shanghai_day(at)
        policies = sum(_death_cover_fen(p) for p in self.policies if p.paid_at < at and p.ends_on >= day)
        return policies + sum(p.death_cover_fen or 0 for p in self.paid if p.paid_at and p.paid_at < at)


async def childs_book(session: AsyncSession, insured_digest: str, days: Days, *, but: str | None = None) -> ChildsBook:
    """`but`: the purchase or the policy that is asked about."""
    policies = (await session.exec(select(Policy).where(Policy.insured_digest == insured_digest))).all()
    others = tuple(p for p in policies if p.policy_no != but)
    bought = [p.purchase_id for p in others if p.ended_reason is None and _covers(p, days)]
    is_paid = (Purchase.insured_digest == insured_digest) & (Purchase.state == "paid")
    statement = select(Purchase).where(or_(is_paid, col(Purchase.purchase_id).in_(bought)))
    purchases = [p for p in (await session.exec(statement)).all() if p.purchase_id != but]
    paid = tuple(p for p in purchases if p.state == "paid" and p.insured_digest == insured_digest)
    return ChildsBook(days, others, paid, tuple(told_with(p) for p in purchases))


def told_with(purchase: Purchase) -> Told:
    return Told(purchase.subject, purchase.application["existing_death_cover_fen"], purchase.created_at)


async def exceeds_cap(session: AsyncSession, taken: CoverTaken, told: Told, purchase_id: str) -> bool:
    """With everything else that is paid for. The child stays locked until the transaction ends, so that what is written in it counts
    for whoever comes next."""
    await session.execute(LOCK, {"child": taken.insured_digest})
    book = await childs_book(session, taken.insured_digest, taken.days, but=purchase_id)
    return book.death_cover_fen(told) + taken.accepted_fen > taken.cap_fen


def most_death_cover_fen(policies: Sequence[Policy], days: Days) -> int:
    """On the day of `days` on which most of them cover: the sum grows only where one begins."""
    first_day, last_day = days
    begins = {first_day, *(p.effective_date for p in policies if first_day < p.effective_date <= last_day)}
    return max(
        sum(_death_cover_fen(p) for p in policies if p.effective_date <= day <= p.ends_on) for day in sorted(begins)
    )


def _covers(policy: Policy, days: Days) -> bool:
    first_day, last_day = days
    return policy.effective_date <= last_day and first_day <= policy.ends_on


def _death_cover_fen(policy: Policy) -> int:
    if policy.death_limit_fen is not None:
        return policy.death_limit_fen
    return death_sum(_terms.validate_python(policy.terms))
