"""Labelled receipts, each as the one receipt of a claim: how many are decided without a person, and whether any of those was wrong."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from api.bench.cases import CHILD, COVERED_DAYS, PARENT
from api.bench.stranger import NotAsItShould, Strangers
from api.demo.people import Family, accident, family, taken_over
from insurance.products.catalogue import load_catalogue
from insurance.rules.money import parse_yuan
from insurance.simulators.receipts.labelled import Labelled

# before the receipt was issued: a stay in hospital began after the accident, and ended within its 180 days
BEFORE_ISSUE = timedelta(days=40)
NOT_SETTLED = ("自费", "普通患者")
ENDS = ("closed", "in_review", "supplement_requested", "withdrawn", "payee_needed")


@dataclass
class Samples:
    """`possible`: what the terms would leave to no person if it were read whole: honest, payable, within the automatic limit, and
    small enough to need no other paper. `wrong`: decided by itself on a forged receipt, or with another sum than the terms
    give for what is true. `why`: the findings of those that a person looks at."""

    asked: int = 0
    possible: int = 0
    automatic: int = 0
    wrong: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    why: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        return {
            "n": self.asked,
            "possible": self.possible,
            "automatic": self.automatic,
            "share": round(self.automatic / self.asked, 3) if self.asked else None,
            "share_of_possible": round(self.automatic / self.possible, 3) if self.possible else None,
            "wrong": self.wrong,
            "failures": self.failures[:5],
            "why_not": dict(self.why.most_common()),
        }


@dataclass(frozen=True)
class Sample:
    """One file for family `number`: its child is the payer, and the policy covers the day."""

    number: int
    file: Labelled

    @property
    def receipts(self) -> list[dict[str, Any]]:
        truth = self.file.truth
        return truth.get("receipts") or [truth["fields"]]

    @property
    def accident_on(self) -> date:
        return min(date.fromisoformat(receipt["date"]) for receipt in self.receipts) - BEFORE_ISSUE

    @property
    def effective(self) -> date:
        return self.accident_on - timedelta(days=COVERED_DAYS)

    @property
    def policy_no(self) -> str:
        return f"SAMPLE{self.number:06d}"

    @property
    def owner(self) -> Family:
        """Of their age on that day: some receipts are years old."""
        return family(self.number, PARENT, self.receipts[0]["payer"] or CHILD, self.accident_on)

    def row(self, product: dict[str, Any]) -> dict[str, Any]:
        """Its policy, to be taken over before."""
        return taken_over(product, self.owner, self.policy_no, self.effective)

    def is_possible(self, product_id: str, payable_fen: int) -> bool:
        """Whether it could be decided without a person, were it read whole."""
        terms, total_fen = load_catalogue().product(product_id), sum(_fen(r["total"]) for r in self.receipts)
        is_payable = 0 < payable_fen <= terms.automatic_approval_limit_fen
        return is_payable and total_fen <= terms.small_claim_fen and not self.file.truth["tampered"]

    def question(self, product_id: str) -> dict[str, Any]:
        """What is true, for the calculator that everybody may ask."""
        return {
            "product_id": product_id,
            "effective_date": self.effective.isoformat(),
            "insured_birth_date": self.owner.insured["birth_date"],
            "event": {"type": "accident", "date": self.accident_on.isoformat(), "on_campus": False},
            "receipts": [self._counted(receipt) for receipt in self.receipts],
        }

    def _counted(self, receipt: dict[str, Any]) -> dict[str, Any]:
        truth = self.file.truth
        sums = {f"{name}_fen": _fen(receipt[name]) for name in ("total", "pool_pay", "other_pay", "self_expense")}
        by_funds = sums["pool_pay_fen"] > 0 or sums["other_pay_fen"] > 0
        return {
            **sums,
            "category": "inpatient" if truth["layout"] in ("inpatient", "paper_in") else "outpatient",
            "date": receipt["date"],
            "social_insurance_settled": by_funds or _names_social_insurance(truth["texts"]),
        }


async def claim_on_all(
    strangers: Strangers, samples: Sequence[Sample], product_id: str, tell: Callable[[str], None]
) -> Samples:
    """One after the other; one that did not go through is told and keeps no other from being measured."""
    found = Samples()
    for done, sample in enumerate(samples, 1):
        tell(f"有答案的票据 samples：{done}/{len(samples)}")
        try:
            await _claim_on(strangers, sample, product_id, found)
        except NotAsItShould as error:
            found.failures.append(f"{sample.file.stem}: {error}")
    return found


async def _claim_on(strangers: Strangers, sample: Sample, product_id: str, found: Samples) -> None:
    """From the report to a decision without a person, or to whoever has to look."""
    owner, ask = sample.owner, strangers.ask
    happened = accident(sample.accident_on, owner.applicant["mobile"])
    made = await ask(owner.account, "POST", f"/v1/policies/{sample.policy_no}/claims", json=happened)
    path = f"/v1/claims/{made['claim_id']}"
    files = {"file": (f"paper{sample.file.suffix}", sample.file.content)}
    await ask(owner.account, "POST", f"{path}/documents", data={"kind": "medical_receipt"}, files=files)
    await ask(owner.account, "PUT", f"{path}/payee", json=owner.payee)
    await ask(owner.account, "POST", f"{path}/submit")
    case = await strangers.until(owner.account, path, ENDS)
    truth = await ask(owner.account, "POST", "/v1/previews/settlement", json=sample.question(product_id))
    found.asked += 1
    found.possible += sample.is_possible(product_id, truth["payable_fen"])
    decision = case["decision"]
    if decision is None or decision["by"] != "automatic":
        found.why.update({finding["code"] for finding in case["findings"]} or {case["state"]})
        return
    found.automatic += 1
    paid, due = case["settlement"]["payable_fen"], truth["payable_fen"]
    if sample.file.truth["tampered"] or paid != due:
        found.wrong.append(f"{sample.file.stem}: {paid}, true {due}")


def labelled_in(folder: Path) -> Iterator[Labelled]:
    """The files of a folder of labelled receipts (`xueping receipts draw`), in order."""
    for told in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(told.read_text(encoding="utf-8"))
        path = folder / truth["image"]
        yield Labelled(path.stem, "pdf" if path.suffix == ".pdf" else "images", path.suffix, path.read_bytes(), truth)


def numbered(files: Iterable[Labelled], first: int) -> list[Sample]:
    """Those whose day can be read off the truth, for families from `first` on."""
    dated = [file for file in files if all(r["date"] for r in file.truth.get("receipts") or [file.truth["fields"]])]
    return [Sample(first + i, file) for i, file in enumerate(dated)]


def _fen(amount: str | None) -> int:
    return parse_yuan(amount) if amount else 0


def _names_social_insurance(texts: list[str]) -> bool:
    """What stands behind 医保类型."""
    for label, value in pairwise([*texts, ""]):
        if label.startswith("医保类型"):
            kind = label.partition("：")[2] or value
            return "保" in kind and kind not in NOT_SETTLED
    return False
