"""Whom the refund of an ended policy waits for: the family, for an account, or who pays to the one that it gave."""

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from insurance.rules.status import Turn, label, turn_of
from insurance.tables import Surrender

PAYING_OUT = "正在退到投保人提供的账户"

# an account was given and may still take nothing: the days for the refund run meanwhile
PAYS_OUT: ColumnElement[bool] = and_(
    col(Surrender.state) == "payee_needed",
    col(Surrender.quote)["waits_for"].as_string().is_not_distinct_from("gateway"),
)


def pays_out(row: Surrender) -> bool:
    return row.state == "payee_needed" and row.quote.get("waits_for") == "gateway"


def asks_account(row: Surrender) -> bool:
    return row.state == "payee_needed" and not pays_out(row)


def surrender_label(row: Surrender) -> str:
    return PAYING_OUT if pays_out(row) else label("surrender", row.state)


def surrender_turn(row: Surrender) -> Turn | None:
    """As of any refund under way, once there is an account."""
    return turn_of("surrender", "terminated" if pays_out(row) else row.state)
