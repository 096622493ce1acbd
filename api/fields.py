"""Kinds of fields in request bodies: bounded, clean texts, whole fen, sensible days."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Body(BaseModel):
    """A request body. Unknown fields are left alone, so that older servers take newer clients."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _clean(text: str) -> str:
    """No control characters, and nothing that can't be stored as UTF-8."""
    if any((c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text):
        raise PydanticCustomError("bad_text", "unusable characters")
    return text


def _written_day(value: Any) -> Any:
    """A number would count as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_format", "not YYYY-MM-DD")


def _written_instant(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _INSTANT.fullmatch(value)):
        return value
    raise PydanticCustomError("datetime_format", "not RFC 3339 with an offset")


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
Subject = Annotated[str, StringConstraints(min_length=1, max_length=128, strip_whitespace=True), AfterValidator(_clean)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
# as it stands in addresses
PolicyNo = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]
Fen = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_possible)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_instant), AfterValidator(_possible_instant)]
