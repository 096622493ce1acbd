"""The account for a refund (退款账户) that the original payment can't take back: the applicant's own (保险法司法解释三 16)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field

from api.auth import Caller
from api.consents import device_of, record_later, require_said
from api.errors import invalid
from api.fields import Body, Code, Comment, Flag, Name, Short
from api.parts import Parts
from insurance.rules.payees import account_errors
from insurance.rules.persons import same_name
from insurance.tables import ConsentRecord, Purchase, Surrender
from workflows.messages import Actor, RefundAccount

GIVE_ACCOUNT = "请填写投保人本人的收款账户，收到后立即退款"
CORRECT_FIRST = "如投保时姓名填错，请先在保单页面申请更正（保全），更正后再填写收款账户"


class ConsentBody(Body):
    kind: Literal["account_data"]
    agreed: Flag


class AccountBody(Body):
    """`reason`: an operator's, who registers an account for a family: by what it was seen that it is the applicant's. `consents`: as
    with a claim's payee; must be there in production."""

    kind: Literal["alipay", "bank"]
    account: Short
    name: Name
    reason: Comment = ""
    consents: Annotated[tuple[ConsentBody, ...], Field(max_length=10)] = ()
    page_version: Code | None = None
    device: Short | None = None

    async def record_consent(
        self, parts: Parts, request: Request, caller: Caller, row: Purchase | Surrender, purchase_id: str | None
    ) -> None:
        """What was said, before anything is done with the account; 422 `consent_required` without it. `purchase_id`: of the policy;
        none when it was sold elsewhere."""
        require_said(parts, (consent.agreed for consent in self.consents), "退款到这个账户")
        if not self.consents:
            return
        process_id = row.purchase_id if isinstance(row, Purchase) else row.surrender_id
        text = parts.catalogue.consent("account_data", row.insurer_code)
        given = ConsentRecord(
            consent_id=f"{process_id}-account_data",
            subject=row.subject,
            purchase_id=purchase_id or process_id,
            kind="account_data",
            agreed=True,
            page_version=self.page_version,
            device=device_of(request, self.device),
            text_version=text.version if text else None,
            text_sha256=text.sha256 if text else None,
            created_at=parts.now(),
        )
        async with parts.database.transaction() as session:
            await record_later(session, given, Actor(caller.role, caller.subject).label)

    def given_by(self, caller: Caller, applicant: Mapping[str, Any], mend: str) -> RefundAccount:
        """422 when it can't be an account, as with a claim's payee; `not_the_applicant` when a family says that it is somebody
        else's; `mend`: what to do when the name was mistyped."""
        for wrong in account_errors(self.kind, self.account, "account"):
            raise invalid(wrong.field, wrong.code, wrong.message)
        if caller.role == "operator":
            if not self.reason.strip():
                raise invalid("reason", "required", "请填写核对投保人身份的依据")
        elif not same_name(self.name, applicant["name"]):
            text = f"退款只能退给投保人本人，户名与投保人姓名不一致。{mend}"
            raise invalid("name", "not_the_applicant", text)
        by = Actor(caller.role, caller.subject).label
        return RefundAccount(self.kind, self.account, self.name, by, self.reason if caller.role == "operator" else "")


def is_concerned(caller: Caller, row: Purchase | Surrender) -> bool:
    """The family itself; an operator of that insurer, or of all."""
    return row.subject == caller.subject if caller.role == "parent" else caller.insurer in (None, row.insurer_code)


def ask_the_insurer(parts: Parts, insurer_code: str) -> str:
    """Where nothing is left that could be corrected, a person looks."""
    insurer = parts.catalogue.insurer(insurer_code)
    hotline = insurer.hotline if insurer else ""
    return f"如投保时姓名填错，请致电客服热线{hotline}核对身份，由工作人员为您登记收款账户"
