"""Publishing the purchase process: its record, its timeline, and the policy that came of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import null
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.journal import Entries, write_entries
from activities.known_cover import CoverTaken, Told, exceeds_cap
from activities.renewals import is_broken_off
from activities.rows import publish_row
from insurance.rules.application import Application
from insurance.rules.death_cover import DeathCover
from insurance.rules.terms import ProductTerms
from insurance.tables import ConsentFile, Database, Policy, Purchase

_application = TypeAdapter(Application)
_terms = TypeAdapter(ProductTerms)
_death_cover = TypeAdapter(DeathCover | None)


@dataclass(frozen=True)
class IssuedCover:
    """What the policy's row needs beside the purchase's own record. `ends_on` is the last day of cover."""

    policy_no: str
    terms: ProductTerms
    insured_digest: str
    paid_at: datetime
    out_trade_no: str
    effective_date: date
    ends_on: date
    renewal: bool
    death_limit_fen: int | None
    death_cover: DeathCover | None = None


Why = Literal["surplus", "no_policy", "cancelled"]
WaitsFor = Literal["gateway", "account", "check"]


@dataclass(frozen=True)
class Returning:
    """Money on its way back. `why`: paid twice, late or in another sum (`surplus`), nothing could be issued for it (`no_policy`), or
    it came before its cancellation was done (`cancelled`). `waits_for`: the gateway, an account of the family's, or somebody who
    looks at a refusal (`check`)."""

    amount_fen: int
    paid_at: datetime
    why: Why
    waits_for: WaitsFor = "gateway"


@dataclass(frozen=True)
class PurchaseRecord:
    purchase_id: str
    subject: str
    insurer_code: str
    product_id: str
    state: str
    seq: int
    application: Application
    premium_fen: int
    payment_url: str | None
    out_trade_no: str | None
    expires_at: datetime | None
    paid_at: datetime | None
    refunded_fen: int
    effective_date: date | None
    policy_no: str | None
    reason_code: str | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    entries: Entries = Entries()
    issued: IssuedCover | None = None
    # of a paid premium whose child has a cap
    takes: CoverTaken | None = None
    # of a paid premium whose insured has come of age meanwhile: the digest by which his own consent is found (保险法 34)
    consent_of: str | None = None
    returning: tuple[Returning, ...] = ()


_returning = TypeAdapter(tuple[Returning, ...])
_NO_COLUMNS = ("application", "entries", "issued", "takes", "consent_of", "returning")


class PurchaseRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def publish_purchase(self, record: PurchaseRecord) -> str | None:
        """Store the purchase as it is now and, once issued, its policy. Safe to repeat. `minor_death_cap` when what it `takes` is more
        than others, who were faster, have left: then it counts for nobody. `insured_consent_required` when that consent is not there.
        `policy_no_taken` when its policy's number is another one's: then it stands as `paid`."""
        async with self._database.transaction() as session:
            is_another = record.issued is not None and not await _stored(session, record, record.issued)
            record = without_policy(record) if is_another else record
            values = _columns(record)
            if taken := record.takes:
                told = Told(record.subject, record.application.existing_death_cover_fen, record.created_at)
                too_much = await exceeds_cap(session, taken, told, record.purchase_id)
                values |= {
                    "insured_digest": taken.insured_digest,
                    "death_cover_fen": 0 if too_much else taken.accepted_fen,
                }
            await publish_row(
                session,
                Purchase,
                values,
                key="purchase_id",
                fixed=frozenset({"application", "subject", "created_at"}),
            )
            await write_entries(session, record.purchase_id, record.entries)
            has_consent = record.consent_of is None or await _is_agreed(session, record.consent_of, record.subject)
        if is_another:
            return "policy_no_taken"
        if not has_consent:
            return "insured_consent_required"
        return "minor_death_cap" if taken and too_much else None


def _columns(record: PurchaseRecord) -> dict[str, Any]:
    values = {n: getattr(record, n) for n in PurchaseRecord.__dataclass_fields__ if n not in _NO_COLUMNS}
    returning = _returning.dump_python(record.returning, mode="json")
    values["returning"] = {"items": returning} if returning else null()
    return values | {"application": application_document(record.application)}


async def _stored(session: AsyncSession, record: PurchaseRecord, issued: IssuedCover) -> bool:
    """Whether the policy of that number is this purchase's: numbers are the insurers', and two may give the same one."""
    first_day, child = issued.effective_date, issued.insured_digest
    if issued.renewal and await is_broken_off(session, child, record.insurer_code, first_day):
        issued = replace(issued, renewal=False)
    statement = insert(Policy).values(**_policy(record, issued)).on_conflict_do_nothing()
    if (await session.execute(statement.returning(col(Policy.policy_no)))).first() is not None:
        return True
    stands = select(col(Policy.purchase_id)).where(Policy.policy_no == issued.policy_no)
    return (await session.exec(stands)).one() == record.purchase_id


def without_policy(record: PurchaseRecord) -> PurchaseRecord:
    """Paid; nobody is told of a policy."""
    entries, text = record.entries, "保险公司给出的保单号属于另一份保单，没有生成保单"
    events = (replace(e, event="policy_no_taken", text=text) if e.event == "issued" else e for e in entries.events)
    notices = tuple(n for n in entries.notices if n.kind != "issued")
    entries = replace(entries, events=tuple(events), notices=notices)
    return replace(record, state="paid", policy_no=None, effective_date=None, issued=None, entries=entries)


async def _is_agreed(session: AsyncSession, child: str, subject: str) -> bool:
    """On a paper that the applicant brought."""
    paper = select(col(ConsentFile.consent_id)).where(
        ConsentFile.insured_digest == child, ConsentFile.subject == subject, ConsentFile.kind == "insured_consent"
    )
    return (await session.exec(paper.limit(1))).first() is not None


def application_document(application: Application) -> dict[str, Any]:
    """As it is stored."""
    document: dict[str, Any] = _application.dump_python(application, mode="json")
    return document


def _policy(record: PurchaseRecord, issued: IssuedCover) -> dict[str, object]:
    application = application_document(record.application)
    return {
        "policy_no": issued.policy_no,
        "insurer_code": record.insurer_code,
        "product_id": record.product_id,
        "terms": _terms.dump_python(issued.terms, mode="json"),
        "source": "purchase",
        "purchase_id": record.purchase_id,
        "applicant_subject": record.subject,
        "relationship": record.application.relationship,
        "applicant": application["applicant"],
        "insured": application["insured"],
        "insured_digest": issued.insured_digest,
        "renewal": issued.renewal,
        "death_limit_fen": issued.death_limit_fen,
        "death_cover": _death_cover.dump_python(issued.death_cover, mode="json"),
        "premium_fen": record.premium_fen,
        "paid_at": issued.paid_at,
        "out_trade_no": issued.out_trade_no,
        "effective_date": issued.effective_date,
        "ends_on": issued.ends_on,
        "created_at": record.updated_at,
    }
