"""Papers whose charges carry codes, classes and ratios beside their names."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import BROWN, GREEN, RED, Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import leave_out, ruled
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK: Ink = (40, 40, 44)


def coded_bill(rng: Random) -> Sheet:
    """医疗门诊收费票据（电子） whose charges have national codes, class and ratio; own parts in one running line."""
    printed = print_out(invent_known(rng, "outpatient", detailed=True))
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    canvas = Canvas(1620, 1700, (255, 255, 255), "laser", "kai", "song")
    canvas.text(810, 66, f"{spec.province}医疗门诊收费票据（电子）", 40, RED, "kai", "mm")
    if printed.qr:
        canvas.qr(60, 30, 140, printed.qr)
    rows = (
        (
            ("票据代码：", fields["bill_code"], "bill_code"),
            ("票据号码：", fields["bill_no"], "bill_no"),
            ("校验码：", fields["check_code"], "check_code"),
        ),
        (
            ("交款人：", fields["payer"], "payer"),
            ("开票日期：", fields["date"], "date"),
            ("性别：", extras["gender"], None),
        ),
    )
    for i, row in enumerate(rows):
        for (label, value, field), x in zip(row, (240, 700, 1180), strict=True):
            canvas.pair(x, 150 + i * 42, label, value, 22, RED, field)
    heads = (
        (80, "编码", "lm"),
        (420, "项目名称", "lm"),
        (900, "等级", "mm"),
        (1020, "数量", "rm"),
        (1200, "单价", "rm"),
        (1380, "金额(元)", "rm"),
        (1540, "自付比例", "rm"),
    )
    y = 260.0
    for x, head, anchor in heads:
        canvas.text(x, y, head, 21, RED, "kai", anchor)
    canvas.line(60, y + 24, 1560, y + 24, RED)
    for i, item in enumerate(fields["items"]):
        y += 40
        code = f"{rng.choice(('XA', 'ZA', 'C0'))}{figures(rng, 9)}"
        for x, text, anchor in (
            (80, code, "lm"), (900, rng.choice("甲乙丙"), "mm"), (1020, "1.00", "rm"), (1200, item["amount"], "rm"),
            (1540, rng.choice(("0%", "10%", "100%")), "rm"),
        ):  # fmt: skip
            canvas.text(x, y, text, 20, anchor=anchor)
        canvas.text(420, y, item["name"], 21, field=f"items.{i}.name")
        canvas.text(1380, y, item["amount"], 21, anchor="rm", field=f"items.{i}.amount")
    y = max(y + 40, 520)
    canvas.line(60, y, 1560, y, RED)
    canvas.pair(80, y + 34, "金额合计（大写）：", fields["total_upper"], 23, RED, "total_upper")
    canvas.pair(1060, y + 34, "（小写）：￥", fields["total"], 23, RED, "total")
    canvas.line(60, y + 64, 1560, y + 64, RED)
    y += 96
    info = (
        (
            ("业务流水号：", extras["serial_no"], None),
            ("门诊号：", extras["record_no"], None),
            ("就诊日期：", extras["visit_date"], None),
            ("医保类型：", spec.insurance_type, None),
        ),
        (
            ("统筹基金支付：", fields["pool_pay"], "pool_pay"),
            ("其他支付：", fields["other_pay"], "other_pay"),
            ("个人账户支付：", fields["account_pay"], "account_pay"),
            ("个人现金支付：", fields["cash_pay"], "cash_pay"),
        ),
        (
            ("个人自付：", fields["self_pay"], "self_pay"),
            ("个人自费：", fields["self_expense"], "self_expense"),
            ("先行自付：", "0.00", None),
            ("起付线：", "0.00", None),
        ),
    )
    for i, line in enumerate(info):
        for (label, value, field), x in zip(line, (80, 500, 840, 1220), strict=True):
            canvas.pair(x, y + i * 38, label, value, 20, RED, field)
    y += 3 * 38 + 20
    canvas.pair(80, y, "收款单位（章）：", spec.hospital, 22, RED, "hospital")
    canvas.pair(1000, y, "收款人：", invent_name(rng), 22, RED)
    canvas.seal(520, y - 14, 84, 84, spec.hospital, "医疗收费专用章", True)
    canvas.height = round(y + 110)
    return Sheet(canvas, fields, "coded_bill", yuan(spec.total_fen), printed.qr, spec.qr_style)


def numbered_pairs(rng: Random) -> Sheet:
    """门诊收费收据 with numbered charges in three columns and a block 医保结算信息 in brackets."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    leave_out(printed, "other_pay")
    fields, extras = printed.fields, printed.extras
    fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen)
    drop = rng.uniform(0, 3)
    canvas = Canvas(1560, 1200, (250, 252, 249), "dots", "song", "song")
    canvas.text(780, 56, f"{spec.hospital}", 34, GREEN, "song-bold", "mm", "hospital")
    canvas.text(780, 104, "门诊收费收据", 30, GREEN, "song", "mm")
    canvas.pair(1120, 104, "收据编号", fields["bill_no"], 22, GREEN, "bill_no")
    for x, label, value, field in (
        (80, "病人姓名", fields["payer"], "payer"), (420, "性别", extras["gender"], None),
        (620, "费别", spec.insurance_type, None),
        (1120, "收费日期", f"{spec.date:%Y.%m.%d}", "date"),
    ):  # fmt: skip
        canvas.pair(x, 160, label, value, 22, GREEN, field, drop)
    canvas.line(60, 184, 1500, 184, GREEN)
    for i, item in enumerate(fields["items"]):
        x, y = 80 + i % 3 * 480, 222 + i // 3 * 44
        canvas.text(x, y + drop, f"{i + 1}.", 21)
        canvas.text(x + 50, y + drop, item["name"], 22, field=f"items.{i}.name")
        canvas.text(x + 430, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    y = 222 + -(-len(fields["items"]) // 3) * 44
    canvas.line(60, y, 1500, y, GREEN)
    canvas.pair(80, y + 36, "费用合计(大写)", fields["total_upper"], 23, GREEN, "total_upper", drop)
    canvas.pair(1060, y + 36, "小写 ￥", fields["total"], 24, GREEN, "total", drop)
    canvas.text(80, y + 86, "【医保结算信息】", 22, GREEN, "song")
    for i, (label, value, field) in enumerate(
        (
            ("统筹支付", fields["pool_pay"], "pool_pay"),
            ("账户支付", fields["account_pay"], "account_pay"),
            ("现金支付", fields["cash_pay"], "cash_pay"),
            ("账户余额", "811.20", None),
        )
    ):
        canvas.pair(300 + i * 300, y + 86, f"{label}:", value, 22, GREEN, field, drop)
    canvas.pair(80, y + 136, "收费员", f"{rng.randrange(100, 999)}", 22, GREEN)
    canvas.seal(900, y + 150, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 250)
    return Sheet(canvas, fields, "numbered_pairs", yuan(spec.total_fen))


def discharge_grid(rng: Random) -> Sheet:
    """出院结算收据: a ruled grid of charges, name and sum each in a cell, three pairs to a row; shares in a grid below."""
    spec = invent_known(rng, "paper_in", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    canvas = Canvas(1500, 1500, (252, 250, 246), rng.choice(("laser", "dots")), "song", "song")
    canvas.text(750, 56, f"{spec.province}医疗单位住院收费专用收据", 34, BROWN, "song-bold", "mm")
    for x, label, value, field in (
        (80, "姓名：", fields["payer"], "payer"),
        (400, "住院号：", extras["record_no"], None),
        (760, "科室：", extras["department"], None),
        (1080, "收据号：", fields["bill_no"], "bill_no"),
    ):
        canvas.pair(x, 120, label, value, 22, BROWN, field)
    stay = extras["stay"]
    canvas.pair(80, 162, "住院日期：", f"{stay[:4]}.{stay[4:6]}.{stay[6:8]}－{spec.date:%Y.%m.%d}", 22, BROWN)
    canvas.pair(1080, 162, "结账日期：", f"{spec.date:%Y.%m.%d}", 22, BROWN, "date")
    cells = [(item["name"], item["amount"], f"items.{i}.amount") for i, item in enumerate(fields["items"])]
    cells += [("", "", "")] * (-len(cells) % 3)
    rows = [tuple((n, v, f or None) for n, v, f in cells[i : i + 3]) for i in range(0, len(cells), 3)]
    edges = (80, 320, 530, 770, 980, 1220, 1420)
    y = ruled(canvas, rows, edges, 200, BROWN, size=21, height=46)
    canvas.pair(90, y + 36, "合计金额（大写）", fields["total_upper"], 23, BROWN, "total_upper")
    canvas.pair(1000, y + 36, "￥", fields["total"], 24, BROWN, "total")
    shares = (
        (
            ("医保统筹", fields["pool_pay"], "pool_pay"),
            ("其他基金", fields["other_pay"], "other_pay"),
            ("个人账户", fields["account_pay"], "account_pay"),
        ),
        (
            ("个人现金", fields["cash_pay"], "cash_pay"),
            ("预交金", extras["prepaid"], None),
            ("退款", extras["refunded"], None),
        ),
    )
    y = ruled(canvas, shares, edges, y + 70, BROWN, size=21, height=46)
    canvas.pair(90, y + 40, "收款单位（公章）：", spec.hospital, 22, BROWN, "hospital")
    canvas.pair(1080, y + 40, "收款人：", invent_name(rng), 22, BROWN)
    canvas.seal(560, y + 30, 80, 80, spec.hospital, "财务专用章", True)
    canvas.height = round(y + 130)
    return Sheet(canvas, fields, "discharge_grid", yuan(spec.total_fen))
