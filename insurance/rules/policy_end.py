"""Whether a claim ends its policy (合同终止): a death that was paid for leaves nobody to insure."""

from datetime import date

from insurance.rules.case_file import CaseFile
from insurance.rules.terms import ProductTerms


def ended_by_claim(terms: ProductTerms, case: CaseFile) -> date | None:
    """The last day of cover, that of the death (身故), once a death benefit of the policy is paid and the claim closed. What happened
    until then can still be claimed (保险法 26)."""
    died_on = case.established.died_on if case.established else None
    if case.state != "closed" or died_on is None:
        return None
    paid = [terms.coverage(line.coverage_id) for line in case.paid_lines if line.payable_fen]
    pays_death = any(c is not None and {"death", "sudden_death"} & set(c.pays) for c in paid)
    return died_on if pays_death else None
