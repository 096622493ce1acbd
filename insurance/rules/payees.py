"""Who may be paid (收款人; DOMAIN 4): the student or a guardian; after a death each heir; others with a power of attorney."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from insurance.rules.case import AccidentReport, Established, Payee, PayeeProof
from insurance.rules.days import ADULT, age_on
from insurance.rules.errors import FieldError, Invalid
from insurance.rules.identifiers import read_bank_card
from insurance.rules.persons import same_name

# as families and other systems write it
GUARDIANS = frozenset(
    {
        *("self", "insured", "applicant", "parent", "father", "mother", "guardian", "other_guardian", "legal_guardian"),
        *("本人", "被保险人", "投保人", "父母", "父亲", "母亲", "监护人", "其他监护人", "法定监护人"),
    }
)
# papers by which somebody else may receive it for the family
ENTITLING = frozenset({"power_of_attorney", "relationship_proof"})
# and by which heirs may
OF_HEIRS = frozenset({"heirs_statement", "relationship_proof"})
# what can still be brought when nothing else is asked for any more
PAPERS = ENTITLING | OF_HEIRS | {"guardian_id", "insured_id"}

# why a transfer moved nothing, by the gateway's reason
NOT_PAID = {
    "name_mismatch": "收款账户与填写的姓名不一致",
    "account_not_found": "收款账户不存在",
    "account_ambiguous": "这个账号对应多个收款账户",
    "account_closed": "收款账户已停用",
    "card_rejected": "银行卡不能收款",
    "payee_unverified": "收款账户没有实名认证",
    "payee_limit": "收款账户超过了收款限额",
    "account_type": "这类账户不能收款",
}
# what the gateway refuses for another reason than the account
NOT_TAKEN = "支付渠道暂时没有办理，保险公司正在处理，办好后自动支付"
# what was never sent again, because something else is owed by now, or to somebody else
CALLED_OFF = "这笔款项没有付出，按最新的审核结果和收款账户支付"


def is_of_account(reason_code: str | None) -> bool:
    """Whether another account helps (`bounced`: the payee's bank gave it back, 退票): any other refusal is for the payer to mend."""
    return reason_code in NOT_PAID or reason_code == "bounced"


def why_not_paid(reason_code: str | None) -> str:
    """In words for the family, who is asked for another account."""
    known = NOT_PAID.get(reason_code or "")
    return f"{known}，没有付款" if known else "收款账户没有收到款项"


def another_account(reason_code: str | None, money: str) -> str:
    """Why the family is asked once more, and for what. `money`: what is owed, in words (赔款, 退款)."""
    return f"{why_not_paid(reason_code)}，请核对姓名和账号，或者更换账户；{money}一分不少"


@dataclass(frozen=True)
class OnFile:
    """What the policy says of the people who may be paid. The applicant's relationship was checked when it was bought (保险法 31, 33)."""

    applicant_name: str
    insured_name: str
    insured_birth_date: date


def is_deceased(report: AccidentReport, found: Established | None) -> bool:
    """As it was told, or is established since: then heirs are paid."""
    return report.patient_state == "deceased" or (found is not None and found.died_on is not None)


def payee_errors(payees: Sequence[Payee], deceased: bool, documents: Collection[str]) -> Iterator[FieldError]:
    """`documents`: kinds that the claim has. Whether an account belongs to the name, the gateway says when it pays."""
    for place, payee in enumerate(payees):
        path = f"payees.{place}." if len(payees) > 1 else ""
        yield from account_errors(payee.kind, payee.account, f"{path}account")
        if not deceased and payee.relationship not in GUARDIANS and not ENTITLING & set(documents):
            message = "赔款付给学生的监护人或本人；由他人代收的，请先上传授权委托书或关系证明"
            yield FieldError(f"{path}relationship", "payee_not_entitled", message)


def account_errors(kind: str, account: str, field: str) -> Iterator[FieldError]:
    """What can be seen of an account when it is typed: whether a bank card's number can be one at all."""
    if kind == "bank":
        try:
            read_bank_card(account)
        except Invalid as error:
            yield FieldError(field, error.code, error.message)


def proof_of(payee: Payee, on_file: OnFile, deceased: bool, documents: Collection[str], today: date) -> PayeeProof:
    """What proves that this person may be paid: the relationship itself is only what the family says. Heirs are proved by papers
    alone, a minor is paid to the guardian's account."""
    if not deceased and _is_known(payee.name, on_file, today):
        return "policy"
    return "paper" if proves_by_paper(deceased, documents) else "none"


def proves_by_paper(deceased: bool, documents: Collection[str]) -> bool:
    """Whether one of these kinds proves whoever is named, before or after it came."""
    return bool((OF_HEIRS if deceased else ENTITLING) & set(documents))


def _is_known(name: str, on_file: OnFile, today: date) -> bool:
    is_adult = age_on(on_file.insured_birth_date, today) >= ADULT
    known = {on_file.applicant_name, *([on_file.insured_name] if is_adult else ())}
    return any(same_name(name, other) for other in known)
