"""What is printed on a drawn receipt, and the truth about it. All of it is invented; the same seed gives the same receipt."""

import datetime as dt
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Literal

from insurance.rules.capitals import write_capitals

Layout = Literal["outpatient", "inpatient", "paper_out", "paper_in"]
Tampering = Literal["total_lower", "total_both", "item"]

LAYOUTS: tuple[Layout, ...] = ("outpatient", "inpatient", "paper_out", "paper_in")
QR_STYLES = ("list", "ampersand", "short_list", "viewer", "viewer_amount", "query", "path", "opaque")

PROVINCES = {
    "江西省": "36",
    "湖南省": "43",
    "湖北省": "42",
    "广东省": "44",
    "浙江省": "33",
    "四川省": "51",
    "安徽省": "34",
}
_CITIES = {
    "江西省": ("南昌市", "赣州市", "九江市", "宜春市"),
    "湖南省": ("长沙市", "株洲市", "衡阳市", "岳阳市"),
    "湖北省": ("武汉市", "宜昌市", "襄阳市"),
    "广东省": ("广州市", "佛山市", "惠州市"),
    "浙江省": ("宁波市", "绍兴市", "温州市"),
    "四川省": ("成都市", "绵阳市", "泸州市"),
    "安徽省": ("合肥市", "芜湖市", "安庆市"),
}
_NAMES = ("青松", "明湖", "红枫", "云桥", "安康", "仁济堂", "朝阳路", "第五", "第七", "南湖区", "开发区", "白塔")
_KINDS = ("人民医院", "中医院", "儿童医院", "骨科医院", "妇幼保健院", "中西医结合医院", "社区卫生服务中心", "口腔医院")
_FEES = {
    "outpatient": (
        "诊察费", "检查费", "化验费", "治疗费", "手术费", "卫生材料费", "西药费", "中药饮片", "中成药费", "一般诊疗费",
        "挂号费", "其他门(急)诊收费",
    ),
    "inpatient": (
        "床位费", "诊察费", "检查费", "化验费", "治疗费", "手术费", "护理费", "卫生材料费", "西药费", "中药饮片", "中成药费",
        "一般诊疗费", "其他住院收费",
    ),
}  # fmt: skip
_DETAILED = (
    "阿莫西林颗粒", "布洛芬混悬液", "破伤风人免疫球蛋白", "左踝关节正侧位片", "清创缝合(小)", "换药(中)",
    "石膏固定术", "血细胞分析(五分类)", "医用纱布块", "一次性使用注射器", "碘伏消毒液", "C反应蛋白测定",
    "头颅CT平扫", "门诊诊察费", "云南白药气雾剂", "肌肉注射",
)  # fmt: skip
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦昌马苗凤花方俞任袁柳"
)
_GIVEN = "子轩雨桐浩然梓涵欣怡宇航思远嘉懿博文可馨俊杰诗琪天佑晨曦若琳明哲佳宁一诺奕辰书瑶景行"


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
    """The strings on the paper, after tampering: `fields` as the truth has them, `extras` beside them."""

    spec: ReceiptSpec
    fields: dict[str, Any]
    extras: dict[str, str]
    qr: str | None
    tampered: str | None = None
    texts: list[str] = field(default_factory=list)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def print_out(spec: ReceiptSpec) -> Printed:
    """Every string that the receipt shows."""
    rng = Random(f"print-{spec.seed}-{spec.payer}-{spec.date}")
    code = spec.bill_code or f"{PROVINCES[spec.province]}06{'02' if spec.inpatient else '01'}{spec.date:%y}"
    number = spec.bill_no or f"{rng.randrange(10**8):010d}"
    check = spec.check_code or "".join(rng.choice("0123456789abcdef") for _ in range(6))
    upper = write_capitals(spec.total_fen)
    if rng.random() < 0.25:
        upper = upper.replace("元", "圆")
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
    tampered = _tamper(fields, spec.tampered, rng)
    return Printed(spec, fields, _extras(spec, rng), payload, tampered)


def _extras(spec: ReceiptSpec, rng: Random) -> dict[str, str]:
    visit = spec.visit_date or spec.date
    stay = spec.stay_from or spec.date - timedelta(days=rng.randrange(2, 9))
    prepaid = -(-spec.cash_pay_fen // 500_00) * 500_00
    return {
        "serial_no": f"{spec.date:%Y%m%d}{rng.randrange(10**8):08d}",
        "visit_date": f"{visit:%Y%m%d}",
        "stay": f"{stay:%Y%m%d}-{spec.date:%Y%m%d}",
        "prepaid": yuan(prepaid),
        "topped_up": "0.00",
        "refunded": yuan(prepaid - spec.cash_pay_fen),
        "gender": rng.choice("男女"),
        "institution": rng.choice(("综合医院", "中医医院", "专科医院")),
        "record_no": f"{rng.randrange(10**7):07d}",
        "insurance_no": f"{PROVINCES[spec.province]}{rng.randrange(10**10):010d}",
        "payer_id": f"{PROVINCES[spec.province]}0102{rng.randrange(2006, 2019)}" + "*" * 8,
        "clerk": f"{rng.randrange(1000, 9999)}",
        "department": rng.choice(("骨科", "儿科", "普通外科", "呼吸内科")),
    }


def _tamper(fields: dict[str, Any], how: Tampering | None, rng: Random) -> str | None:
    """Change what is printed the way a forger would: one figure grows, and the rest of the paper stays."""
    if how is None:
        return None
    if how == "item":
        chosen = rng.choice(fields["items"])
        chosen["amount"] = _grown(chosen["amount"], rng)
        return f"item:{chosen['name']}"
    fields["total"] = _grown(fields["total"], rng)
    if how == "total_both":
        fields["total_upper"] = write_capitals(int(fields["total"].replace(".", "")))
    return how


def _grown(amount: str, rng: Random) -> str:
    first = rng.choice([d for d in "23456789" if d != amount[0]])
    return first + amount[1:] if rng.random() < 0.6 else first + amount


def qr_payload(style: str | None, code: str, number: str, check: str, day: dt.date, amount: str) -> str | None:
    """The QR text in one of the shapes of provinces and vendors (DOMAIN 5.4)."""
    plain = f"{day:%Y%m%d}"
    shapes = {
        "list": f"CZ-EI-{code[:2]},1.0.0,{code},{number},{check},{plain},{amount}",
        "ampersand": f"CZ-EI&{code}&{number}&{check}&{plain}&{amount}",
        "short_list": f"01,06,{code},{number},{check},{plain},{amount},",
        "viewer": f"https://www.chinaebill.cn/d?t=501&a=demo&d={code}_{number}_{check}_{plain}&s=0",
        "viewer_amount": f"https://www.chinaebill.cn/d?t=504&a=demo&d={code}_{number}_{check}_{amount}_{plain}&s=0",
        "query": f"http://bill.example.cn/showInvoice?invoice_code={code}&invoice_number={number}&check_code={check}",
        "path": f"http://bill.example.cn/page/{code}/{number}/{check}",
        "opaque": f"http://bill.example.cn/d/{check}{code[:3]}",
    }
    return shapes[style] if style else None


def invent(seed: int, day: dt.date, *, payer: str | None = None, layout: Layout | None = None) -> ReceiptSpec:
    """A plausible receipt of `day`; everything that is not given is drawn from `seed`."""
    rng = Random(f"invent-{seed}")
    layout = layout or LAYOUTS[rng.randrange(len(LAYOUTS))]
    inpatient = layout in ("inpatient", "paper_in")
    province = rng.choice(sorted(PROVINCES))
    detailed = not inpatient and rng.random() < 0.4
    names = _DETAILED if detailed else _FEES["inpatient" if inpatient else "outpatient"]
    chosen = rng.sample(names, rng.randrange(1, 13 if inpatient else 9))
    items = tuple((name, _amount(rng, inpatient)) for name in chosen)
    total = sum(fen for _, fen in items)
    insured = rng.random() < 0.6
    pool = int(total * rng.uniform(0.2, 0.75)) if insured else 0
    other = int(total * 0.05) if insured and rng.random() < 0.3 else 0
    account = int((total - pool - other) * rng.uniform(0.1, 0.9)) if insured and rng.random() < 0.25 else 0
    own = total - pool - other
    return ReceiptSpec(
        payer=payer or rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2)))),
        date=day,
        items=items,
        layout=layout,
        pool_pay_fen=pool,
        other_pay_fen=other,
        account_pay_fen=account,
        self_expense_fen=int(own * rng.uniform(0, 0.5)) if insured else own,
        province=province,
        hospital=rng.choice(_CITIES[province]) + rng.choice(_NAMES) + rng.choice(_KINDS),
        insurance_type=rng.choice(("城乡居民医保", "居民基本医疗保险"))
        if insured
        else rng.choice(("自费", "普通患者")),
        qr_style=rng.choice(QR_STYLES),
        seed=seed,
    )


def _amount(rng: Random, inpatient: bool) -> int:
    top = rng.choice((30_00, 300_00, 4_000_00)) if inpatient else rng.choice((20_00, 80_00, 400_00))
    fen = rng.randrange(1_00, top)
    return fen - fen % 100 if rng.random() < 0.4 else fen


def tampered(spec: ReceiptSpec, how: Tampering) -> ReceiptSpec:
    return replace(spec, tampered=how)
