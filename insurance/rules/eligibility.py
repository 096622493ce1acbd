"""Who may insure whom, from when, and with how much death cover (投保资格; 保险法 31-34, 解释三 6, DOMAIN 2.2 and 2.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from insurance.rules.application import Application
from insurance.rules.codes import RELATIONSHIPS, SCHOOL_TYPES
from insurance.rules.days import ADULT, age_on, last_day_of_term
from insurance.rules.death_cover import DeathCover, death_cover
from insurance.rules.errors import FieldError
from insurance.rules.identifiers import school_type_of
from insurance.rules.money import yuan
from insurance.rules.persons import applicant_errors, insured_errors
from insurance.rules.terms import ProductTerms

# ages (from, to) at which nobody wonders; others only get a warning
_USUAL_AGES = {
    "kindergarten": (2, 7),
    "primary": (5, 14),
    "junior": (10, 17),
    "senior": (13, 21),
    "university": (15, 40),
}


@dataclass(frozen=True)
class OnFile:
    """What is known beside the form: consents on paper, and the child's other policies with the same applicant (first and last day
    of each).

    `death_cover_fen`: the most that a death brings under those policies, and what was told with them of other companies (`elsewhere_fen`);
    it counts even when the form forgot it.
    `everybodys_death_cover_fen`: whoever bought; it may refuse, and is not told, since a number is enough to ask for it."""

    parents_consent: bool = False
    insured_consent: bool = False
    policies: tuple[tuple[date, date], ...] = ()
    death_cover_fen: int = 0
    everybodys_death_cover_fen: int = 0
    insured_before: bool = False


@dataclass(frozen=True)
class Eligibility:
    """With `errors` the application can't be taken; `warnings` are shown and recorded, and it goes on."""

    errors: tuple[FieldError, ...]
    warnings: tuple[FieldError, ...]
    death_cover: DeathCover


def check_application(
    terms: ProductTerms, application: Application, today: date, on_file: OnFile | None = None
) -> Eligibility:
    """Everything that is wrong with an application, at once. `today` is the day of submission in Asia/Shanghai."""
    known = on_file or OnFile()
    first_day = application.requested_effective_date or today + timedelta(days=terms.first_day_after_payment)
    existing = max(application.existing_death_cover_fen, known.death_cover_fen)
    cover = death_cover(terms, application.insured.birth_date, first_day, existing)
    everybodys = max(existing, known.everybodys_death_cover_fen)
    left_fen = death_cover(terms, application.insured.birth_date, first_day, everybodys).accepted_fen
    errors = (
        *standing_errors(terms, application, first_day, today, known, cover),
        *_first_day_errors(terms, application, today),
        *_consent_errors(application, age_on(application.insured.birth_date, today)),
        *_death_cover_errors(application, cover, left_fen),
    )
    warnings = (*_warnings(application, cover), *_double_insurance(terms, first_day, known.policies))
    return Eligibility(errors, warnings, cover)


def standing_errors(
    terms: ProductTerms, application: Application, first_day: date, today: date, known: OnFile, cover: DeathCover
) -> Iterator[FieldError]:
    """What must be right of a contract for as long as it stands: its people, their relationship, the school type. `today` may be long
    after the application (保全); who may contract is then asked of the first day."""
    yield from applicant_errors(application.applicant, today)
    yield from insured_errors(application.insured, today)
    yield from _relationship_errors(application, min(today, first_day), first_day, known, cover)
    school_type = application.insured.school_type
    if school_type in SCHOOL_TYPES and school_type not in terms.school_types:
        yield FieldError("insured.school_type", "school_type_not_covered", "该产品不面向这一类学校")


def first_day_errors(
    terms: ProductTerms, application: Application, applied_on: date, first_day: date, known: OnFile
) -> tuple[FieldError, ...]:
    """What has become wrong of the people by the day on which cover really begins: an order may be paid weeks after it was submitted, and a
    child come of age (保险法 34)."""
    cover = death_cover(terms, application.insured.birth_date, first_day, application.existing_death_cover_fen)
    return tuple(_relationship_errors(application, applied_on, first_day, known, cover))


def _relationship_errors(
    application: Application, applied_on: date, first_day: date, known: OnFile, cover: DeathCover
) -> Iterator[FieldError]:
    """Who contracts is of age on the day of the application (民法典 17-19), up to a year before cover begins."""
    applicant, insured, relationship = application.applicant, application.insured, application.relationship
    same = (applicant.id_type, _plain(applicant.id_number)) == (insured.id_type, _plain(insured.id_number))
    if relationship not in RELATIONSHIPS:
        yield FieldError("relationship", "unknown_value", "请选择投保人与被保险人的关系")
    elif relationship == "self":
        if not same:
            yield FieldError("relationship", "not_the_same_person", "为本人投保时，投保人与被保险人应为同一人")
        if age_on(insured.birth_date, applied_on) < ADULT:
            yield FieldError("relationship", "minor_applicant", "未满18周岁的学生由父母投保")
        return
    elif same:
        yield FieldError("insured.id_number", "same_person", "被保险人的证件号码与投保人相同")
    if age_on(applicant.birth_date, applied_on) < ADULT:
        yield FieldError("applicant.birth_date", "minor_applicant", "投保人须年满18周岁")
    if relationship == "parent" and applicant.birth_date >= insured.birth_date:
        yield FieldError("applicant.birth_date", "not_older", "父母的出生日期应早于孩子")
    if cover.product_fen:
        yield from _death_consent_errors(application, applied_on, first_day, known)


def _death_consent_errors(
    application: Application, applied_on: date, first_day: date, known: OnFile
) -> Iterator[FieldError]:
    """Death cover bought for a minor by others than the parents is void without the parents' consent (解释三 6); an adult's without his
    own, and the sum agreed to by him, whoever buys: only parents of minors need none (保险法 34). Who comes of age between application
    and cover needs both."""
    born = application.insured.birth_date
    if age_on(born, applied_on) < ADULT and application.relationship == "other_guardian" and not known.parents_consent:
        yield FieldError(
            "relationship", "guardian_death_cover", "含身故责任的保险由其他监护人投保时，须先提交父母的同意书"
        )
    agreed = known.insured_consent or "insured_consent" in _given(application)
    if age_on(born, first_day) >= ADULT and not agreed:
        text = "为已满18周岁的学生投保含身故责任的保险，须经学生本人同意并认可保额：请由本人确认，或提交本人的同意书"
        yield FieldError("relationship", "insured_consent_required", text)


def _first_day_errors(terms: ProductTerms, application: Application, today: date) -> Iterator[FieldError]:
    first_day = application.requested_effective_date
    if first_day is not None:
        earliest = today + timedelta(days=terms.first_day_after_payment)
        latest = today + timedelta(days=terms.first_day_within_days)
        if first_day < earliest:
            yield FieldError("effective_date", "too_early", f"生效日期最早为{earliest}")
        if first_day > latest:
            yield FieldError("effective_date", "too_late", f"生效日期最晚为{latest}")


def _consent_errors(application: Application, age: int) -> Iterator[FieldError]:
    """Separate consents (个人信息保护法 23, 29, 31); feedback to the school is free to refuse."""
    given = _given(application)
    if "share_with_insurer" not in given:
        yield FieldError("consents", "consent_required", "需要您同意向所投保的保险公司提供信息")
    if age < ADULT and "child_data" not in given:
        yield FieldError("consents", "consent_required", "需要监护人同意处理孩子的个人信息")


def _given(application: Application) -> set[str]:
    """Said twice with different answers counts as no."""
    refused = {consent.kind for consent in application.consents if not consent.agreed}
    return {consent.kind for consent in application.consents} - refused


def _death_cover_errors(application: Application, cover: DeathCover, left_fen: int) -> Iterator[FieldError]:
    """`left_fen`: what the cap leaves when everybody's policies count."""
    field = "existing_death_cover_fen"
    if application.existing_death_cover_fen < 0:
        yield FieldError(field, "negative", "已有身故保额不能为负")
    elif cover.cap_fen is not None and cover.accepted_fen == 0 < cover.product_fen:
        yield FieldError(
            field,
            "minor_death_cap",
            f"孩子的身故保额已达到{yuan(cover.cap_fen)}元的限额（含正在办理的投保），不能再承保",
        )
    elif left_fen < cover.accepted_fen:
        message = "孩子的身故保额合计会超过未成年人限额，请核对“已有身故保额”并重新填写，或联系客服"
        yield FieldError(field, "minor_death_cap", message)


def _warnings(application: Application, cover: DeathCover) -> Iterator[FieldError]:
    insured = application.insured
    if 0 < cover.accepted_fen < cover.product_fen:
        message = f"按未成年人限额，本保单的身故保险金合计最多{yuan(cover.accepted_fen)}元"
        yield FieldError("existing_death_cover_fen", "death_cover_reduced", message)
    youngest, oldest = _USUAL_AGES.get(insured.school_type, (0, cover.age))
    if not youngest <= cover.age <= oldest:
        yield FieldError("insured.school_type", "unusual_age", f"孩子{cover.age}周岁，请确认学校类型")
    if school_type_of(insured.school_code) not in (None, insured.school_type):
        yield FieldError("insured.school_code", "school_code_differs", "学校标识码与学校类型不一致，请核对")


def _double_insurance(
    terms: ProductTerms, first_day: date, policies: Iterable[tuple[date, date]]
) -> Iterator[FieldError]:
    """Bought twice (重复购买): indemnity pays no more with two policies, and before effect all of the premium comes back (DOMAIN T6)."""
    last_day = last_day_of_term(first_day, terms.term_years)
    if any(first <= last_day and first_day <= last for first, last in policies):
        known = "孩子在这段时间已有保单，或已付款、正在出单的投保"
        message = f"{known}；医疗费用按实际损失赔付，买两份不会多赔。如不需要，在保障生效前退保，保费全额退回"
        yield FieldError("insured.id_number", "double_insurance", message)


def served(began_on: date, waiting_days: int, renewal: bool, first_day: date, today: date) -> bool:
    """Whether cover since `began_on` may be gone on with from `first_day`: it is in effect when the next is bought, and its own
    waiting period (等待期) is over by then. Otherwise a cheap policy bought minutes before would buy the waiting period off."""
    over_on = began_on + timedelta(days=0 if renewal else waiting_days)
    return began_on <= today and began_on < first_day and over_on <= first_day


def renews(first_day: date, insured_until: date | None) -> bool:
    """Whether cover goes on without a gap (续保): no waiting period then. `insured_until`: the last day of the child's policy with
    the same insurer that has `served`."""
    return insured_until is not None and first_day <= insured_until + timedelta(days=1)


def _plain(number: str) -> str:
    return number.strip().upper()
