"""Slip of a hospital's paying machine (自助机): two facts a line, four columns of charges, the sum large in the middle."""

from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.fonts import Face
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, print_out, yuan

_LEFT, _HALF, _RIGHT, _SIZE = 26, 322, 614, 23
_WAYS = ("微信支付", "支付宝", "银行卡")
# longer names go on in a second line
_LETTERS = 8


def kiosk_slip(rng: Random) -> Sheet:
    """门诊自助缴费凭条."""
    spec = invent_known(rng, "paper_out")
    printed = print_out(spec)
    fields = printed.fields
    slip = _Slip(rng)
    slip.head(printed, rng)
    slip.charges(fields["items"], rng)
    slip.sums(fields, rng)
    slip.middle("本凭条不作报销凭证 票据请至窗口打印", 19)
    slip.middle("取药请到门诊一楼药房", 19)
    slip.canvas.height = round(slip.y + 30)
    fade(slip.canvas, rng, 0.4)
    return Sheet(
        slip.canvas, fields, "kiosk_slip", yuan(spec.total_fen), notes=["what was paid by telephone is cash_pay"]
    )


class _Slip:
    """Goes down the roll; `y` is the middle of the next line."""

    def __init__(self, rng: Random) -> None:
        grey = rng.randrange(44, 92)
        self.ink: Ink = (grey, grey, grey + 5)
        face: Face = rng.choice(("hei", "zen"))
        self.canvas = Canvas(640, 4000, (249, 249, 250), "thermal", face, face)
        self.y = 54.0

    def middle(self, text: str, size: int, field: str | None = None) -> None:
        self.canvas.text(320, self.y, text, size, self.ink, anchor="mm", field=field)
        self.y += size * 1.7

    def facts(self, *facts: tuple[str, str, str | None]) -> None:
        for x, (label, value, field) in zip((_LEFT, _HALF), facts, strict=False):
            end = self.canvas.text(x, self.y, f"{label}:", _SIZE, self.ink)
            self.canvas.text(end + 4, self.y, value, _SIZE, self.ink, field=field)
        self.y += 40

    def rule(self) -> None:
        self.canvas.line(_LEFT, self.y - 10, _RIGHT, self.y - 10, self.ink, 2)
        self.y += 22

    def head(self, printed: Printed, rng: Random) -> None:
        fields, extras, day = printed.fields, printed.extras, printed.spec.date
        self.middle("门诊自助缴费凭条", 33)
        self.middle(fields["hospital"], 25, "hospital")
        self.rule()
        self.facts(("患者", fields["payer"], "payer"), ("性别", extras["gender"], None))
        self.facts(("登记号", extras["record_no"], None), ("科室", extras["department"], None))
        self.facts(("凭条号", fields["bill_no"], "bill_no"), ("终端", f"ZZJ{rng.randrange(1, 60):03d}", None))
        clock = f"{rng.randrange(7, 18):02d}:{rng.randrange(60):02d}"
        self.facts(("缴费时间", f"{day.year}/{day.month:02d}/{day.day:02d} {clock}", "date"))
        self.rule()

    def charges(self, items: list[dict[str, Any]], rng: Random) -> None:
        columns = ((_LEFT, "收费项目", "lm"), (370, "单价", "rm"), (460, "数量", "rm"), (_RIGHT, "金额(元)", "rm"))
        for x, head, anchor in columns:
            self.canvas.text(x, self.y, head, _SIZE, self.ink, anchor=anchor)
        self.y += 42
        for i, item in enumerate(items):
            name, fen = item["name"], int(item["amount"].replace(".", ""))
            count = rng.choice([n for n in (1, 2, 3) if fen % n == 0])
            self.canvas.text(_LEFT, self.y, name[:_LETTERS], _SIZE, self.ink, field=f"items.{i}.name")
            self.canvas.text(370, self.y, yuan(fen // count), _SIZE, self.ink, anchor="rm")
            self.canvas.text(460, self.y, str(count), _SIZE, self.ink, anchor="rm")
            self.canvas.text(_RIGHT, self.y, item["amount"], _SIZE, self.ink, anchor="rm", field=f"items.{i}.amount")
            if name[_LETTERS:]:
                self.y += 34
                self.canvas.text(_LEFT, self.y, name[_LETTERS:], _SIZE, self.ink, field=f"items.{i}.name")
            self.y += 40
        self.rule()

    def sums(self, fields: dict[str, Any], rng: Random) -> None:
        end = self.canvas.text(120, self.y + 8, "应缴总额 ￥", 30, self.ink)
        self.canvas.text(end + 6, self.y + 8, fields["total"], 34, self.ink, field="total")
        self.y += 60
        self.middle(fields["total_upper"], 24, "total_upper")
        self.y += 6
        self.facts(("医保统筹", fields["pool_pay"], "pool_pay"), ("其他补助", fields["other_pay"], "other_pay"))
        self.facts(("医保账户", fields["account_pay"], "account_pay"), ("个人缴费", fields["cash_pay"], "cash_pay"))
        self.facts(("缴费方式", rng.choice(_WAYS), None), ("状态", "缴费成功", None))
        self.rule()
