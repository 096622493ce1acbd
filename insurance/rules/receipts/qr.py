"""What the QR code of a receipt says, read by shape and not by one pattern (DOMAIN 5.4). A scanned address is never fetched."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from insurance.rules.receipts.text import parse_date

_CODE = re.compile(r"\d{6}|\d{8}|\d{10}|\d{12}")
_NUMBER = re.compile(r"\d{8,10}|\d{20}")
_CHECK = re.compile(r"[0-9a-zA-Z]{4,6}|\d{20}")
_DAY = re.compile(r"(?:19|20)\d{2}-?(?:0\d|1[0-2])-?(?:[0-2]\d|3[01])")
_AMOUNT = re.compile(r"\d+(?:\.\d{1,2})?")
_CODE_KEYS = ("invoice_code", "billcode", "bill_code", "code", "c")
_NUMBER_KEYS = ("invoice_number", "invoice_no", "billno", "bill_no", "billnumber", "number", "no", "n")
_CHECK_KEYS = ("check_code", "checkcode", "random", "check", "k")
_DATE_KEYS = ("date", "invoice_date", "billdate")
_AMOUNT_KEYS = ("amount", "money", "total", "totalamount")


@dataclass(frozen=True)
class QrFields:
    """What a payload told; None where it is silent. `amount` has two decimals."""

    bill_code: str | None = None
    bill_no: str | None = None
    check_code: str | None = None
    date: str | None = None
    total: str | None = None
    # the sum may be without tax (old VAT types)
    total_may_differ: bool = False


def parse_qr(payload: str) -> QrFields | None:
    """The fields of a payload in any known shape, or None when there is nothing of a receipt in it (a short link)."""
    text = payload.strip()
    if not text or len(text) > 2000:
        return None
    if re.match(r"https?://", text, re.IGNORECASE):
        return _address(text)
    for separator in ",&|;":
        parts = [p.strip() for p in text.split(separator)]
        if len(parts) >= 5:
            return _vat(parts) if parts[0] == "01" and not _is_fiscal_medical(parts) else _list(parts)
    return None


def _is_fiscal_medical(parts: list[str]) -> bool:
    return len(parts) > 3 and parts[1] == "06"


def _vat(parts: list[str]) -> QrFields | None:
    """`01,type,code,number,amount,date,check,crc,`: the code is empty and the number 20 digits in the newest form."""
    parts = parts + [""] * 8
    kind, code, number, amount, day, check = parts[1:7]
    if not re.fullmatch(r"\d{8}|\d{20}", number):
        return None
    return QrFields(
        code or None, number, check or None, _day(day), _amount(amount), total_may_differ=kind not in ("31", "32")
    )


def _list(parts: list[str]) -> QrFields | None:
    """Codes first, then the day and the sum, in whichever order: `CZ-EI-42,1.0.0,code,number,check,day,amount` and its kin."""
    if parts[0].upper().startswith("CZ-EI"):
        parts = parts[1:]
        if parts and re.fullmatch(r"\d+\.\d+\.\d+", parts[0]):
            parts = parts[1:]
    elif parts[0] == "01":
        parts = parts[2:]
    return _in_order(parts)


def _in_order(parts: list[str]) -> QrFields | None:
    if len(parts) < 3 or not (_CODE.fullmatch(parts[0]) and _NUMBER.fullmatch(parts[1]) and _CHECK.fullmatch(parts[2])):
        return None
    day = amount = None
    for part in parts[3:]:
        # eight digits that are a day are a day: a sum is printed with its point
        if day is None and _DAY.fullmatch(part):
            day = _day(part)
        elif amount is None and _AMOUNT.fullmatch(part):
            amount = _amount(part)
    return QrFields(parts[0], parts[1], parts[2], day, amount)


def _address(text: str) -> QrFields | None:
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    query = {key.lower(): value for key, value in parse_qsl(url.query)}
    packed = query.get("d", "")
    if packed.count("_") >= 2:
        return _in_order(packed.split("_"))
    number = _first(query, _NUMBER_KEYS)
    if number and _NUMBER.fullmatch(number):
        code, check = _first(query, _CODE_KEYS), _first(query, _CHECK_KEYS)
        return QrFields(
            code if code and _CODE.fullmatch(code) else None,
            number,
            check if check and _CHECK.fullmatch(check) else None,
            _day(_first(query, _DATE_KEYS) or ""),
            _amount(_first(query, _AMOUNT_KEYS) or ""),
        )
    steps = [unquote(step) for step in url.path.split("/") if step]
    for i in range(len(steps) - 2):
        found = _in_order(steps[i:])
        if found:
            return found
    return None


def _first(query: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((query[key] for key in keys if query.get(key)), None)


def _day(text: str) -> str | None:
    return parse_date(text) if _DAY.fullmatch(text) else None


def _amount(text: str) -> str | None:
    if not _AMOUNT.fullmatch(text):
        return None
    whole, _, cents = text.partition(".")
    return f"{int(whole)}.{cents:0<2}"
