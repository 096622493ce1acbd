"""What a VAT e-invoice (增值税电子普通发票, 数电票) of a clinic or pharmacy says; every form of it prints the same."""

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from insurance.rules.capitals import write_capitals
from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import credit_code, figures
from insurance.simulators.receipts.invention import CITIES, invent_name
from insurance.simulators.receipts.sheet import Sheet, no_fields
from insurance.simulators.receipts.spec import PROVINCES, yuan

NOTES = (
    "total is 价税合计, payer the buyer, hospital the seller",
    "amounts of items are those of the 金额 column, without tax",
    "the circled cross before the capitals is no part of them",
)
_SELLERS = (
    "康宁大药房有限公司",
    "明德口腔门诊部有限公司",
    "百草堂医药连锁有限公司",
    "启明眼科医院有限公司",
    "安和骨伤科诊所",
    "嘉禾儿科门诊部",
)  # fmt: skip
_MEDICAL = (
    "*医疗服务*诊疗费",
    "*医疗服务*检查费",
    "*医疗服务*口腔治疗费",
    "*医疗服务*西药费",
    "*医疗服务*化验费",
    "*医疗服务*康复理疗",
)  # fmt: skip
_GOODS = (
    ("*化学药品制剂*阿莫西林胶囊", "0.25g*24粒", "盒"),
    ("*中成药*板蓝根颗粒", "10g*20袋", "盒"),
    ("*医疗仪器器械*电子体温计", "DT-01", "支"),
    ("*化学药品制剂*布洛芬缓释胶囊", "0.3g*20粒", "盒"),
    ("*纺织产品*医用护踝", "均码", "只"),
    ("*中成药*云南白药气雾剂", "85g+60g", "套"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    name: str
    package: str
    unit: str
    count: int
    net_fen: int
    tax_fen: int
    rate: str

    @property
    def price(self) -> str:
        return f"{self.net_fen / 100 / self.count:.10f}".rstrip("0").rstrip(".")

    @property
    def tax(self) -> str:
        return yuan(self.tax_fen) if self.tax_fen else "***"


@dataclass(frozen=True)
class Invoice:
    """`code` and `check` are empty on a 数电票, whose `number` has 20 figures."""

    code: str
    number: str
    check: str
    day: dt.date
    buyer: str
    seller: str
    seller_code: str
    province: str
    lines: tuple[Line, ...]
    clerk: str
    crc: str

    @property
    def net_fen(self) -> int:
        return sum(line.net_fen for line in self.lines)

    @property
    def tax_fen(self) -> int:
        return sum(line.tax_fen for line in self.lines)

    @property
    def total(self) -> str:
        return yuan(self.net_fen + self.tax_fen)

    @property
    def capitals(self) -> str:
        return write_capitals(self.net_fen + self.tax_fen)

    @property
    def qr(self) -> str:
        """The comma list of DOMAIN 5.4: net amount on the older type, total on a 数电票."""
        plain = f"{self.day:%Y%m%d}"
        if self.code:
            return f"01,10,{self.code},{self.number},{yuan(self.net_fen)},{plain},{self.check},{self.crc},"
        return f"01,32,,{self.number},{self.total},{plain},,{self.crc}"

    def sheet(self, canvas: Canvas, layout: str) -> Sheet:
        """The finished drawing with its truth."""
        fields: dict[str, Any] = no_fields()
        fields |= {
            "bill_code": self.code or None,
            "bill_no": self.number,
            "check_code": self.check or None,
            "payer": self.buyer,
            "date": self.day.isoformat(),
            "total_upper": self.capitals,
            "total": self.total,
            "hospital": self.seller,
            "items": [{"name": line.name, "amount": yuan(line.net_fen)} for line in self.lines],
        }
        return Sheet(canvas, fields, layout, self.total, self.qr, "vat", notes=list(NOTES))


def invent_invoice(rng: Random, *, digital: bool) -> Invoice:
    """An invoice to a patient; `digital` means 数电票."""
    province = rng.choice(sorted(PROVINCES))
    day = dt.date(2023 if digital else rng.randrange(2017, 2023), 1, 1) + dt.timedelta(
        days=rng.randrange(700 if digital else 365)
    )
    region = PROVINCES[province] + "0102"
    year = f"{day:%y}"
    return Invoice(
        code="" if digital else f"0{PROVINCES[province]}00{year}00{rng.choice('12')}11",
        number=f"{year}{PROVINCES[province]}2000000{figures(rng, 9)}" if digital else figures(rng, 8),
        check="" if digital else figures(rng, 20),
        day=day,
        buyer=invent_name(rng),
        seller=rng.choice(CITIES[province]) + rng.choice(_SELLERS),
        seller_code=credit_code(rng, region),
        province=province,
        lines=_lines(rng),
        clerk=invent_name(rng),
        crc=f"{rng.randrange(16**4):04X}",
    )


def _lines(rng: Random) -> tuple[Line, ...]:
    if rng.random() < 0.5:
        names = rng.sample(_MEDICAL, rng.randrange(1, 4))
        return tuple(Line(name, "", "次", 1, rng.randrange(20_00, 900_00), 0, "免税") for name in names)
    rate = rng.choice((1, 3, 13))
    lines = []
    for name, package, unit in rng.sample(_GOODS, rng.randrange(1, 5)):
        count, gross = rng.randrange(1, 4), rng.randrange(9_00, 120_00)
        net = round(gross * count * 100 / (100 + rate))
        lines.append(Line(name, package, unit, count, net, gross * count - net, f"{rate}%"))
    return tuple(lines)
