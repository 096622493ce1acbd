"""A ward's list of charges with sums by kind, shares as one line of text, and the unit in the heads."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.rounds.grid import printed_with_funds
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import yuan

_INK: Ink = (40, 40, 40)


def ward_list(rng: Random) -> Sheet:
    """出院病人费用结算收据."""
    printed, (serious,) = printed_with_funds(rng, "paper_in", 1)
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    canvas = Canvas(1240, 1800, (254, 254, 254), "laser", "hei", "hei")
    canvas.text(620, 64, f"{spec.hospital}", 32, _INK, "hei-bold", "mm", "hospital")
    canvas.text(620, 112, "出院病人费用结算收据", 30, _INK, "hei", "mm")
    head = (
        ((90, "收据流水号", fields["bill_no"], "bill_no"), (640, "结算日期", f"{spec.date:%Y-%m-%d}", "date")),
        ((90, "病人姓名", fields["payer"], "payer"), (640, "住院号", extras["record_no"], None)),
        ((90, "出院科室", extras["department"], None), (640, "住院时间", extras["stay"], None)),
    )
    for i, row in enumerate(head):
        for x, label, value, field in row:
            canvas.text(x, 165 + i * 44, label, 23, _INK, "hei")
            canvas.text(x + 150, 165 + i * 44, value, 23, field=field)
    canvas.line(80, 290, 1160, 290, _INK)
    canvas.text(90, 320, "费用名称", 22, _INK)
    canvas.text(640, 320, "总金额(元)", 22, _INK, anchor="rm")
    canvas.text(880, 320, "自费(元)", 22, _INK, anchor="rm")
    canvas.text(1150, 320, "自付(元)", 22, _INK, anchor="rm")
    y = 360.0
    for i, item in enumerate(fields["items"]):
        canvas.text(90, y, item["name"], 22, field=f"items.{i}.name")
        canvas.text(640, y, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
        canvas.text(880, y, "0.00", 22, anchor="rm")
        canvas.text(1150, y, yuan(int(item["amount"].replace(".", "")) // 10), 22, anchor="rm")
        y += 42
    canvas.line(80, y, 1160, y, _INK)
    for i, (label, value, field) in enumerate(
        (
            ("费用总额(元)", fields["total"], "total"),
            ("大写", fields["total_upper"], "total_upper"),
            ("医保统筹支付(元)", fields["pool_pay"], "pool_pay"),
            ("大病保险支付(元)", serious, None),
            ("其他支付(元)", fields["other_pay"], "other_pay"),
            ("个人账户支付(元)", fields["account_pay"], "account_pay"),
            ("个人现金支付(元)", fields["cash_pay"], "cash_pay"),
            ("已交预交金(元)", extras["prepaid"], None),
            ("应退金额(元)", extras["refunded"], None),
        )
    ):
        canvas.text(90, y + 40 + i * 42, label, 23, _INK, "hei")
        canvas.text(420, y + 40 + i * 42, value, 23, field=field)
    bottom = y + 40 + 9 * 42
    canvas.pair(90, bottom + 20, "结算员:", invent_name(rng), 22, _INK)
    canvas.pair(640, bottom + 20, "打印时间:", f"{spec.date:%Y-%m-%d} 16:03", 22, _INK)
    canvas.seal(900, bottom - 60, 86, 86, spec.hospital, "住院结算专用章", True)
    canvas.height = round(bottom + 110)
    return Sheet(canvas, fields, "ward_list", yuan(spec.total_fen))
