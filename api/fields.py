"""Kinds of fields in request bodies: bounded, clean texts, whole fen, sensible days."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


class Body(BaseModel):
    """A request body. Unknown fields are left alone, so that older servers take newer clients."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _clean(text: str) -> str:
    """No control characters, and nothing that can't be stored as UTF-8."""
    if any((c < " " and c not in "\n\t") or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in text):
        raise PydanticCustomError("bad_text", "unusable characters")
    return text


def _possible(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError("date_range", "out of range")
    return day


def _possible_instant(instant: datetime) -> datetime:
    _possible(instant.date())
    return instant


Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True), AfterValidator(_clean)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_clean)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), AfterValidator(_clean)]
Comment = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(_clean)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]
Fen = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Day = Annotated[date, AfterValidator(_possible)]
Instant = Annotated[AwareDatetime, AfterValidator(_possible_instant)]
