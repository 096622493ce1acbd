"""Which shape the value of each field has. Nothing is repaired: what has not the shape of its field is None."""

import re

from insurance.rules.receipts.label_words import FURTHER_FUND
from insurance.rules.receipts.names import HARDLY_IN_NAMES
from insurance.rules.receipts.reading import AMOUNT_FIELDS
from insurance.rules.receipts.text import Print, fen_of_capitals, parse_amount, parse_date, parse_date_range
from insurance.rules.receipts.unlabelled import lost_a_character, without_seal
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS

AMOUNTS = frozenset((*AMOUNT_FIELDS, "prepaid", "topped_up", "refunded", FURTHER_FUND))
DAYS = frozenset(("date", "visit_date", "admitted", "discharged"))
AMOUNT_CHARACTERS = "0123456789.,-¥元"
# dust before a sum
SPECKS = "。·'`"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正负数()"
# 校验码 are lower-case hexadecimal wherever they were seen: of o and 0, l and 1 one can't stand there
_CHECK_CODE = "0123456789abcdef"
# `12.00元(不属于医保报销范围)`
_SUM_WITH_A_REMARK = re.compile(r"¥?\d[\d,]*\.\d\d元(?=[(,;、])")
# the end of a label, which the next box began with: no family is called so
_REST_OF_A_LABEL = "名者"
_CLEAR_END, _READ = 0.8, 0.99
_SHAPES = {
    "bill_code": re.compile(r"\d{6,12}"),
    "bill_no": re.compile(r"\d{8,20}"),
    "check_code": re.compile(r"[0-9a-zA-Z]{4,20}"),
    "payer": re.compile(r"(?!统一社会|信用代码)[\u3400-\u9fff·•]{2,20}|[A-Za-z][A-Za-z .]{2,40}"),
    # a name that begins with 市 or 省 has lost its beginning
    "hospital": re.compile(r"(?![市省县区])[\u3400-\u9fff0-9A-Za-z()（）·]{4,40}"),
    "serial_no": re.compile(r"[0-9A-Za-z]{6,32}"),
    "payer_id": re.compile(r"[0-9Xx*]{8,20}"),
    "insurance_type": re.compile(r"[\u3400-\u9fff()]{2,20}"),
}


def read_value(name: str, raw: Print) -> tuple[str | None, float]:
    """A raw print as the value of a field (None when it has not that field's shape), and the score of its least sure
    character."""
    if name in AMOUNTS:
        # two decimals end a sum: a star behind them is the seal's
        told = _SUM_WITH_A_REMARK.match(raw.text)
        raw = raw.part(0, told.end()) if told else raw.without_end("*★☆")
        chosen = raw.without_start(SPECKS).only(AMOUNT_CHARACTERS)
        return ("0.00" if chosen.text == "0元" else parse_amount(chosen.text)), chosen.score
    if name in DAYS:
        several = name == "visit_date" and all(parse_date_range(raw.text))
        figures = (s for c, s in zip(raw.text, raw.scores, strict=True) if c.isdigit())
        return (raw.text if several else parse_date(raw.text)), min(figures, default=0.0)
    if name == "total_upper":
        raw = raw.without("。.,;、·*")
        # what stands before the sum in capitals (a currency sign, a bracket) is no part of it
        skipped = re.match(r"(人民币|[:：⊗])*[0-9A-Za-z@○◎×]?", raw.text)
        chosen = raw.part(skipped.end() if skipped else 0).only(_CAPITALS)
        text = chosen.text.replace("(", "（").replace(")", "）")
        return (text if fen_of_capitals(text) is not None else None), chosen.score
    if name == "stay":
        return (raw.text if all(parse_date_range(raw.text)) else None), raw.score
    kept = raw.without(".:,;。、(*·" if name in ("payer", "hospital") else ".:,;。")
    if name == "payer":
        kept = kept.without_start(_REST_OF_A_LABEL)
    if name == "check_code":
        kept = kept.only(_CHECK_CODE)
    text = kept.text
    if name == "hospital":
        kept = without_seal(kept).ending_as(HOSPITAL_KINDS)
        text = kept.text
        kept = _borne_out_by_its_end(kept)
    cut = name == "hospital" and (lost_a_character(text) or text in HOSPITAL_KINDS)
    unlike_a_name = name == "payer" and any(character in HARDLY_IN_NAMES for character in text)
    of_its_shape = _SHAPES[name].fullmatch(text) and not cut and not unlike_a_name
    return (text if of_its_shape else None), kept.score


def _borne_out_by_its_end(name: Print) -> Print:
    """Where one character of a known end (儿童医院) is unclear, or no other end (骨科医院) has the clear ones, or none but this is
    among the engine's guesses, the end counts as read, and the name is as sure as what stands before."""
    end = max((len(kind) for kind in HOSPITAL_KINDS if name.text.endswith(kind)), default=0)
    clear = [i for i in range(-end, 0) if name.scores[i] >= _CLEAR_END]
    alike = [kind for kind in HOSPITAL_KINDS if len(kind) == end and all(kind[i] == name.text[i] for i in clear)]
    guessed = [kind for kind in alike if all(kind[i] in name.text[i] + name.seconds[i][0] for i in range(-end, 0))]
    told = len(guessed) == 1 and all(name.seconds[i][0] for i in range(-end, 0) if i not in clear)
    if end < 3 or len(clear) < 2 or (len(clear) < end - 1 and len(alike) != 1 and not told):
        return name
    return Print(name.text, (*name.scores[:-end], *[max(score, _READ) for score in name.scores[-end:]]), name.seconds)
