"""Of what is in the books, what staff may ask for: their insurer's, or their region's."""

from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import col

from api.auth import Caller


def of_insurer(caller: Caller, table: type[Any]) -> ColumnElement[bool]:
    """An adjuster's insurer's, an operator's own or all."""
    return true() if caller.insurer is None else col(table.insurer_code) == caller.insurer


def of_region(region: str) -> str:
    """A province's or city's code ends in zeros: everything below it begins alike."""
    return region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
