"""Who may be paid (收款人; DOMAIN 4): the student or a guardian; after a death each heir; others with a power of attorney."""

from collections.abc import Collection, Iterator, Sequence

from insurance.rules.case import Payee
from insurance.rules.errors import FieldError, Invalid
from insurance.rules.identifiers import read_bank_card

# as families and other systems write it
GUARDIANS = frozenset(
    {
        *("self", "insured", "applicant", "parent", "father", "mother", "guardian", "other_guardian", "legal_guardian"),
        *("本人", "被保险人", "投保人", "父母", "父亲", "母亲", "监护人", "其他监护人", "法定监护人"),
    }
)
# papers by which somebody else may receive it for the family
ENTITLING = frozenset({"power_of_attorney", "relationship_proof"})


def payee_errors(payees: Sequence[Payee], deceased: bool, documents: Collection[str]) -> Iterator[FieldError]:
    """`documents`: kinds that the claim has. Whether an account belongs to the name, the gateway says when it pays."""
    for place, payee in enumerate(payees):
        path = f"payees.{place}." if len(payees) > 1 else ""
        if payee.kind == "bank":
            try:
                read_bank_card(payee.account)
            except Invalid as error:
                yield FieldError(f"{path}account", error.code, error.message)
        if not deceased and payee.relationship not in GUARDIANS and not ENTITLING & set(documents):
            message = "赔款付给学生的监护人或本人；由他人代收的，请先上传授权委托书或关系证明"
            yield FieldError(f"{path}relationship", "payee_not_entitled", message)
