"""The e-policy (电子保单) of a policy as it stands: drawn, signed by its insurer, put on the shelf with the first download."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.letter_shelf import LetterShelf
from insurance.adapters.ports import Storage
from insurance.letters.electronic_policy import (
    TITLE,
    AgreedText,
    EndorsementOnPaper,
    PersonOnPolicy,
    PolicyOnPaper,
    electronic_policy,
)
from insurance.letters.fonts import FontMissing
from insurance.letters.issuer_identity import IssuerIdentity, NotSigning, issuer_identity
from insurance.letters.letter import Issuer
from insurance.letters.letter import Letter as Draft
from insurance.products.catalogue import load_catalogue
from insurance.rules.correction import LABELS
from insurance.rules.cover import last_day_of_cover, shanghai_day
from insurance.rules.death_cover import DeathCover
from insurance.rules.masking import mask_identity_number, mask_mobile
from insurance.rules.terms import ProductTerms
from insurance.rules.verification import verification_code
from insurance.settings import Settings
from insurance.tables import Database, Letter, Policy, Purchase

KIND = "policy"
# what the contract says; what became of it later (an end, a claim) gives no other document
_SAID = (
    "policy_no", "insurer_code", "terms", "relationship", "applicant", "insured", "renewal", "death_limit_fen",
    "death_cover", "premium_fen", "paid_at", "effective_date", "created_at",
)  # fmt: skip
# one after the other: side by side they take as long, and everybody else who is served waits for their turns
_PEN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="policy-documents")
_terms = TypeAdapter(ProductTerms)
_death_cover = TypeAdapter(DeathCover | None)
Agreed = Sequence[dict[str, Any]]


class PolicyDocuments:
    def __init__(self, database: Database, storage: Storage, settings: Settings) -> None:
        self._database = database
        self._shelf = LetterShelf(database, storage, settings.storage.retention_days)
        self._settings = settings

    @property
    def _secret(self) -> str:
        return self._settings.signing.code_secret.get_secret_value()

    async def issued(self, policy_no: str) -> Letter | None:
        """What was issued for the policy as it stands now; None until its first download, and after a correction."""
        return (await self._found(policy_no))[3]

    async def versions(self, policy_no: str) -> list[tuple[Letter, bool]]:
        """All that were issued, newest first, and whether each is the policy as it stands now."""
        letter_id = (await self._found(policy_no))[2]
        statement = select(Letter).where(Letter.process_id == policy_no, Letter.kind == KIND)
        async with self._database.transaction() as session:
            letters = (await session.exec(statement.order_by(col(Letter.made_at).desc()))).all()
        return [(letter, letter.letter_id == letter_id) for letter in letters]

    @activity.defn
    async def keep_policy_document(self, policy_no: str) -> str | None:
        """The contract as it stands, on the shelf before it is corrected: its number. None when nobody signs here."""
        try:
            return (await self.issue(policy_no)).letter_id
        except (NotSigning, FontMissing):
            return None

    async def issue(self, policy_no: str) -> Letter:
        """The same one for ever, until the policy is corrected. Raises `NotSigning`, `FontMissing`."""
        policy, agreed, letter_id, known = await self._found(policy_no)
        if known is not None:
            return known
        if not self._secret:
            raise NotSigning("no secret for the codes on e-policies: XUEPING_SIGNING__CODE_SECRET")
        identity = issuer_identity(self._settings.signing, policy.insurer_code)
        draft = electronic_policy(_on_paper(policy, agreed), letter_id, _issuer(policy), self._verify_url(policy_no))
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(_PEN, _signed_file, draft, identity, _issued_at(policy))
        return await self._shelf.put(letter_id, policy_no, KIND, TITLE, file)

    async def _found(self, policy_no: str) -> tuple[Policy, Agreed, str, Letter | None]:
        async with self._database.transaction() as session:
            policy = await session.get_one(Policy, policy_no)
            agreed = await _agreed(session, policy)
            letter_id = f"{policy_no}-{self._digest(policy, agreed)}"
            return policy, agreed, letter_id, await session.get(Letter, letter_id)

    def _digest(self, policy: Policy, agreed: Agreed) -> str:
        """Tells one wording of a policy from another. Keyed: nobody can find the hidden figures of a number by trying."""
        contract: list[Any] = [{name: getattr(policy, name) for name in _SAID}, agreed]
        if policy.endorsements:
            contract.append(policy.endorsements)
        said = json.dumps(contract, sort_keys=True, default=_plain)
        return hmac.new(self._secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:10]

    def _verify_url(self, policy_no: str) -> str:
        return f"{self._settings.public_url}/v1/verify/{policy_no}?c={verification_code(policy_no, self._secret)}"


def _issued_at(policy: Policy) -> datetime:
    """When this wording came to stand."""
    items = policy.endorsement_items
    return datetime.fromisoformat(items[-1]["at"]) if items else policy.created_at


def _plain(value: date | datetime) -> str:
    return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()


def _signed_file(draft: Draft, identity: IssuerIdentity, at: datetime) -> bytes:
    """What draws and signs takes 50 MB: the API, which imports this file, may never need it."""
    from insurance.letters.pdf import as_pdf
    from insurance.letters.signing import signed

    return signed(as_pdf(draft), identity, draft.issuer.name, f"签发{draft.title}", at)


async def _agreed(session: AsyncSession, policy: Policy) -> Agreed:
    """The product's own documents, whatever else was sent; nothing when it was sold elsewhere."""
    purchase = await session.get(Purchase, policy.purchase_id) if policy.purchase_id else None
    agreements: Agreed = purchase.application["agreements"] if purchase else []
    return [text for text in agreements if text["document_id"] in policy.terms["document_ids"]]


def _on_paper(policy: Policy, agreed: Agreed) -> PolicyOnPaper:
    terms = _terms.validate_python(policy.terms)
    return PolicyOnPaper(
        policy_no=policy.policy_no,
        terms=terms,
        applicant=_person(policy.applicant),
        insured=_person(policy.insured),
        relationship=policy.relationship,
        school_class=policy.insured.get("class_name") or "",
        effective_date=policy.effective_date,
        ends_on=last_day_of_cover(terms, policy.effective_date),
        premium_fen=policy.premium_fen,
        paid_on=shanghai_day(policy.paid_at),
        issued_on=shanghai_day(_issued_at(policy)),
        renewal=policy.renewal,
        death_limit_fen=policy.death_limit_fen,
        death_cover=_death_cover.validate_python(policy.death_cover),
        endorsements=tuple(
            EndorsementOnPaper(
                item["endorsement_no"],
                shanghai_day(datetime.fromisoformat(item["at"])),
                tuple(LABELS[field] for field in item["fields"]),
            )
            for item in policy.endorsement_items
        ),
        agreed=tuple(AgreedText(_title(text), text["version"], text["sha256"]) for text in agreed),
    )


def _person(person: dict[str, Any]) -> PersonOnPolicy:
    mobile = person.get("mobile")
    return PersonOnPolicy(
        person["name"], mask_identity_number(person["id_number"]), mask_mobile(mobile) if mobile else ""
    )


def _title(agreed: dict[str, Any]) -> str:
    """By its id when that text is not in the catalogue any more."""
    titles = {text.document_id: text.title for text in load_catalogue().texts}
    return titles.get(agreed["document_id"], str(agreed["document_id"]))


def _issuer(policy: Policy) -> Issuer:
    insurer = load_catalogue().insurer(policy.insurer_code)
    assert insurer is not None
    return Issuer(insurer.name, insurer.hotline, insurer.hours)
