"""What is printed on a drawn receipt, and the truth about it. All of it is invented; the same seed gives the same receipt."""

import datetime as dt
import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any, Literal

from insurance.rules.capitals import write_capitals
from insurance.simulators.receipts.fonts import Face
from insurance.simulators.receipts.forgery import Tampering
from insurance.simulators.receipts.inks import Press

Layout = Literal["outpatient", "inpatient", "paper_out", "paper_in"]

LAYOUTS: tuple[Layout, ...] = ("outpatient", "inpatient", "paper_out", "paper_in")
QR_STYLES = (
    "list",
    "ampersand",
    "short_list",
    "viewer",
    "viewer_amount",
    "query",
    "short_query",
    "path",
    "opaque",
)

PROVINCES = {
    "江西省": "36",
    "湖南省": "43",
    "湖北省": "42",
    "广东省": "44",
    "浙江省": "33",
    "四川省": "51",
    "安徽省": "34",
    "山东省": "37",
    "河南省": "41",
    "江苏省": "32",
    "黑龙江省": "23",
    "北京市": "11",
    "上海市": "31",
}


@dataclass(frozen=True)
class ReceiptSpec:
    """One receipt. Amounts in fen; what is left of the total after the funds and the account is cash. `numbers_seed` decides
    codes and numbers that are left None."""

    payer: str
    date: dt.date
    items: tuple[tuple[str, int], ...]
    layout: Layout = "outpatient"
    pool_pay_fen: int = 0
    other_pay_fen: int = 0
    account_pay_fen: int = 0
    self_expense_fen: int = 0
    province: str = "江西省"
    hospital: str = "南昌市明湖人民医院"
    insurance_type: str = "城乡居民医保"
    visit_date: dt.date | None = None
    stay_from: dt.date | None = None
    bill_code: str | None = None
    bill_no: str | None = None
    check_code: str | None = None
    qr_style: str | None = "list"
    tampered: Tampering | None = None
    title_face: Face = "song"
    label_face: Face = "hei"
    value_face: Face = "song"
    press: Press = "laser"
    star: bool = False
    own_pay_column: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.cash_pay_fen < 0 or not self.items:
            raise ValueError("a receipt has items, and its funds pay no more than its total")

    @property
    def total_fen(self) -> int:
        return sum(fen for _, fen in self.items)

    @property
    def cash_pay_fen(self) -> int:
        return self.total_fen - self.pool_pay_fen - self.other_pay_fen - self.account_pay_fen

    @property
    def paper(self) -> bool:
        return self.layout.startswith("paper")

    @property
    def inpatient(self) -> bool:
        return self.layout in ("inpatient", "paper_in")


@dataclass(frozen=True)
class Printed:
    """The strings on the paper: `fields` as the truth has them, `extras` beside them."""

    spec: ReceiptSpec
    fields: dict[str, Any]
    extras: dict[str, str]
    qr: str | None


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def print_out(spec: ReceiptSpec) -> Printed:
    """Every string that the receipt shows."""
    rng = Random(f"print-{spec.seed}-{spec.payer}-{spec.date}")
    code = spec.bill_code or f"{PROVINCES[spec.province]}06{'02' if spec.inpatient else '01'}{spec.date:%y}"
    number = spec.bill_no or f"{rng.randrange(10**8):010d}"
    check = spec.check_code or "".join(rng.choice("0123456789abcdef") for _ in range(6))
    upper = _as_written_here(write_capitals(spec.total_fen), rng.random())
    shown = yuan(spec.total_fen)
    fields: dict[str, Any] = {
        "bill_code": None if spec.paper else code,
        "bill_no": number,
        "check_code": None if spec.paper else check,
        "payer": spec.payer,
        "date": spec.date.isoformat(),
        "total_upper": upper,
        "total": shown,
        "pool_pay": yuan(spec.pool_pay_fen),
        "other_pay": yuan(spec.other_pay_fen),
        "account_pay": yuan(spec.account_pay_fen),
        "cash_pay": yuan(spec.cash_pay_fen),
        "self_pay": None
        if spec.paper
        else yuan(max(spec.account_pay_fen + spec.cash_pay_fen - spec.self_expense_fen, 0)),
        "self_expense": None if spec.paper else yuan(spec.self_expense_fen),
        "hospital": spec.hospital,
        "items": [{"name": name, "amount": yuan(fen)} for name, fen in spec.items],
    }
    payload = None if spec.paper else qr_payload(spec.qr_style, code, number, check, spec.date, shown)
    return Printed(spec, fields, _extras(spec, rng), payload)


def _as_written_here(upper: str, habit: float) -> str:
    """Capitals as hospitals differ in writing them (DOMAIN 5.6)."""
    if habit < 0.25:
        return upper.replace("元", "圆")
    if habit < 0.32:
        return upper.replace("整", "正")
    return re.sub(r"元(?=[壹贰叁肆伍陆柒捌玖]角)", "元零", upper) if habit < 0.4 else upper


def _extras(spec: ReceiptSpec, rng: Random) -> dict[str, str]:
    visit = spec.visit_date or spec.date
    stay = spec.stay_from or spec.date - timedelta(days=rng.randrange(2, 9))
    prepaid = -(-spec.cash_pay_fen // 500_00) * 500_00
    # of the person and the place, the same on every visit
    kept = Random(f"patient-{spec.seed}-{spec.payer}-{spec.hospital}")
    return {
        "serial_no": f"{spec.date:%Y%m%d}{rng.randrange(10**8):08d}",
        "visit_date": f"{visit:%Y%m%d}",
        "stay": f"{stay:%Y%m%d}-{spec.date:%Y%m%d}",
        "prepaid": yuan(prepaid),
        "topped_up": "0.00",
        "refunded": yuan(prepaid - spec.cash_pay_fen),
        "gender": kept.choice("男女"),
        "institution": kept.choice(("综合医院", "中医医院", "专科医院")),
        "record_no": f"{kept.randrange(10**7):07d}",
        "insurance_no": f"{PROVINCES[spec.province]}{kept.randrange(10**10):010d}",
        "payer_id": f"{PROVINCES[spec.province]}0102{kept.randrange(2006, 2019)}" + "*" * 8,
        "clerk": f"{rng.randrange(1000, 9999)}",
        "department": rng.choice(("骨科", "儿科", "普通外科", "呼吸内科")),
    }


def qr_payload(style: str | None, code: str, number: str, check: str, day: dt.date, amount: str) -> str | None:
    """The QR text in one of the shapes of provinces and vendors (DOMAIN 5.4)."""
    plain = f"{day:%Y%m%d}"
    sign = sha256(f"{code}{number}{check}".encode()).hexdigest()[:32]
    viewer = "https://www.chinaebill.cn"
    shapes = {
        "list": f"CZ-EI-{code[:2]},1.0.0,{code},{number},{check},{plain},{amount}",
        "ampersand": f"CZ-EI&{code}&{number}&{check}&{plain}&{amount}",
        "short_list": f"01,06,{code},{number},{check},{plain},{amount},",
        "viewer": f"{viewer}/d?t=501&a=demo&d={code}_{number}_{check}_{plain}&s={sign}",
        "viewer_amount": f"{viewer}/eips-wxapp-service/d?t=504&a=demo&d={code}_{number}_{check}_{amount}_{plain}&s={sign}",
        "query": f"{viewer}/eips-wxapp-service/H5FinanceDisplay/showInvoice?invoice_code={code}&invoice_number={number}"
        f"&check_code={check}&app_id=demo&security={sign}",
        "short_query": f"https://einvoice.example.gov.cn/q?c={code}&n={number}&k={check}",
        "path": f"http://bill.example.cn/page/{code}/{number}/{check}",
        "opaque": f"http://bill.example.cn/d/{check}{code[:3]}",
    }
    return shapes[style] if style else None
