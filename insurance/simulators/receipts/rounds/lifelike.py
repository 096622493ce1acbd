"""Five papers after what hospitals' own programs print: words, order and remarks as they are met in life."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.inks import BROWN, GREEN, RED, Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import Cell, leave_out, printed_with_funds, renamed, wrapped
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, print_out, yuan

_INK: Ink = (40, 40, 44)
_DRUGS = (
    "G布地格福吸入气雾剂【每瓶120揿】", "醋酸泼尼松片(国基)", "硫酸沙丁胺醇吸入气雾剂(省3、国基)", "阿莫西林克拉维酸钾分散片[甲]",
    "▲盐酸氨溴索口服溶液100ml:0.6g", "小儿豉翘清热颗粒(无蔗糖)",
)  # fmt: skip


def _split(fen: int, rng: Random) -> list[int]:
    """A sum in one or two parts."""
    if fen < 4_00 or rng.random() < 0.4:
        return [fen]
    first = int(fen * rng.uniform(0.2, 0.7))
    return [first, fen - first]


def _electronic_head(canvas: Canvas, printed: Printed, title: str) -> None:
    fields, extras = printed.fields, printed.extras
    canvas.text(790, 66, title, 42, RED, "kai", "mm")
    canvas.seal(790, 74, 116, 74, "全国统一财政电子票据监制章", "财政部监制")
    if printed.qr:
        canvas.qr(1330, 36, 140, printed.qr)
    rows = (
        ((80, "票据代码：", fields["bill_code"], "bill_code"), (760, "票据号码：", fields["bill_no"], "bill_no")),
        (
            (80, "交款人统一社会信用代码：", extras["payer_id"], None),
            (760, "校验码：", fields["check_code"], "check_code"),
        ),
        ((80, "交款人：", fields["payer"], "payer"), (760, "开票日期：", fields["date"], "date")),
    )
    for i, row in enumerate(rows):
        for x, label, value, field in row:
            canvas.pair(x, 150 + i * 40, label, value, 22, RED, field)


def _shares(printed: Printed) -> tuple[tuple[Cell, ...], ...]:
    labels = (
        (("医保统筹基金支付", "pool_pay"), ("其他支付", "other_pay"), ("个人账户支付", "account_pay")),
        (("个人现金支付", "cash_pay"), ("个人自付", "self_pay"), ("个人自费", "self_expense")),
    )
    return tuple(tuple((f"{label}：", printed.fields[name], name) for label, name in row) for row in labels)


def _electronic_foot(canvas: Canvas, printed: Printed, y: float, rng: Random) -> None:
    canvas.pair(80, y + 36, "收款单位（章）：", printed.spec.hospital, 22, RED, "hospital")
    canvas.pair(860, y + 36, "复核人：", invent_name(rng), 22, RED)
    canvas.pair(1180, y + 36, "收款人：", invent_name(rng), 22, RED)
    canvas.seal(rng.randrange(400, 560), y + 20, 84, 84, printed.spec.hospital, "医疗收费专用章", True)
    canvas.height = round(y + 130)


def with_details(rng: Random) -> Sheet:
    """医疗门诊收费票据（电子） with drugs below 西药费, names and remarks over several lines."""
    spec = invent_known(rng, "outpatient", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    canvas = Canvas(1560, 1900, (255, 255, 255), "laser", "kai", "song")
    _electronic_head(canvas, printed, f"{spec.province}医疗门诊收费票据（电子）")
    y = 300.0
    for x, head, anchor in (
        (90, "项目名称", "lm"),
        (720, "数量/单位", "mm"),
        (1000, "金额（元）", "mm"),
        (1290, "备注", "mm"),
    ):
        canvas.text(x, y, head, 22, RED, "kai", anchor)
    canvas.line(80, y + 24, 1480, y + 24, RED)
    y += 52
    for i, item in enumerate(fields["items"]):
        canvas.text(90, y, item["name"], 22, field=f"items.{i}.name")
        canvas.text(720, y, "1", 22, anchor="mm")
        canvas.text(1050, y, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
        y += 36
    canvas.text(90, y, "以下是清单项", 21)
    y += 36
    for item in fields["items"]:
        for part in _split(int(item["amount"].replace(".", "")), rng):
            lines = wrapped(rng.choice(_DRUGS), 14)
            canvas.text(720, y, f"{rng.randrange(1, 4)}盒", 20, anchor="mm")
            canvas.text(1050, y, yuan(part), 20, anchor="rm")
            for line in lines:
                canvas.text(110, y, line, 20)
                y += 30
    y = max(y + 10, 560)
    canvas.line(80, y, 1480, y, RED)
    canvas.pair(90, y + 32, "金额合计（大写）", fields["total_upper"], 24, RED, "total_upper")
    canvas.pair(1000, y + 32, "(小写)", fields["total"], 24, RED, "total")
    canvas.line(80, y + 62, 1480, y + 62, RED)
    info = (
        (("业务流水号：", extras["serial_no"], None), ("门诊号：", extras["record_no"], None), ("就诊日期：", extras["visit_date"], None)),
        (("医疗机构类型：", extras["institution"], None), ("医保类型：", spec.insurance_type, None), ("性别：", extras["gender"], None)),
        *_shares(printed),
        (("政策性减免：", "0.00", None), ("大病保险支付：", "0.00", None), ("个人账户余额：", "23,689.46", None)),
    )  # fmt: skip
    for i, row in enumerate(info):
        for (label, value, field), x in zip(row, (100, 600, 1060), strict=True):
            canvas.pair(x, y + 92 + i * 38, label, value, 20, RED, field)
    _electronic_foot(canvas, printed, y + 92 + 5 * 38, rng)
    return Sheet(canvas, fields, "with_details", yuan(spec.total_fen), printed.qr, spec.qr_style)


def with_remark(rng: Random) -> Sheet:
    """医疗住院收费票据（电子） whose remark runs on with yearly sums and funds of nothing."""
    printed, _ = printed_with_funds(rng, "inpatient", 0)
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    canvas = Canvas(1560, 1500, (255, 255, 255), "laser", "kai", "song")
    _electronic_head(canvas, printed, f"{spec.province}医疗住院收费票据（电子）")
    for x in (90, 800):
        for dx, head in ((0, "项目名称"), (320, "数量/单位"), (500, "金额（元）")):
            canvas.text(x + dx, 300, head, 21, RED, "kai")
    for i, item in enumerate(fields["items"]):
        x, y = (90, 800)[i % 2], 345 + i // 2 * 38
        canvas.text(x, y, item["name"], 21, field=f"items.{i}.name")
        canvas.text(x + 340, y, "1/项", 21)
        canvas.text(x + 600, y, item["amount"], 21, anchor="rm", field=f"items.{i}.amount")
    y = max(345 + -(-len(fields["items"]) // 2) * 38, 560)
    canvas.line(80, y, 1480, y, RED)
    canvas.pair(90, y + 32, "金额合计（大写）", fields["total_upper"], 24, RED, "total_upper")
    canvas.pair(1000, y + 32, "(小写)￥", fields["total"], 24, RED, "total")
    info = (
        (("业务流水号：", extras["serial_no"], None), ("病历号：", extras["record_no"], None), ("住院科别：", extras["department"], None)),
        (("住院时间：", extras["stay"], None), ("预缴金额：", extras["prepaid"], None), ("补缴金额：", extras["topped_up"], None)),
        (("退费金额：", extras["refunded"], None), ("医保类型：", spec.insurance_type, None), ("性别：", extras["gender"], None)),
        *_shares(printed),
    )  # fmt: skip
    for i, row in enumerate(info):
        for (label, value, field), x in zip(row, (100, 620, 1060), strict=True):
            canvas.pair(x, y + 84 + i * 36, label, value, 20, RED, field)
    y += 84 + 5 * 36
    inside = yuan(spec.pool_pay_fen * 9 // 8)
    remark = (
        f"备注：医保总金额：{fields['total']}符合统筹：{inside}账户余额：4301.09医疗救助基金：0大病保险：0公务员补助"
    )
    canvas.text(100, y + 6, remark, 19)
    canvas.text(100, y + 36, "支付：0企业补充保险：0符合政策范围金额：169.87其他基金：0伙食补助：0起付线：0", 19)
    canvas.box(80, 275, 1480, y + 60, RED, 2)
    _electronic_foot(canvas, printed, y + 60, rng)
    return Sheet(canvas, fields, "with_remark", yuan(spec.total_fen), printed.qr, spec.qr_style)


def southern_old(rng: Random) -> Sheet:
    """医疗机构门诊收费收据: names without 费 and shares standing upright between two ruled columns."""
    spec = invent_known(rng, "paper_out", detailed=False)
    short = {
        "西药费": "西药",
        "中成药费": "中成药",
        "中药饮片": "中草药",
        "诊察费": "诊金",
        "化验费": "化验",
        "检查费": "检查",
        "治疗费": "治疗",
    }
    spec = renamed(spec, [short.get(name, name) for name, _ in spec.items])
    printed = print_out(spec)
    leave_out(printed, "other_pay", "account_pay")
    fields, extras = printed.fields, printed.extras
    fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen + spec.account_pay_fen)
    drop = rng.uniform(0, 4)
    canvas = Canvas(1480, 1000, (251, 251, 246), "dots", "song", "song")
    canvas.text(740, 56, f"{spec.province}医疗机构门诊收费收据", 36, BROWN, "song-bold", "mm")
    canvas.pair(90, 118, "系列号:", f"A{rng.randrange(10**5):05d}", 23, BROWN)
    day = spec.date
    canvas.text(700, 118 + drop, f"{day.year} 年 {day.month} 月 {day.day} 日", 23, anchor="mm", field="date")
    canvas.pair(1080, 118, "No:", fields["bill_no"], 24, BROWN, "bill_no")
    canvas.pair(90, 166, "姓名:", fields["payer"], 23, BROWN, "payer", drop)
    canvas.pair(420, 166, "性别:", extras["gender"], 23, BROWN, drop=drop)
    canvas.pair(700, 166, "费别:", spec.insurance_type, 23, BROWN, drop=drop)
    for x, head in ((90, "药品项目"), (330, "金     额"), (560, "诊疗项目"), (830, "金     额")):
        canvas.text(x, 216, head, 22, BROWN, "song")
    for i, item in enumerate(fields["items"]):
        x, y = (90, 560)[i % 2], 262 + i // 2 * 40
        canvas.text(
            x, y + drop, "  ".join(item["name"]) if len(item["name"]) < 4 else item["name"], 22, field=f"items.{i}.name"
        )
        canvas.text(x + 370, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    for i, character in enumerate("其中"):
        canvas.text(1030, 262 + i * 40, character, 22, BROWN, "song", "mm")
    for i, (label, value, field) in enumerate(
        (("记账金额", fields["pool_pay"], None), ("自费金额", fields["cash_pay"], "self_expense"))
    ):
        canvas.text(1070, 262 + i * 40, label, 22, BROWN, "song")
        canvas.text(1400, 262 + i * 40 + drop, value, 22, anchor="rm", field=field)
    leave_out(printed, "pool_pay", "cash_pay")
    fields["self_expense"] = yuan(spec.total_fen - spec.pool_pay_fen)
    y = 262 + max(-(-len(fields["items"]) // 2), 2) * 40
    for line in (190, 240, y):
        canvas.line(80, line, 1420, line, BROWN, 1)
    canvas.pair(90, y + 40, "合计人民币(大写):", fields["total_upper"], 24, BROWN, "total_upper", drop)
    canvas.pair(1000, y + 40, "￥:", fields["total"], 25, BROWN, "total", drop)
    canvas.pair(90, y + 96, "收费单位 (盖章) :", spec.hospital, 22, BROWN, "hospital", drop)
    canvas.pair(700, y + 96, "审核员:", "", 22, BROWN)
    canvas.pair(1080, y + 96, "收款员:", invent_name(rng), 22, BROWN, drop=drop)
    canvas.seal(rng.randrange(360, 520), y + 90, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 180)
    return Sheet(canvas, fields, "southern_old", yuan(spec.total_fen))


def delta_slip(rng: Random) -> Sheet:
    """门诊收费凭证 of a delta town, every fact a sentence of its own, own shares in running text."""
    printed, (further,) = printed_with_funds(rng, "paper_out", 1)
    leave_out(printed, "other_pay")
    fields, spec = printed.fields, printed.spec
    own = int(fields["cash_pay"].replace(".", "")) + spec.other_pay_fen
    fields["cash_pay"] = yuan(own)
    expense = min(spec.self_expense_fen, own)
    fields["self_expense"] = yuan(expense)
    canvas = Canvas(900, 1800, (250, 250, 250), rng.choice(("laser", "thermal")), "song", "song")
    canvas.text(450, 50, f"{spec.hospital}门诊收费凭证", 28, _INK, "hei-bold", "mm", "hospital")
    y = 110.0
    for left, right in (
        (("凭证号：", fields["bill_no"], "bill_no"), ("打印时间：", f"{spec.date:%Y-%m-%d} 15:20:11", None)),
        (("姓名：", fields["payer"], "payer"), ("收费日期：", f"{spec.date:%Y-%m-%d}", "date")),
    ):
        for (label, value, field), x in zip((left, right), (40, 460), strict=True):
            canvas.pair(x, y, label, value, 21, _INK, field)
        y += 38
    for x, head, anchor in ((40, "项目", "lm"), (520, "数量", "rm"), (650, "单价", "rm"), (840, "金额", "rm")):
        canvas.text(x, y, head, 21, _INK, anchor=anchor)
    y += 36
    for i, item in enumerate(fields["items"]):
        canvas.text(40, y, item["name"], 21, field=f"items.{i}.name")
        canvas.text(520, y, "1", 21, anchor="rm")
        canvas.text(650, y, item["amount"], 21, anchor="rm")
        canvas.text(840, y, item["amount"], 21, anchor="rm", field=f"items.{i}.amount")
        y += 36
    y += 10
    canvas.pair(40, y, "合计（大写）：", fields["total_upper"], 22, _INK, "total_upper")
    y += 40
    for row in (
        (
            ("总额：", fields["total"], "total"),
            ("优惠：", "0.00", None),
            ("个人支付：", fields["cash_pay"], "cash_pay"),
        ),
        (("个人账户支付：", fields["account_pay"], "account_pay"), ("医保统筹支付：", fields["pool_pay"], "pool_pay")),
        (("附加支付：", further, None), ("当年账户余额：", "102.11", None)),
    ):
        for (label, value, field), x in zip(row, (40, 340, 580) if len(row) == 3 else (40, 460), strict=True):
            canvas.pair(x, y, label, value, 21, _INK, field)
        y += 38
    canvas.text(40, y, f"现金支付中：分类自负{yuan((own - expense) // 2)}元", 21)
    canvas.text(460, y, f"自负{yuan((own - expense) // 2)}元", 21)
    y += 38
    canvas.text(40, y, f"自费{fields['self_expense']}元（不属于医保报销范围）", 21, field="self_expense")
    canvas.height = round(y + 60)
    fade(canvas, rng, 0.25)
    return Sheet(canvas, fields, "delta_slip", yuan(spec.total_fen))


def northern_old(rng: Random) -> Sheet:
    """医疗门诊收费票据 of machine print: own shares as columns of the charges, 大额记账 and 大病补充 beside the total."""
    printed, (large, serious) = printed_with_funds(rng, "paper_out", 2)
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    drop = rng.uniform(0, 4)
    canvas = Canvas(1500, 1100, (249, 252, 249), "dots", "song", "song")
    canvas.text(750, 56, f"{spec.province}医疗门诊收费票据", 38, GREEN, "song-bold", "mm")
    canvas.pair(90, 116, "票据批次：", "0A[2018]", 22, GREEN)
    canvas.pair(1000, 116, "票据号码：", fields["bill_no"], 24, GREEN, "bill_no")
    canvas.pair(90, 162, "业务流水号：", extras["serial_no"], 21, GREEN, drop=drop)
    canvas.pair(
        1000,
        162,
        "收费日期：",
        f"{spec.date.year}年{spec.date.month:02d}月{spec.date.day:02d}日",
        22,
        GREEN,
        "date",
        drop,
    )
    for x, label, value, field in (
        (90, "姓名 ", fields["payer"], "payer"),
        (420, "性别 ", extras["gender"], None),
        (640, "医保类型 ", spec.insurance_type, None),
        (1080, "医疗机构类型 ", extras["institution"], None),
    ):
        canvas.pair(x, 210, label, value, 22, GREEN, field, drop)
    for x, head in ((90, "项目"), (560, "数量"), (780, "金额"), (1010, "自费"), (1250, "自付金额")):
        canvas.text(x, 256, head, 22, GREEN, "song")
    y = 300.0
    for i, item in enumerate(fields["items"]):
        canvas.text(90, y + drop, item["name"], 22, field=f"items.{i}.name")
        canvas.text(600, y + drop, "1", 22, anchor="rm")
        canvas.text(850, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
        canvas.text(1080, y + drop, "0.00", 22, anchor="rm")
        canvas.text(1350, y + drop, yuan(int(item["amount"].replace(".", "")) // 5), 22, anchor="rm")
        y += 38
    canvas.line(80, 234, 1420, 234, GREEN, 1)
    canvas.line(80, y, 1420, y, GREEN, 1)
    canvas.pair(90, y + 34, "合计(大写)：", fields["total_upper"], 24, GREEN, "total_upper", drop)
    canvas.pair(1000, y + 34, "￥", fields["total"], 25, GREEN, "total", drop)
    shares = (
        ("医保统筹支付：", fields["pool_pay"], "pool_pay"),
        ("个人账户支付：", fields["account_pay"], "account_pay"),
        ("其他医保支付：", fields["other_pay"], "other_pay"),
        ("大额记账：", large, None),
        ("大病补充：", serious, None),
        ("现金支付：", fields["cash_pay"], "cash_pay"),
    )
    for i, (label, value, field) in enumerate(shares):
        canvas.pair(90 + i % 3 * 460, y + 84 + i // 3 * 42, label, value, 22, GREEN, field, drop)
    canvas.pair(90, y + 190, "收款单位(章)：", spec.hospital, 22, GREEN, "hospital", drop)
    canvas.pair(1000, y + 190, "收款人(签章)：", invent_name(rng), 22, GREEN, drop=drop)
    canvas.seal(rng.randrange(360, 520), y + 170, 86, 86, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 270)
    return Sheet(canvas, fields, "northern_old", yuan(spec.total_fen))
