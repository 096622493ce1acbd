"""How rules say no: a value of one input that can't be taken, or the list of everything that is wrong with a form."""

from dataclasses import dataclass


class Invalid(ValueError):
    """One value is not what it must be. `code` is stable snake_case; `message` is Chinese and without personal data."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form: `field` is its dotted path, as in `insured.id_number` or `receipts.0.date`."""

    field: str
    code: str
    message: str
