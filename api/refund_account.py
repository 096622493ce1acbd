"""The account for a refund (退款账户) that the original payment can't take back: the applicant's own (保险法司法解释三 16)."""

from collections.abc import Mapping
from typing import Any, Literal

from api.errors import invalid
from api.fields import Body, Name, Short
from insurance.rules.persons import same_name
from workflows.messages import RefundAccount


class AccountBody(Body):
    kind: Literal["alipay", "bank"]
    account: Short
    name: Name

    def of_applicant(self, applicant: Mapping[str, Any]) -> RefundAccount:
        """422 `not_the_applicant` when it says that it is somebody else's."""
        if not same_name(self.name, applicant["name"]):
            raise invalid("name", "not_the_applicant", "退款只能退给投保人，请填写投保人本人的收款账户")
        return RefundAccount(**self.model_dump())
