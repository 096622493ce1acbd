"""What a product is, in a few sentences, from its own terms (产品介绍, DOMAIN A7 and A9)."""

from insurance.rules.codes import NO_GUARANTEED_RENEWAL, SCHOOL_TYPES
from insurance.rules.money import yuan
from insurance.rules.terms import ProductTerms


def introduction(terms: ProductTerms) -> str:
    schools = "、".join(SCHOOL_TYPES[kind] for kind in terms.school_types)
    sums = "、".join(f"{c.label}{yuan(c.limit_fen)}元" for c in terms.coverages)
    return (
        f"{terms.title}由学生或家长自愿购买，面向{schools}的学生，保障{terms.term_years}年，保费{yuan(terms.premium_fen)}元。"
        f"各项最高保额：{sums}。免赔额、赔付比例、等待期和不赔的情形以保险条款和责任免除为准。{NO_GUARANTEED_RENEWAL}。"
    )
