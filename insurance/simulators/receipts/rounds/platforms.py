"""Papers as hospitals' platforms print them: a card on a phone, a roll with values below their labels, a sheet with leaders."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import BLUE, Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import leave_out, printed_with_funds
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK: Ink = (40, 40, 44)
_GREY: Ink = (120, 120, 126)


def card_of_a_bill(rng: Random) -> Sheet:
    """电子票据详情 as a phone shows it: labels at the left edge, values at the right."""
    printed = print_out(invent_known(rng, "outpatient", detailed=False))
    leave_out(printed, "total_upper", "other_pay", "self_pay", "self_expense")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen)
    canvas = Canvas(1080, 2600, (255, 255, 255), "laser", "hei", "hei")
    canvas.text(540, 60, "票据详情", 40, _INK, "hei-bold", "mm")
    canvas.text(540, 150, f"￥{fields['total']}", 60, _INK, "hei-bold", "mm", "total")
    canvas.text(540, 215, "已开票", 28, _GREY, "hei", "mm")
    rows = (
        ("开票单位", spec.hospital, "hospital"),
        ("票据名称", f"{spec.province}医疗门诊收费票据（电子）", None),
        ("电子票据代码", fields["bill_code"], "bill_code"),
        ("电子票据号码", fields["bill_no"], "bill_no"),
        ("电子校验码", fields["check_code"], "check_code"),
        ("交款人名称", fields["payer"], "payer"),
        ("开票时间", f"{spec.date:%Y-%m-%d} 10:22:41", "date"),
        ("就诊科室", extras["department"], None),
        ("基金支付总额", fields["pool_pay"], "pool_pay"),
        ("个人账户支付", fields["account_pay"], "account_pay"),
        ("个人现金支付", fields["cash_pay"], "cash_pay"),
    )
    y = 290.0
    for label, value, field in rows:
        canvas.text(60, y, label, 30, _GREY, "hei")
        canvas.text(1020, y, value, 30, _INK, "hei", "rm", field)
        y += 66
    canvas.line(40, y, 1040, y, (225, 225, 228))
    y += 50
    canvas.text(60, y, "收费明细", 32, _INK, "hei-bold")
    for i, item in enumerate(fields["items"]):
        y += 62
        canvas.text(60, y, item["name"], 30, _INK, "hei", field=f"items.{i}.name")
        canvas.text(1020, y, f"￥{item['amount']}", 30, _INK, "hei", "rm", f"items.{i}.amount")
    canvas.height = round(y + 90)
    return Sheet(canvas, fields, "card_of_a_bill", yuan(spec.total_fen))


def values_below(rng: Random) -> Sheet:
    """自助缴费凭条 of a community centre, each fact a small label and below it what it says."""
    printed, _ = printed_with_funds(rng, "paper_out", 0)
    leave_out(printed, "total_upper", "other_pay")
    fields, spec = printed.fields, printed.spec
    fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen)
    canvas = Canvas(720, 2400, (250, 250, 248), "thermal", "hei", "hei")
    canvas.text(360, 50, spec.hospital, 30, _INK, "hei-bold", "mm", "hospital")
    canvas.text(360, 96, "自助缴费凭条", 27, _INK, "hei", "mm")
    y = 150.0
    for row in (
        (("就诊人", fields["payer"], "payer"), ("缴费时间", f"{spec.date:%Y/%m/%d} 09:41", "date")),
        (("单据编号", fields["bill_no"], "bill_no"), ("就诊卡号", figures(rng, 9), None)),
    ):
        for (label, value, field), x in zip(row, (40, 380), strict=True):
            canvas.text(x, y, label, 20, _GREY)
            canvas.text(x, y + 36, value, 25, _INK, field=field)
        y += 88
    canvas.dashes(30, 690, y, _INK)
    y += 36
    canvas.text(40, y, "收费项目", 23, _INK)
    canvas.text(680, y, "金额/元", 23, _INK, anchor="rm")
    for i, item in enumerate(fields["items"]):
        y += 42
        canvas.text(40, y, item["name"], 25, _INK, field=f"items.{i}.name")
        canvas.text(680, y, item["amount"], 25, _INK, anchor="rm", field=f"items.{i}.amount")
    y += 36
    canvas.dashes(30, 690, y, _INK)
    y += 36
    for label, value, field in (
        ("费用总计", fields["total"], "total"),
        ("医保报销", fields["pool_pay"], "pool_pay"),
        ("医保个账", fields["account_pay"], "account_pay"),
        ("自费微信支付", fields["cash_pay"], "cash_pay"),
    ):
        canvas.text(40, y, label, 24, _INK)
        canvas.text(680, y, value, 26, _INK, anchor="rm", field=field)
        y += 44
    canvas.height = round(y + 50)
    return Sheet(canvas, fields, "values_below", yuan(spec.total_fen))


def with_leaders(rng: Random) -> Sheet:
    """医保费用结算单: sums behind dotted leaders, two columns, the parts of one's own share named by their classes."""
    printed, (serious, aid) = printed_with_funds(rng, "paper_in", 2)
    leave_out(printed, "other_pay")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    fields["cash_pay"] = yuan(int(fields["cash_pay"].replace(".", "")) + spec.other_pay_fen)
    canvas = Canvas(1500, 1700, (255, 255, 255), "laser", "song", "song")
    canvas.text(750, 60, f"{spec.province}基本医疗保险住院费用结算单", 34, BLUE, "song-bold", "mm")
    head = (
        (
            ("参保人姓名：", fields["payer"], "payer"),
            ("性　别：", extras["gender"], None),
            ("结算单编号：", fields["bill_no"], "bill_no"),
        ),
        (
            ("医疗机构名称：", spec.hospital, "hospital"),
            ("级　别：", "二级", None),
            ("结算时间：", f"{spec.date:%Y-%m-%d} 15:02", "date"),
        ),
        (("住院号：", extras["record_no"], None), ("天　数：", "5", None), ("参保类别：", spec.insurance_type, None)),
    )
    for i, row in enumerate(head):
        for (label, value, field), x in zip(row, (80, 720, 980), strict=True):
            canvas.pair(x, 130 + i * 44, label, value, 22, BLUE, field)
    y = 290.0
    for x in (80, 790):
        canvas.text(x, y, "费用类别", 22, BLUE, "song")
        canvas.text(x + 600, y, "发生金额", 22, BLUE, "song", "rm")
    for i, item in enumerate(fields["items"]):
        x, below = (80, 790)[i % 2], y + 44 + i // 2 * 40
        canvas.text(x, below, item["name"], 22, field=f"items.{i}.name")
        canvas.text(x + 600, below, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    y += 60 + -(-len(fields["items"]) // 2) * 40
    canvas.line(80, y, 1420, y, BLUE)
    canvas.pair(80, y + 36, "医疗费用总额：", fields["total"], 24, BLUE, "total")
    canvas.pair(620, y + 36, "大写：", fields["total_upper"], 24, BLUE, "total_upper")
    y += 90
    shares = (
        (("基本医疗统筹基金支出", fields["pool_pay"], "pool_pay"), ("大病保险基金支出", serious, None)),
        (("医疗救助基金支出", aid, None), ("个人账户支出", fields["account_pay"], "account_pay")),
        (("个人现金支出", fields["cash_pay"], "cash_pay"), ("符合政策范围金额", yuan(spec.total_fen // 10 * 9), None)),
    )
    for i, pair in enumerate(shares):
        for (label, value, field), x in zip(pair, (80, 790), strict=True):
            end = canvas.text(x, y + i * 44, label, 22, BLUE, "song")
            canvas.dashes(end + 12, x + 440, y + i * 44 + 8, BLUE, 10)
            canvas.text(x + 600, y + i * 44, value, 22, anchor="rm", field=field)
    y += 3 * 44 + 20
    canvas.pair(80, y, "经办人：", invent_name(rng), 22, BLUE)
    canvas.pair(790, y, "参保人签字：", "", 22, BLUE)
    canvas.seal(500, y - 10, 84, 84, spec.hospital, "医保结算专用章", True)
    canvas.height = round(y + 110)
    return Sheet(canvas, fields, "with_leaders", yuan(spec.total_fen))
