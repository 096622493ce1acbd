"""The three ends of a call that are no answer."""


class Unavailable(Exception):
    """The other side could not be reached, or gave no answer that we can trust. Ask again later with the same key."""


class Refused(Exception):
    """The other side understood and said no, for good. `code` is stable snake_case; `message` is for people, without personal data."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class InsurerUnavailable(Unavailable): ...


class InsurerRefused(Refused): ...


class PaymentsUnavailable(Unavailable): ...


class PaymentsRefused(Refused): ...


class StorageUnavailable(Unavailable): ...


class StorageRefused(Refused): ...


class ReadingUnavailable(Unavailable): ...


class ReadingRefused(Refused):
    """The file can't be read as evidence; `code` says why and `message` is a reason that a parent understands."""


class NoticesUnavailable(Unavailable): ...


class SignatureInvalid(Exception):
    """An incoming message is not from whom it says, is too old, or was changed. Nothing of it may be believed."""
