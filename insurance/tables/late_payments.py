"""Late payments (迟到或重复的付款): money for an order of a purchase whose process had ended; all of it goes back."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from insurance.tables.columns import fen, instant


class LatePayment(SQLModel, table=True):
    """Published by the process that gives it back (`stray_payment`), its only writer."""

    __tablename__ = "late_payments"

    process_id: str = Field(primary_key=True, max_length=64)
    purchase_id: str = Field(max_length=64, index=True)
    amount_fen: int = Field(sa_column=fen())
    paid_at: datetime = Field(sa_column=instant())
    state: str = Field(max_length=16)  # returning | check | returned
    # of that state
    since: datetime = Field(sa_column=instant())
