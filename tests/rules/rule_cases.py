"""Reads the cases in `cases/`: situations in a claims officer's words, with amounts in yuan."""

from pathlib import Path
from typing import Any

import yaml

from insurance.products.catalogue import load_catalogue
from insurance.rules.benefit import ClaimReceipt, Cover, Event
from insurance.rules.money import parse_yuan
from insurance.rules.terms import ProductTerms

CASES = Path(__file__).parent / "cases"
SETTLEMENTS = (
    "accident_medical",
    "campus",
    "illness_hospital",
    "disability",
    "death",
    "period",
    "other_insurers",
)


def cases(*names: str) -> list[dict[str, Any]]:
    return [case for name in names for case in yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))]


def terms_of(case: dict[str, Any]) -> ProductTerms:
    return load_catalogue().product(case["product_id"])


def fen(text: str) -> int:
    assert isinstance(text, str), f"write amounts in quotes: {text}"
    return parse_yuan(text)


def fen_by_id(amounts: dict[str, str]) -> dict[str, int]:
    return {coverage_id: fen(text) for coverage_id, text in amounts.items()}


def cover_of(case: dict[str, Any]) -> Cover:
    return Cover(
        effective_date=case.get("effective_date", parse_date("2025-09-01")),
        renewal=case.get("renewal", False),
        insured_birth_date=case.get("insured_birth_date", parse_date("2013-03-15")),
        ends_on=case.get("ends_on"),
        death_limit_fen=fen(case["death_limit"]) if "death_limit" in case else None,
    )


def event_of(case: dict[str, Any]) -> Event:
    event = dict(case["event"])
    return Event(**event | {"disability_grades": tuple(event.get("disability_grades", ()))})


def receipts_of(case: dict[str, Any]) -> list[ClaimReceipt]:
    return [_receipt(dict(receipt)) for receipt in case.get("receipts", [])]


def _receipt(receipt: dict[str, Any]) -> ClaimReceipt:
    sums = {name: receipt.pop(name) for name in ("total", "pool_pay", "other_pay", "self_expense") if name in receipt}
    return ClaimReceipt(**receipt, **{f"{name}_fen": fen(text) for name, text in sums.items()})


def parse_date(text: str) -> Any:
    return yaml.safe_load(text)
