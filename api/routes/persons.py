"""Applicant and insured as they come in, in a purchase and in a take-over alike (DOMAIN A11, A12)."""

from typing import Literal

from api.fields import Body, Code, Day, Name, Region, Short
from insurance.rules.application import Applicant, Insured

IdType = Literal["resident_id", "residence_permit", "passport", "other"]
Gender = Literal["male", "female"]
SchoolType = Literal["kindergarten", "primary", "junior", "senior", "university", "special"]
Relationship = Literal["self", "parent", "other_guardian"]


class ApplicantBody(Body):
    name: Name
    mobile: Short
    id_type: IdType
    id_number: Short
    gender: Gender
    birth_date: Day
    email: Short | None = None

    def entered(self) -> Applicant:
        values = self.model_dump()
        return Applicant(**{**values, "id_number": self.id_number.upper()})


class SchoolBody(Body):
    school_code: Code
    school_type: SchoolType
    school_region: Region
    class_name: Short


class InsuredBody(SchoolBody):
    name: Name
    id_type: IdType
    id_number: Short
    gender: Gender
    birth_date: Day

    def entered(self) -> Insured:
        values = self.model_dump()
        return Insured(**{**values, "id_number": self.id_number.upper()})
