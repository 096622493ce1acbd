"""What a family consented to with a purchase, and whether it still stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import Request
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.rows import table_of
from api.errors import Problem, invalid
from api.parts import Parts
from insurance.products.catalogue import Document
from insurance.rules.codes import ASKED_CONSENTS, CONSENT_KINDS
from insurance.tables import ConsentRecord, Policy
from workflows.messages import PurchaseOrder

# without these nobody can be insured, and nothing more can be done with a child's case
NEEDED = tuple(kind for kind, required in ASKED_CONSENTS.items() if required)


@dataclass(frozen=True)
class Place:
    """Where something was agreed to: the version of the page, and the browser or app that showed it; and which text it was."""

    page_version: str | None
    device: str | None
    text_version: str | None = None
    text_sha256: str | None = None

    def reading(self, text: Document | None) -> "Place":
        return replace(self, text_version=text.version, text_sha256=text.sha256) if text else self


LONGEST_DEVICE = 200


def device_of(request: Request, named: str | None) -> str | None:
    """What something was answered on: as the app names it, or the user agent."""
    agent = "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())
    return (named or agent)[:LONGEST_DEVICE] or None


def give_again(row: ConsentRecord, by: str, place: Place, now: datetime) -> None:
    """From now on the answer is yes, of this page and device."""
    _note(row, "given", by, place, now)
    row.agreed, row.given_at, row.withdrawn_at = True, now, None
    row.page_version, row.device = place.page_version, place.device
    row.text_version, row.text_sha256 = place.text_version, place.text_sha256


def take_back(row: ConsentRecord, by: str, place: Place, now: datetime) -> None:
    _note(row, "withdrawn", by, place, now)
    row.withdrawn_at = now


def _note(row: ConsentRecord, said: str, by: str, place: Place, now: datetime) -> None:
    """Nothing that was said is lost: who, when, on which page and what."""
    first = _answer("given" if row.agreed else "refused", row.subject, _place_of(row), row.created_at)
    before = row.history["items"] if row.history else [first]
    if not row.history and row.withdrawn_at is not None:
        # taken back before histories were kept
        before.append(_answer("withdrawn", row.subject, Place(None, None), row.withdrawn_at))
    row.history = {"items": [*before, _answer(said, by, place, now)]}


def _place_of(row: ConsentRecord) -> Place:
    return Place(row.page_version, row.device, row.text_version, row.text_sha256)


def _answer(said: str, by: str, place: Place, at: datetime) -> dict[str, str | None]:
    where = {"page_version": place.page_version, "device": place.device}
    where |= {"version": place.text_version, "sha256": place.text_sha256}
    return {"said": said, "by": by, "at": at.isoformat()} | where


async def record_consents(parts: Parts, session: AsyncSession, order: PurchaseOrder, place: Place) -> None:
    """One row for each question, with its text as it is asked now; said twice with different answers counts as no. Safe to repeat."""
    said: dict[str, bool] = {}
    for consent in order.application.consents:
        said[consent.kind] = said.get(consent.kind, True) and consent.agreed
    read = {kind: place.reading(parts.catalogue.consent(kind, order.insurer_code)) for kind in said}
    rows = [
        {
            "consent_id": f"{order.purchase_id}-{kind}",
            "subject": order.subject,
            "purchase_id": order.purchase_id,
            "kind": kind,
            "agreed": agreed,
            "page_version": place.page_version,
            "device": place.device,
            "text_version": read[kind].text_version,
            "text_sha256": read[kind].text_sha256,
            "created_at": order.submitted_at,
        }
        for kind, agreed in said.items()
    ]
    if rows:
        await session.execute(insert(table_of(ConsentRecord)).on_conflict_do_nothing(), rows)


def require_said(parts: Parts, said: Iterable[bool], purpose: str) -> None:
    """A separate consent to sensitive data (个人信息保护法 29). Refusing is respected everywhere; saying nothing is let through on a
    stack of development only."""
    answers = list(said)
    if not all(answers) or (not answers and parts.settings.environment == "production"):
        raise invalid("consents", "consent_required", f"需要您单独同意处理这项敏感信息，才能{purpose}")


async def record_later(session: AsyncSession, row: ConsentRecord, by: str) -> None:
    """A consent that is given after the purchase, `row`, by the family or who writes down for them what they said. Safe to repeat."""
    known = await session.get(ConsentRecord, row.consent_id, with_for_update=True)
    place = _place_of(row)
    if known is None:
        row.history = {"items": [_answer("given", by, place, row.created_at)]}
        session.add(row)
    elif not known.stands:
        give_again(known, by, place, row.created_at)


async def require_standing(session: AsyncSession, policy: Policy, kinds: Collection[str] = NEEDED) -> None:
    """409 when the family took one of these back. A policy sold elsewhere has its consents there."""
    statement = select(ConsentRecord).where(
        ConsentRecord.purchase_id == policy.purchase_id,
        col(ConsentRecord.kind).in_(kinds),
        col(ConsentRecord.withdrawn_at).is_not(None),
    )
    if taken_back := (await session.exec(statement)).first():
        what = CONSENT_KINDS[taken_back.kind]
        raise Problem(409, "consent_withdrawn", f"您撤回了“{what}”的同意，请先重新同意，再办理")
