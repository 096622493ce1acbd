"""Narrow slips of a heat printer: one column, grey on white, fading; no seal of the ministry and mostly no code."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.fonts import Face
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, ReceiptSpec, print_out, yuan


def thermal_slip(rng: Random) -> Sheet:
    """门诊收费小票 of 80 mm paper."""
    return draw_slip(invent_known(rng, "paper_out"), rng, numbered=rng.random() < 0.6)


def draw_slip(spec: ReceiptSpec, rng: Random, *, numbered: bool) -> Sheet:
    """`numbered`: it has a 票据号码; many have none."""
    printed = print_out(spec)
    fields = printed.fields
    if not numbered:
        fields["bill_no"] = None
    grey = rng.randrange(60, 105)
    slip = _Slip(printed, (grey, grey, grey + 4), rng)
    slip.head(numbered)
    slip.items()
    slip.sums()
    canvas = slip.finish()
    fade(canvas, rng)
    return Sheet(canvas, fields, "thermal", yuan(spec.total_fen))


class _Slip:
    def __init__(self, printed: Printed, ink: Ink, rng: Random) -> None:
        self.printed, self.ink, self.rng = printed, ink, rng
        face: Face = rng.choice(("hei", "zen"))
        self.canvas = Canvas(640, 3000, (250, 250, 250), "thermal", face, face)
        self.size = rng.choice((22, 24))
        self.step = round(self.size * rng.uniform(1.45, 1.75))
        self.y: float = 60

    def row(self, label: str, value: str, field: str | None = None) -> None:
        end = self.canvas.text(30, self.y, label, self.size, self.ink)
        self.canvas.text(end + 6, self.y, value, self.size, self.ink, field=field)
        self.y += self.step

    def rule(self) -> None:
        self.canvas.dashes(28, 612, self.y - self.step * 0.25, self.ink, 12)
        self.y += self.step * 0.4

    def head(self, numbered: bool) -> None:
        fields, extras, canvas = self.printed.fields, self.printed.extras, self.canvas
        canvas.text(320, self.y, fields["hospital"], self.size + 8, self.ink, anchor="mm", field="hospital")
        self.y += self.step * 1.3
        canvas.text(320, self.y, "门诊收费凭条", self.size + 4, self.ink, anchor="mm")
        self.y += self.step * 1.4
        if numbered:
            self.row("票据号码:", fields["bill_no"], "bill_no")
        self.row("姓名:", fields["payer"], "payer")
        self.row("门诊号:", extras["record_no"])
        clock = f"{self.rng.randrange(8, 18):02d}:{self.rng.randrange(60):02d}:{self.rng.randrange(60):02d}"
        self.row("收费时间:", f"{self.printed.spec.date:%Y-%m-%d} {clock}", "date")
        self.row("费别:", self.printed.spec.insurance_type)
        self.rule()

    def items(self) -> None:
        canvas = self.canvas
        canvas.text(30, self.y, "项目", self.size, self.ink)
        canvas.text(430, self.y, "数量", self.size, self.ink, anchor="rm")
        canvas.text(610, self.y, "金额", self.size, self.ink, anchor="rm")
        self.y += self.step
        for i, item in enumerate(self.printed.fields["items"]):
            canvas.text(30, self.y, item["name"], self.size, self.ink, field=f"items.{i}.name")
            canvas.text(430, self.y, str(self.rng.randrange(1, 4)), self.size, self.ink, anchor="rm")
            canvas.text(610, self.y, item["amount"], self.size, self.ink, anchor="rm", field=f"items.{i}.amount")
            self.y += self.step
        self.rule()

    def sums(self) -> None:
        fields = self.printed.fields
        self.row("合计:", fields["total"], "total")
        self.row("大写:", fields["total_upper"], "total_upper")
        self.rule()
        self.row("医保统筹支付:", fields["pool_pay"], "pool_pay")
        self.row("其他支付:", fields["other_pay"], "other_pay")
        self.row("个人账户支付:", fields["account_pay"], "account_pay")
        self.row("现金支付:", fields["cash_pay"], "cash_pay")
        self.rule()
        self.row("收款员:", self.printed.extras["clerk"])
        self.canvas.text(320, self.y + 10, "请妥善保管 遗失不补", self.size - 2, self.ink, anchor="mm")
        self.y += self.step * 1.8

    def finish(self) -> Canvas:
        self.canvas.height = round(self.y + 40)
        return self.canvas
