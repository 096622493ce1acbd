"""Narrow slips of a community health centre and of a pharmacy's till: charges on two lines, the sum of each at the right."""

from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import CITIES
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet, no_fields
from insurance.simulators.receipts.spec import PROVINCES, print_out, yuan

_GOODS = (
    ("感冒灵颗粒", "10g*9袋", 15_80),
    ("创可贴", "100片", 9_90),
    ("碘伏棉签", "20支", 12_50),
    ("医用绷带", "8cm*6m", 6_00),
    ("布洛芬混悬液", "100ml", 28_60),
    ("电子体温计", "1支", 45_00),
    ("炉甘石洗剂", "100ml", 7_50),
    ("医用外科口罩", "10只", 11_00),
)
_SHOPS = ("同和大药房", "康乐药店", "仁心大药房", "惠民药房")
_LEFT, _RIGHT = 24, 556


class _Roll:
    def __init__(self, rng: Random) -> None:
        grey = rng.randrange(40, 96)
        self.ink: Ink = (grey, grey, grey + 6)
        self.canvas = Canvas(580, 4000, (247, 247, 250), "thermal", "zen", "zen")
        self.size, self.y = 23, 56.0

    def middle(self, text: str, larger: int = 0, field: str | None = None) -> None:
        self.canvas.text(290, self.y, text, self.size + larger, self.ink, anchor="mm", field=field)
        self.y += 40 + larger

    def ends(self, label: str, value: str, field: str | None = None) -> None:
        """The label at the left edge, the value at the right."""
        self.canvas.text(_LEFT, self.y, label, self.size, self.ink)
        self.canvas.text(_RIGHT, self.y, value, self.size, self.ink, anchor="rm", field=field)
        self.y += 38

    def stars(self) -> None:
        self.canvas.text(290, self.y, "-" * 46, self.size - 3, self.ink, anchor="mm")
        self.y += 34

    def charge(self, i: int, item: dict[str, Any], below: str) -> None:
        """The name, and on the next line how the sum comes about."""
        self.canvas.text(_LEFT, self.y, item["name"], self.size, self.ink, field=f"items.{i}.name")
        self.y += 34
        self.canvas.text(_LEFT + 40, self.y, below, self.size - 2, self.ink)
        self.canvas.text(_RIGHT, self.y, item["amount"], self.size, self.ink, anchor="rm", field=f"items.{i}.amount")
        self.y += 40

    def finish(self, rng: Random) -> Canvas:
        self.canvas.height = round(self.y + 40)
        fade(self.canvas, rng, 0.45)
        return self.canvas


def community_slip(rng: Random) -> Sheet:
    """社区卫生服务中心缴费凭证."""
    spec = invent_known(rng, "paper_out", detailed=True)
    printed = print_out(spec)
    fields = printed.fields
    fields["hospital"] = (
        rng.choice(CITIES[spec.province]) + rng.choice(("湖滨", "建设路", "东升", "桂花")) + "社区卫生服务中心"
    )
    fields["other_pay"] = None if spec.other_pay_fen == 0 else fields["other_pay"]
    roll = _Roll(rng)
    roll.middle(fields["hospital"], 4, "hospital")
    roll.middle("缴费凭证", 8)
    roll.stars()
    roll.ends("票号", fields["bill_no"], "bill_no")
    roll.ends("病人姓名", fields["payer"], "payer")
    roll.ends("就诊卡号", printed.extras["record_no"])
    roll.ends("日期", f"{spec.date:%Y/%m/%d}", "date")
    roll.stars()
    for i, item in enumerate(fields["items"]):
        roll.charge(i, item, f"{item['amount']} × 1")
    roll.stars()
    roll.ends("费用合计", fields["total"], "total")
    roll.middle(fields["total_upper"], 1, "total_upper")
    roll.ends("医保统筹支付", fields["pool_pay"], "pool_pay")
    if fields["other_pay"]:
        roll.ends("其他医保支付", fields["other_pay"], "other_pay")
    roll.ends("个人账户支付", fields["account_pay"], "account_pay")
    roll.ends("个人现金支付", fields["cash_pay"], "cash_pay")
    roll.stars()
    roll.middle("打印后请当面核对", -2)
    return Sheet(roll.finish(rng), fields, "community_slip", yuan(spec.total_fen))


def pharmacy_slip(rng: Random) -> Sheet:
    """药店销售小票: no patient, no capitals; how it was paid is told without a sum."""
    fields = no_fields()
    province = rng.choice(sorted(PROVINCES))
    lines = [
        (name, package, price, rng.randrange(1, 4)) for name, package, price in rng.sample(_GOODS, rng.randrange(2, 6))
    ]
    total = sum(price * count for _, _, price, count in lines)
    day = f"{rng.randrange(2019, 2026)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    fields |= {
        "bill_no": figures(rng, 14),
        "date": day,
        "total": yuan(total),
        "hospital": rng.choice(CITIES[province]) + rng.choice(_SHOPS),
        "items": [{"name": name, "amount": yuan(price * count)} for name, _, price, count in lines],
    }
    roll = _Roll(rng)
    roll.middle(fields["hospital"], 5, "hospital")
    roll.middle("欢迎光临")
    roll.ends("小票号：", fields["bill_no"], "bill_no")
    roll.ends("销售时间：", f"{day} {rng.randrange(8, 22):02d}:{rng.randrange(60):02d}", "date")
    roll.stars()
    roll.ends("品名", "金额")
    for i, (_, package, price, count) in enumerate(lines):
        roll.charge(i, fields["items"][i], f"{package}   {count} × {yuan(price)}")
    roll.stars()
    roll.ends("合计：", fields["total"], "total")
    roll.ends("收款方式：", rng.choice(("微信", "支付宝", "现金", "医保卡")))
    roll.middle("药品离柜，非质量问题不退换", -3)
    return Sheet(roll.finish(rng), fields, "pharmacy_slip", yuan(total))
