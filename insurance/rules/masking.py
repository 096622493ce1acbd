"""How personal data is shown to those who need not know it in full (DOMAIN 6). Texts of any shape go in; nothing raises."""

import re
from datetime import date


def mask_name(name: str) -> str:
    """`黄**`: the first character, a star for each other one."""
    return name[:1] + "*" * (len(name) - 1)


def mask_identity_number(number: str) -> str:
    """`360102********1230`: six and four of eighteen; of a shorter number only the first character."""
    return number[:6] + "*" * 8 + number[-4:] if len(number) == 18 else _first(number)


def mask_identity_number_strictly(number: str) -> str:
    """`3*****************`: only the first character."""
    return _first(number)


def mask_mobile(mobile: str) -> str:
    """`137****5678`."""
    return mobile[:3] + "****" + mobile[-4:] if len(mobile) == 11 else _first(mobile)


def mask_account(account: str) -> str:
    """A bank card by its last four digits, an account that is a mobile or a mail address as such."""
    if "@" in account:
        return mask_email(account)
    if len(account) == 11 and account.isdigit():
        return mask_mobile(account)
    return "*" * (len(account) - 4) + account[-4:] if len(account) >= 8 else _first(account)


def mask_birth_date(birth_date: date) -> str:
    """The year."""
    return str(birth_date.year)


def mask_email(email: str) -> str:
    """`h***@example.com`."""
    user, found, domain = email.partition("@")
    return f"{user[:1]}***@{domain}" if found else _first(email)


def mask_address(address: str) -> str:
    """Down to the district (区, 县), or the city (市) when none is named; what stands behind becomes stars."""
    shown = re.match(r".+?[区县]", address) or re.match(r".+?市", address)
    return shown.group() + "***" if shown else _first(address)


# a mobile has 11 digits, cards and identity numbers more, often written in groups; sums, days and bill numbers have fewer
LONG_NUMBER = re.compile(r"(?:\d[ -]?){10,}[\dXx]")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def mask_free_text(text: str) -> str:
    """What people wrote, with numbers of persons, cards and mobiles down to their last four digits, and mail addresses masked."""
    without_numbers = LONG_NUMBER.sub(lambda found: "****" + re.sub("[ -]", "", found.group())[-4:], text)
    return EMAIL.sub(lambda found: mask_email(found.group()), without_numbers)


def _first(text: str) -> str:
    return text[:1] + "*" * max(0, len(text) - 1)
