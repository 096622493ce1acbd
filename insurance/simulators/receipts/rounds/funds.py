"""Four papers on which more funds pay than the national form has places for."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BLUE, GREEN, RED, Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.rounds.grid import Cell, heads_and_values, leave_out, printed_with_funds, ruled
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, yuan

_INK: Ink = (40, 40, 46)


def _charges(
    canvas: Canvas, printed: Printed, columns: tuple[tuple[float, float], ...], top: float, drop: float = 0
) -> float:
    """Names and sums in so many columns, row by row; gives where the next line would stand."""
    items = printed.fields["items"]
    for i, item in enumerate(items):
        (x, end), y = columns[i % len(columns)], top + i // len(columns) * 42
        canvas.text(x, y + drop, item["name"], 22, field=f"items.{i}.name")
        canvas.text(end, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    return top + -(-len(items) // len(columns)) * 42


def settlement_list(rng: Random) -> Sheet:
    """基本医疗保险住院费用结算单, in the words of the national interface of social insurance."""
    printed, (serious, aid, civil) = printed_with_funds(rng, "paper_in", 3)
    leave_out(printed, "total_upper", "bill_no")
    fields, extras, day = printed.fields, printed.extras, printed.spec.date
    fields["self_expense"] = yuan(printed.spec.self_expense_fen)
    canvas = Canvas(1400, 1700, (253, 253, 253), "laser", "song", "song")
    canvas.text(700, 70, "基本医疗保险住院费用结算单", 36, _INK, "hei-bold", "mm")
    canvas.pair(80, 130, "定点医药机构名称：", fields["hospital"], 22, _INK, "hospital")
    canvas.pair(1080, 130, "单位：", "元", 22, _INK)
    edges = (80, 300, 545, 760, 960, 1130, 1320)
    top = ruled(
        canvas,
        (
            (
                ("人员姓名", fields["payer"], "payer"),
                ("性别", extras["gender"], None),
                ("险种", "居民医保", None),
            ),
            (
                ("住院号", extras["record_no"], None),
                ("出院科室", extras["department"], None),
                ("医疗类别", "普通住院", None),
            ),
            (
                ("人员编号", extras["insurance_no"], None),
                ("结算时间", f"{day.isoformat()} {rng.randrange(8, 17):02d}:{rng.randrange(60):02d}:07", "date"),
                ("住院天数", str(rng.randrange(2, 12)), None),
            ),
        ),
        (80, 230, 520, 660, 1010, 1130, 1320),
        165,
        _INK,
        size=21,
    )
    canvas.text(110, top + 36, "费用类别", 22, _INK, "song")
    canvas.text(520, top + 36, "金额", 22, _INK, "song")
    canvas.text(760, top + 36, "费用类别", 22, _INK, "song")
    canvas.text(1180, top + 36, "金额", 22, _INK, "song")
    y = _charges(canvas, printed, ((110, 570), (760, 1230)), top + 80) + 10
    rows = (
        (
            ("医疗费总额", fields["total"], "total"),
            ("全自费金额", fields["self_expense"], "self_expense"),
            ("先行自付金额", "0.00", None),
        ),
        (
            ("统筹基金支出", fields["pool_pay"], "pool_pay"),
            ("大病保险支出", serious, None),
            ("医疗救助支出", aid, None),
        ),
        (
            ("公务员补助支出", civil, None),
            ("其他支出", fields["other_pay"], "other_pay"),
            ("起付标准", "300.00", None),
        ),
        (
            ("个人账户支出", fields["account_pay"], "account_pay"),
            ("个人现金支出", fields["cash_pay"], "cash_pay"),
            ("账户余额", "81.20", None),
        ),
    )
    y = ruled(canvas, rows, edges, y, _INK, size=21)
    canvas.pair(80, y + 50, "经办人：", invent_name(rng), 22, _INK)
    canvas.pair(560, y + 50, "患者或家属签字：", "", 22, _INK)
    canvas.pair(1000, y + 50, "打印日期：", day.isoformat(), 22, _INK)
    canvas.seal(rng.randrange(240, 420), y + 40, 84, 84, printed.spec.hospital, "医保结算专用章", True)
    canvas.height = round(y + 140)
    return Sheet(canvas, fields, "settlement_list", yuan(printed.spec.total_fen))


def shares_above(rng: Random) -> Sheet:
    """门诊医疗收费收据 of a county: a row of heads for each set of shares, and what they head below."""
    printed, (serious, aid) = printed_with_funds(rng, "paper_out", 2)
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 5)
    canvas = Canvas(1500, 1100, (250, 252, 248), "dots", "kai", "song")
    canvas.text(750, 66, "门诊医疗收费收据", 42, GREEN, "kai", "mm")
    canvas.text(1120, 120, "№", 26, GREEN)
    canvas.text(1170, 120, fields["bill_no"], 27, RED, field="bill_no")
    canvas.pair(90, 172, "姓 名", fields["payer"], 24, GREEN, "payer", drop)
    canvas.pair(430, 172, "性 别", extras["gender"], 24, GREEN, drop=drop)
    canvas.pair(650, 172, "医保卡号", extras["insurance_no"], 24, GREEN, drop=drop)
    day = printed.spec.date
    canvas.text(1130, 172 + drop, f"{day.year} 年 {day.month:02d} 月 {day.day:02d} 日", 24, field="date")
    for x in (90, 790):
        canvas.text(x + 130, 235, "项 目", 24, GREEN, "kai", "mm")
        canvas.text(x + 530, 235, "金 额（元）", 24, GREEN, "kai", "mm")
    canvas.line(80, 210, 1420, 210, GREEN)
    canvas.line(80, 260, 1420, 260, GREEN)
    y = _charges(canvas, printed, ((100, 680), (800, 1400)), 290, drop) + 4
    canvas.line(80, y, 1420, y, GREEN)
    canvas.pair(100, y + 34, "金额总计（大写）", fields["total_upper"], 25, GREEN, "total_upper", drop)
    canvas.pair(1050, y + 34, "￥", fields["total"], 27, GREEN, "total", drop)
    shares = (
        ("医保统筹", fields["pool_pay"], "pool_pay"),
        ("大病保险", serious, None),
        ("医疗救助", aid, None),
        ("其他补助", fields["other_pay"], "other_pay"),
        ("个人账户", fields["account_pay"], "account_pay"),
        ("个人现金", fields["cash_pay"], "cash_pay"),
    )
    y = heads_and_values(canvas, shares, 80, 1420, y + 68, GREEN, drop)
    canvas.pair(100, y + 40, "收费单位（章）", printed.spec.hospital, 24, GREEN, "hospital", drop)
    canvas.pair(1080, y + 40, "收费员", invent_name(rng), 24, GREEN, drop=drop)
    canvas.seal(rng.randrange(480, 640), y + 30, 88, 88, printed.spec.hospital, "收费专用章", True)
    canvas.height = round(y + 130)
    return Sheet(canvas, fields, "shares_above", yuan(printed.spec.total_fen))


def capital_bill(rng: Random) -> Sheet:
    """门诊收费专用收据 with what lies inside the catalogue, own shares of several kinds, and yearly sums."""
    printed, (large,) = printed_with_funds(rng, "paper_out", 1, detailed=None)
    leave_out(printed, "other_pay")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    fields["cash_pay"] = yuan(int(fields["cash_pay"].replace(".", "")) + spec.other_pay_fen)
    own = int(fields["cash_pay"].replace(".", ""))
    expense = min(spec.self_expense_fen, own)
    fields["self_expense"] = yuan(expense)
    canvas = Canvas(1620, 1100, (252, 250, 246), "laser", "song", "song")
    canvas.text(810, 60, "门诊收费专用收据", 40, BLUE, "song-bold", "mm")
    canvas.pair(90, 120, "姓名:", fields["payer"], 23, BLUE, "payer")
    canvas.pair(400, 120, "收据编码:", fields["bill_no"], 23, BLUE, "bill_no")
    canvas.pair(800, 120, "医保类别:", "城乡居民", 23, BLUE)
    canvas.pair(1200, 120, "交易流水号:", extras["serial_no"], 21, BLUE)
    heads = ((90, "项目/规格"), (520, "单价"), (640, "数量"), (760, "金额"), (900, "等级"))
    for x, head in heads:
        canvas.text(x, 180, head, 22, BLUE, "song")
    canvas.line(80, 200, 1540, 200, BLUE)
    y = 230.0
    for i, item in enumerate(fields["items"]):
        canvas.text(90, y, item["name"], 21, field=f"items.{i}.name")
        canvas.text(575, y, item["amount"], 21, anchor="rm")
        canvas.text(680, y, "1", 21, anchor="rm")
        canvas.text(815, y, item["amount"], 21, anchor="rm", field=f"items.{i}.amount")
        canvas.text(905, y, rng.choice(("无自付", "有自付", "全自付")), 20)
        y += 38
    right = (
        ("医保范围内金额", yuan(spec.total_fen - expense), None),
        ("累计医保内范围金额", yuan(spec.total_fen * 3), None),
        ("医保基金支付", fields["pool_pay"], "pool_pay"),
        ("门诊大额支付", large, None),
        ("个人账户支付", fields["account_pay"], "account_pay"),
        ("自付一", yuan(own - expense), None),
        ("自付二", "0.00", None),
        ("自费", fields["self_expense"], "self_expense"),
        ("本次支付后账户余额", "12.30", None),
    )
    for i, (label, value, field) in enumerate(right):
        canvas.text(1040, 230 + i * 38, label, 21, BLUE, "song")
        canvas.text(1520, 230 + i * 38, value, 21, anchor="rm", field=field)
    y = max(y, 230 + len(right) * 38) + 10
    canvas.line(80, y, 1540, y, BLUE)
    canvas.pair(90, y + 36, "合计(大写):", fields["total_upper"], 24, BLUE, "total_upper")
    canvas.pair(800, y + 36, "￥:", fields["total"], 24, BLUE, "total")
    canvas.pair(1100, y + 36, "个人支付:", fields["cash_pay"], 24, BLUE, "cash_pay")
    canvas.pair(90, y + 84, "收款单位(公章):", spec.hospital, 22, BLUE, "hospital")
    canvas.pair(900, y + 84, "收款人(签章):", invent_name(rng), 22, BLUE)
    canvas.pair(1250, y + 84, "日期:", f"{spec.date:%Y-%m-%d}", 22, BLUE, "date")
    canvas.seal(rng.randrange(420, 560), y + 70, 86, 86, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 170)
    return Sheet(canvas, fields, "capital_bill", yuan(spec.total_fen))


def eastern_bill(rng: Random) -> Sheet:
    """医疗门急诊收费票据: an additional fund (附加基金), own shares by class, balances of this year and former ones."""
    printed, (further,) = printed_with_funds(rng, "outpatient", 1)
    leave_out(printed, "other_pay")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    fields["cash_pay"] = yuan(int(fields["cash_pay"].replace(".", "")) + spec.other_pay_fen)
    leave_out(printed, "self_pay")
    canvas = Canvas(1560, 1150, (255, 255, 255), "laser", "kai", "song")
    canvas.text(780, 70, "医疗门急诊收费票据（电子）", 42, RED, "kai", "mm")
    canvas.seal(780, 80, 116, 74, "全国统一票据监制章", "财政部监制")
    if printed.qr:
        canvas.qr(90, 40, 140, printed.qr)
    head = (
        ("票据代码 ", fields["bill_code"], "bill_code"),
        ("票据号码 ", fields["bill_no"], "bill_no"),
        ("校验码 ", fields["check_code"], "check_code"),
        ("交款人 ", fields["payer"], "payer"),
        ("开票日期 ", fields["date"], "date"),
        ("业务流水号 ", extras["serial_no"], None),
    )
    for i, (label, value, field) in enumerate(head):
        canvas.pair((90, 560, 1080)[i % 3], 215 + i // 3 * 42, label, value, 22 if field else 21, RED, field)
    canvas.box(80, 290, 1480, 820, RED, 2)
    for x in (100, 800):
        canvas.text(x, 318, "项目名称", 22, RED, "kai")
        canvas.text(x + 600, 318, "金额", 22, RED, "kai", "rm")
    end = _charges(canvas, printed, ((100, 700), (800, 1400)), 362)
    y = max(end + 10, 520)
    canvas.line(80, y, 1480, y, RED)
    canvas.pair(100, y + 34, "合计人民币（大写）：", fields["total_upper"], 24, RED, "total_upper")
    canvas.pair(1000, y + 34, "（小写）¥", fields["total"], 24, RED, "total")
    canvas.line(80, y + 66, 1480, y + 66, RED)
    info: tuple[tuple[Cell, Cell], ...] = (
        (("现金支付", fields["cash_pay"], "cash_pay"), ("个人账户支付", fields["account_pay"], "account_pay")),
        (("医保统筹支付", fields["pool_pay"], "pool_pay"), ("附加支付", further, None)),
        (("分类自负", "0.00", None), ("自负", "16.40", None)),
        (("自费", fields["self_expense"], "self_expense"), ("当年账户余额", "120.33", None)),
        (("历年账户余额", "88.00", None), ("医保类型", spec.insurance_type, None)),
    )
    for i, line in enumerate(info):
        for (label, value, field), x in zip(line, (120, 820), strict=True):
            canvas.pair(x, y + 96 + i * 38, f"{label}：", value, 21, RED, field)
    bottom = y + 96 + len(info) * 38
    canvas.pair(100, bottom + 40, "收款单位（章）", spec.hospital, 22, RED, "hospital")
    canvas.pair(860, bottom + 40, "复核人", invent_name(rng), 22, RED)
    canvas.pair(1180, bottom + 40, "收款人", invent_name(rng), 22, RED)
    canvas.seal(rng.randrange(420, 560), bottom + 20, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(bottom + 130)
    return Sheet(canvas, fields, "eastern_bill", yuan(spec.total_fen), printed.qr, spec.qr_style)
