"""Papers from the counters of four kinds of hospital: an army's, a maternity's, a private one's, a county's."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BLUE, GREEN, Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import leave_out, printed_with_funds
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK: Ink = (40, 40, 44)


def army_receipt(rng: Random) -> Sheet:
    """军队医疗机构门诊收费票据: 伤病员 instead of 患者, charges in two columns without heads for their names."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    leave_out(printed, "pool_pay", "other_pay", "account_pay", "cash_pay")
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 3)
    canvas = Canvas(1480, 1100, (252, 252, 248), "dots", "song", "song")
    canvas.text(740, 56, "军队医疗机构门诊收费票据", 36, GREEN, "song-bold", "mm")
    canvas.pair(1060, 116, "票据号：", fields["bill_no"], 23, GREEN, "bill_no")
    for x, label, value, field in (
        (80, "伤病员姓名：", fields["payer"], "payer"),
        (440, "身份类别：", "地方", None),
        (760, "性别：", extras["gender"], None),
        (1060, "收费日期：", f"{spec.date.year}/{spec.date.month}/{spec.date.day}", "date"),
    ):
        canvas.pair(x, 164, label, value, 22, GREEN, field, drop)
    for x in (80, 760):
        canvas.text(x, 212, "收费项目", 22, GREEN, "song")
        canvas.text(x + 560, 212, "应收金额", 22, GREEN, "song", "rm")
    for i, item in enumerate(fields["items"]):
        x, y = (80, 760)[i % 2], 256 + i // 2 * 40
        canvas.text(x, y + drop, item["name"], 22, field=f"items.{i}.name")
        canvas.text(x + 560, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    y = 256 + -(-len(fields["items"]) // 2) * 40
    for line in (188, 234, y):
        canvas.line(70, line, 1410, line, GREEN, 1)
    canvas.pair(80, y + 38, "实收金额（大写）：", fields["total_upper"], 24, GREEN, "total_upper", drop)
    canvas.pair(980, y + 38, "实收金额：", fields["total"], 24, GREEN, "total", drop)
    canvas.pair(80, y + 94, "收费单位（财务专用章）：", spec.hospital, 22, GREEN, "hospital", drop)
    canvas.pair(1060, y + 94, "收费人：", invent_name(rng), 22, GREEN, None, drop)
    canvas.seal(560, y + 84, 84, 84, spec.hospital, "财务专用章", True)
    canvas.height = round(y + 190)
    return Sheet(canvas, fields, "army_receipt", yuan(spec.total_fen))


def in_sections(rng: Random) -> Sheet:
    """住院费用结算凭证 in numbered sections, charges and shares as numbered phrases with 元 behind their sums."""
    printed, _ = printed_with_funds(rng, "paper_in", 0)
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    canvas = Canvas(1400, 1800, (255, 255, 255), "laser", "song", "song")
    canvas.text(700, 60, spec.hospital, 34, _INK, "song-bold", "mm", "hospital")
    canvas.text(700, 108, "住院费用结算凭证", 30, _INK, "song", "mm")
    y = 170.0

    def section(title: str, phrases: list[tuple[str, str, str | None, str]]) -> None:
        nonlocal y
        canvas.text(80, y, title, 24, _INK, "hei")
        for i, (label, value, field, unit) in enumerate(phrases):
            x, row = (100, 740)[i % 2], y + 44 + i // 2 * 42
            end = canvas.pair(x, row, f"{i + 1}. {label}：", value, 22, _INK, field)
            canvas.text(end + 4, row, unit, 22)
        y += 60 + -(-len(phrases) // 2) * 42

    section(
        "一、基本信息",
        [
            ("患者姓名", fields["payer"], "payer", ""),
            ("结算单据号", fields["bill_no"], "bill_no", ""),
            ("住院科室", extras["department"], None, ""),
            ("结算日期", f"{spec.date:%Y-%m-%d}", "date", ""),
        ],
    )
    section(
        "二、费用明细",
        [(item["name"], item["amount"], f"items.{i}.amount", "元") for i, item in enumerate(fields["items"])],
    )
    section(
        "三、结算信息",
        [
            ("总费用", fields["total"], "total", "元"),
            ("总费用大写", fields["total_upper"], "total_upper", ""),
            ("医保统筹支付", fields["pool_pay"], "pool_pay", "元"),
            ("其他基金支付", fields["other_pay"], "other_pay", "元"),
            ("个人账户支付", fields["account_pay"], "account_pay", "元"),
            ("个人现金支付", fields["cash_pay"], "cash_pay", "元"),
            ("已交押金", extras["prepaid"], None, "元"),
            ("应退押金", extras["refunded"], None, "元"),
        ],
    )
    canvas.pair(100, y + 10, "经办：", invent_name(rng), 22, _INK)
    canvas.seal(1100, y - 20, 84, 84, spec.hospital, "住院结算专用章", True)
    canvas.height = round(y + 110)
    return Sheet(canvas, fields, "in_sections", yuan(spec.total_fen))


def many_sums(rng: Random) -> Sheet:
    """缴费清单 of a private hospital: list price, discount and sum beside each charge, the sums repeated at the foot."""
    spec = invent_known(rng, "paper_out", detailed=True)
    printed = print_out(spec)
    leave_out(printed, "pool_pay", "other_pay", "account_pay")
    fields, extras = printed.fields, printed.extras
    fields["cash_pay"] = None
    canvas = Canvas(1400, 1600, (255, 255, 255), "laser", "hei", "hei")
    canvas.text(80, 60, spec.hospital, 32, BLUE, "hei-bold", field="hospital")
    canvas.text(1320, 60, "缴费清单", 30, BLUE, "hei", "rm")
    for row, y in (
        (
            (("客户：", fields["payer"], "payer"), ("年龄：", "6岁", None), ("单号：", fields["bill_no"], "bill_no")),
            120,
        ),
        (
            (
                ("科室：", extras["department"], None),
                ("医生：", invent_name(rng), None),
                ("缴费时间：", f"{spec.date:%Y-%m-%d %H:%M}", "date"),
            ),
            162,
        ),
    ):
        for (label, value, field), x in zip(row, (80, 500, 860), strict=True):
            canvas.pair(x, y, label, value, 22, _INK, field)
    heads = (
        (80, "服务项目", "lm"),
        (640, "数量", "rm"),
        (820, "原价", "rm"),
        (1000, "优惠", "rm"),
        (1300, "实付金额", "rm"),
    )
    for x, head, anchor in heads:
        canvas.text(x, 220, head, 22, BLUE, anchor=anchor)
    top = 264.0
    for i, item in enumerate(fields["items"]):
        less = rng.randrange(0, 30) * 100
        price = int(item["amount"].replace(".", "")) + less
        canvas.text(80, top, item["name"], 22, field=f"items.{i}.name")
        for x, value in ((640, "1"), (820, yuan(price)), (1000, yuan(less))):
            canvas.text(x, top, value, 22, anchor="rm")
        canvas.text(1300, top, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
        top += 44
    canvas.line(80, top, 1320, top, BLUE)
    canvas.text(860, top + 36, "合计金额", 24, _INK)
    canvas.text(1300, top + 36, f"￥{fields['total']}", 26, anchor="rm", field="total")
    canvas.pair(80, top + 36, "人民币：", fields["total_upper"], 23, _INK, "total_upper")
    canvas.text(80, top + 84, "支付方式：微信  本单据不作报销凭证", 20)
    canvas.height = round(top + 140)
    return Sheet(canvas, fields, "many_sums", yuan(spec.total_fen))


def county_counter(rng: Random) -> Sheet:
    """医院门诊收费专用票据 of a county: values stand right of labels in another face, the shares beside the charges."""
    printed, (further,) = printed_with_funds(rng, "paper_out", 1)
    leave_out(printed, "other_pay")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    fields["cash_pay"] = yuan(int(fields["cash_pay"].replace(".", "")) + spec.other_pay_fen)
    drop = rng.uniform(0, 3)
    canvas = Canvas(1480, 1100, (250, 250, 252), rng.choice(("dots", "laser")), "kai", "song")
    canvas.text(740, 56, f"{spec.province}县级公立医院门诊收费专用票据", 34, BLUE, "kai", "mm")
    for x, y, label, value, field in (
        (80, 118, "姓　　名", fields["payer"], "payer"),
        (480, 118, "性　　别", extras["gender"], None),
        (1040, 118, "№", fields["bill_no"], "bill_no"),
        (80, 160, "人员类别", spec.insurance_type, None),
        (480, 160, "门 诊 号", extras["record_no"], None),
        (1040, 160, "收费时间", f"{spec.date:%Y-%m-%d} 08:33", "date"),
    ):
        canvas.pair(x, y, label, value, 22, BLUE, field, drop)
    canvas.text(80, 212, "费用项目", 22, BLUE, "kai")
    canvas.text(640, 212, "金额", 22, BLUE, "kai", "rm")
    canvas.text(800, 212, "结算情况", 22, BLUE, "kai")
    for i, item in enumerate(fields["items"]):
        y = 256 + i * 40
        canvas.text(80, y + drop, item["name"], 22, field=f"items.{i}.name")
        canvas.text(640, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    shares = (
        ("统筹基金", fields["pool_pay"], "pool_pay"), ("医疗救助", further, None),
        ("个人账户", fields["account_pay"], "account_pay"), ("现金支付", fields["cash_pay"], "cash_pay"),
    )  # fmt: skip
    for i, (label, value, field) in enumerate(shares):
        canvas.text(800, 256 + i * 40, label, 22, BLUE, "kai")
        canvas.text(1380, 256 + i * 40 + drop, value, 22, anchor="rm", field=field)
    y = 256 + max(len(fields["items"]), 4) * 40
    canvas.line(720, 190, 720, y, BLUE, 1)
    for line in (188, 234, y):
        canvas.line(70, line, 1410, line, BLUE, 1)
    canvas.pair(80, y + 38, "合计（大写）", fields["total_upper"], 24, BLUE, "total_upper", drop)
    canvas.pair(1000, y + 38, "（小写）￥", fields["total"], 24, BLUE, "total", drop)
    canvas.pair(80, y + 94, "开票单位（章）", spec.hospital, 22, BLUE, "hospital", drop)
    canvas.pair(1040, y + 94, "开票人", invent_name(rng), 22, BLUE, None, drop)
    canvas.seal(620, y + 80, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 190)
    return Sheet(canvas, fields, "county_counter", yuan(spec.total_fen))
