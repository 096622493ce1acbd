"""Corrections (保全) of what a policy says of its people: wrong details are put right, the contract itself does not change.

Names, documents, school, class and how the policyholder is reached can be corrected. What changes who may be insured, for how much
or at what price can't: then the answer to the application would have been another one (保险法 16, 31-34; 保监发〔2015〕90号)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from insurance.rules.application import Applicant, Application, Insured
from insurance.rules.death_cover import death_cover
from insurance.rules.eligibility import OnFile, standing_errors
from insurance.rules.errors import FieldError
from insurance.rules.terms import ProductTerms

# of both, when somebody insures themselves
PERSON = ("name", "id_type", "id_number", "gender", "birth_date")
# by which the insurer knows who it accepted
NAMED_BY = ("name", "id_type", "id_number")
LABELS = {
    "applicant.name": "投保人姓名",
    "applicant.id_type": "投保人证件类型",
    "applicant.id_number": "投保人证件号码",
    "applicant.gender": "投保人性别",
    "applicant.birth_date": "投保人出生日期",
    "applicant.mobile": "投保人手机号",
    "applicant.email": "投保人电子邮箱",
    "insured.name": "被保险人姓名",
    "insured.id_type": "被保险人证件类型",
    "insured.id_number": "被保险人证件号码",
    "insured.gender": "被保险人性别",
    "insured.birth_date": "被保险人出生日期",
    "insured.school_code": "学校",
    "insured.school_type": "学校类型",
    "insured.school_region": "学校所在地",
    "insured.class_name": "班级",
}
# claims in which nothing more is weighed: what was decided stands on the insured as they were
SETTLING = frozenset({"decided", "agreed", "paying", "payee_needed", "paid"})


@dataclass(frozen=True)
class Change:
    """One field, as texts. None: there was, or shall be, nothing."""

    field: str
    old: str | None
    new: str | None


def corrected(before: Application, applicant: Mapping[str, Any], insured: Mapping[str, Any]) -> Application:
    """The application with new values by field. Whoever insures themselves is one person: both sides change together."""
    buyer, child = dict(applicant), dict(insured)
    if before.relationship == "self":
        shared = {name: value for name, value in {**buyer, **child}.items() if name in PERSON}
        buyer, child = buyer | shared, child | shared
    return replace(before, applicant=replace(before.applicant, **buyer), insured=replace(before.insured, **child))


def differing_values(
    before: Application, applicant: Mapping[str, Any], insured: Mapping[str, Any]
) -> tuple[FieldError, ...]:
    """Of whoever insures themselves, who can't be called two ways at once."""
    if before.relationship != "self":
        return ()
    both = [name for name in PERSON if name in applicant and name in insured and applicant[name] != insured[name]]
    text = "投保人和被保险人是同一人，两处填写的内容应当一致"
    return tuple(FieldError(f"insured.{name}", "differs_from_applicant", text) for name in both)


def as_bought(now: Application, past: Iterable[Change]) -> Application:
    """Who was insured, and by whom, before `past`: the corrections of the policy so far, oldest first."""
    first: dict[str, str | None] = {}
    for change in past:
        first.setdefault(change.field, change.old)
    sides: dict[str, dict[str, Any]] = {"applicant": {}, "insured": {}}
    for field, old in first.items():
        path, _, name = field.partition(".")
        if name in NAMED_BY:
            sides[path][name] = old
    return replace(
        now,
        applicant=replace(now.applicant, **sides["applicant"]),
        insured=replace(now.insured, **sides["insured"]),
    )


def changes(before: Application, after: Application) -> tuple[Change, ...]:
    return (
        *_changes("applicant", before.applicant, after.applicant),
        *_changes("insured", before.insured, after.insured),
    )


def _changes(path: str, before: Applicant | Insured, after: Applicant | Insured) -> Iterator[Change]:
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield Change(f"{path}.{field.name}", _text(old), _text(new))


def _text(value: date | str | None) -> str | None:
    return None if value is None else str(value)


def changes_insured_person(changed: tuple[Change, ...]) -> bool:
    return any(change.field in {f"insured.{name}" for name in PERSON} for change in changed)


def check_correction(
    terms: ProductTerms,
    before: Application,
    after: Application,
    today: date,
    on_file: OnFile,
    bought: Application | None = None,
) -> tuple[FieldError, ...]:
    """Everything that keeps it from being a correction. `requested_effective_date` is the policy's first day, and
    `existing_death_cover_fen` what was told when it was bought; `on_file` knows the child's other policies, under the number as it
    shall be; `bought` is the application before every correction, when there were some. What was wrong before and stays as it is
    keeps nobody from correcting something else."""
    first_day = before.requested_effective_date
    assert first_day is not None
    changed = {change.field for change in changes(before, after)}
    if not changed:
        return (FieldError("body", "nothing_to_correct", "没有需要更正的内容"),)
    existing = before.existing_death_cover_fen
    if changed & {"insured.id_type", "insured.id_number"}:
        existing = max(existing, on_file.death_cover_fen)
    was = death_cover(terms, before.insured.birth_date, first_day, before.existing_death_cover_fen)
    is_now = death_cover(terms, after.insured.birth_date, first_day, existing)
    known = {(error.field, error.code) for error in standing_errors(terms, before, first_day, today, on_file, was)}
    found = [
        *_another_person(bought or before, after, changed),
        *standing_errors(terms, after, first_day, today, on_file, is_now),
    ]
    errors = [error for error in found if error.field in changed or (error.field, error.code) not in known]
    if not errors and is_now.accepted_fen != was.accepted_fen:
        field = "insured.birth_date" if "insured.birth_date" in changed else "insured.id_number"
        errors.append(FieldError(field, "changes_cover", "更正后身故保额会改变，不能按更正办理，请联系客服"))
    return tuple(errors)


def _another_person(bought: Application, after: Application, changed: Collection[str]) -> Iterator[FieldError]:
    """A typing error is in the name or in the number. Both new, at once or one after the other, is somebody else, whom the insurer has
    not accepted."""
    sides = (("applicant", bought.applicant, after.applicant), ("insured", bought.insured, after.insured))
    for path, old, new in sides:
        news = [f"{path}.{name}" for name in NAMED_BY if f"{path}.{name}" in changed]
        if news and old.name != new.name and (old.id_type, old.id_number) != (new.id_type, new.id_number):
            yield FieldError(
                f"{path}.name" if f"{path}.name" in news else news[0],
                "another_person",
                "姓名和证件号码都改变视为换人，不能更正，请退保后重新投保",
            )
