"""Three papers of the countryside: a sheet of the cooperative scheme, columns with the names of charges printed beforehand, and
a receipt written as a sentence."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BLUE, Ink
from insurance.simulators.receipts.invention import FEES, invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import Cell, in_print_order, leave_out, printed_with_funds, ruled
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK: Ink = (44, 44, 44)
_GREEN: Ink = (30, 100, 66)


def cooperative_sheet(rng: Random) -> Sheet:
    """新型农村合作医疗住院补偿结算单."""
    printed, (serious, civil) = printed_with_funds(rng, "paper_in", 2)
    leave_out(printed, "account_pay", "other_pay", "total_upper")
    fields, extras, spec = printed.fields, printed.extras, printed.spec
    own = int(fields["cash_pay"].replace(".", "")) + spec.account_pay_fen + spec.other_pay_fen
    fields["cash_pay"] = yuan(own)
    day = spec.date
    canvas = Canvas(1400, 1600, (252, 252, 250), rng.choice(("laser", "dots")), "song", "song")
    canvas.text(700, 64, "新型农村合作医疗住院补偿结算单", 36, _INK, "song-bold", "mm")
    canvas.pair(80, 122, "单据号", fields["bill_no"], 22, _INK, "bill_no")
    canvas.text(1180, 122, "单位：元", 22, _INK, "song")
    edges = (80, 270, 540, 730, 1000, 1150, 1320)
    y = ruled(
        canvas,
        (
            (
                ("患者姓名", fields["payer"], "payer"),
                ("户主姓名", invent_name(rng), None),
                ("性别", extras["gender"], None),
            ),
            (
                ("医疗证号", extras["insurance_no"], None),
                ("就诊机构", spec.hospital, "hospital"),
                ("级别", "县级", None),
            ),
            (
                ("住院号", extras["record_no"], None),
                ("入院日期", f"{extras['stay'][:4]}-{extras['stay'][4:6]}-{extras['stay'][6:8]}", None),
                ("住院天数", "6", None),
            ),
        ),
        (80, 210, 420, 560, 1010, 1110, 1320),
        150,
        _INK,
        size=21,
        centred=True,
    )
    canvas.text(700, y + 30, "费 用 明 细", 23, _INK, "song", "mm")
    rows: list[tuple[Cell, ...]] = []
    items = fields["items"]
    for i in range(0, len(items), 3):
        rows.append(
            tuple((item["name"], item["amount"], f"items.{i + j}.amount") for j, item in enumerate(items[i : i + 3]))
        )
    y = ruled(canvas, rows, edges, y + 56, _INK, size=21)
    sums: tuple[tuple[Cell, ...], ...] = (
        (
            ("医药费总额", fields["total"], "total"),
            ("可补偿费用", yuan(spec.total_fen * 9 // 10), None),
            ("起付线", "200", None),
        ),
        (
            ("合作医疗补偿额", fields["pool_pay"], "pool_pay"),
            ("大病保险补偿额", serious, None),
            ("补偿比例", "70%", None),
        ),
        (("民政救助额", civil, None), ("个人现金支付额", fields["cash_pay"], "cash_pay"), ("封顶线", "150000", None)),
    )
    y = ruled(canvas, sums, (80, 300, 520, 740, 1000, 1150, 1320), y + 20, _INK, size=21)
    canvas.pair(80, y + 50, "结算日期", f"{day.year}年{day.month}月{day.day}日", 22, _INK, "date")
    canvas.pair(560, y + 50, "经办人", invent_name(rng), 22, _INK)
    canvas.pair(960, y + 50, "领款人", "", 22, _INK)
    canvas.seal(600, y + 60, 84, 84, "新型农村合作医疗", "补偿专用章", True)
    canvas.height = round(y + 160)
    return Sheet(canvas, fields, "cooperative_sheet", yuan(spec.total_fen))


def preprinted_columns(rng: Random) -> Sheet:
    """门诊医药费收据 with the names of every charge printed beforehand in three columns, most without a sum."""
    spec = in_print_order(invent_known(rng, "paper_out", detailed=False))
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    leave_out(printed, "other_pay")
    if spec.other_pay_fen:
        fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen)
    drop = rng.uniform(0, 6)
    canvas = Canvas(1480, 940, (248, 251, 247), "dots", "kai", "song")
    canvas.text(740, 62, "门诊医药费收据", 42, _GREEN, "kai", "mm")
    canvas.pair(1060, 112, "收据号码：", fields["bill_no"], 24, _GREEN, "bill_no")
    canvas.pair(100, 162, "病人姓名", fields["payer"], 24, _GREEN, "payer", drop)
    canvas.pair(560, 162, "医疗证号", extras["insurance_no"], 24, _GREEN, drop=drop)
    canvas.pair(1060, 162, "收费日期", f"{spec.date.year}.{spec.date.month}.{spec.date.day}", 24, _GREEN, "date", drop)
    names = FEES["outpatient"]
    sums = {item["name"]: (i, item["amount"]) for i, item in enumerate(fields["items"])}
    for x in (80, 527, 974):
        canvas.text(x + 110, 215, "项目", 23, _GREEN, "kai", "mm")
        canvas.text(x + 340, 215, "金额", 23, _GREEN, "kai", "mm")
    for i, name in enumerate(names):
        x, y = 80 + i % 3 * 447, 260 + i // 3 * 46
        found = sums.get(name)
        canvas.text(x + 16, y, name, 23, _GREEN, "kai", field=f"items.{found[0]}.name" if found else None)
        if found:
            canvas.text(x + 420, y + drop, found[1], 23, anchor="rm", field=f"items.{found[0]}.amount")
    y = 250 + -(-len(names) // 3) * 46
    for line in (192, 236, y):
        canvas.line(80, line, 1421, line, _GREEN, 1)
    for x in (80, 527, 974, 1421):
        canvas.line(x, 192, x, y, _GREEN, 1)
    canvas.pair(100, y + 36, "人民币（大写）", fields["total_upper"], 25, _GREEN, "total_upper", drop)
    canvas.pair(1000, y + 36, "合计￥", fields["total"], 26, _GREEN, "total", drop)
    for i, (label, name) in enumerate(
        (("医保统筹支付", "pool_pay"), ("医保账户支付", "account_pay"), ("现金支付", "cash_pay"))
    ):
        canvas.pair(100 + i * 450, y + 90, f"其中：{label}" if i == 0 else label, fields[name], 23, _GREEN, name, drop)
    canvas.pair(100, y + 150, "医疗单位（盖章）", spec.hospital, 23, _GREEN, "hospital", drop)
    canvas.pair(1060, y + 150, "收款员", invent_name(rng), 23, _GREEN, drop=drop)
    canvas.seal(rng.randrange(460, 620), y + 140, 86, 86, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 240)
    return Sheet(canvas, fields, "preprinted_columns", yuan(spec.total_fen))


def hand_receipt(rng: Random) -> Sheet:
    """收款收据: 今收到 … 交来 …, as shops sell them, filled in by a village clinic's computer."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    leave_out(printed, "pool_pay", "other_pay", "account_pay", "cash_pay")
    fields = printed.fields
    fields["items"] = []
    canvas = Canvas(1300, 700, (252, 248, 240), "laser", "song", "kai")
    canvas.text(650, 70, "收 款 收 据", 46, BLUE, "song-bold", "mm")
    day = spec.date
    canvas.text(650, 130, f"{day.year} 年 {day.month:02d} 月 {day.day:02d} 日", 26, anchor="mm", field="date")
    canvas.text(960, 130, "NO.", 26, BLUE)
    canvas.text(1025, 130, fields["bill_no"], 27, (190, 40, 40), field="bill_no")
    canvas.box(80, 165, 1220, 500, BLUE, 2)
    end = canvas.text(110, 215, "今收到", 28, BLUE, "song")
    canvas.text(end + 30, 215, fields["payer"], 28, field="payer")
    end = canvas.text(110, 285, "交  来", 28, BLUE, "song")
    canvas.text(end + 30, 285, rng.choice(("医疗费", "门诊治疗费", "药费")), 28)
    end = canvas.text(110, 355, "人民币（大写）", 28, BLUE, "song")
    canvas.text(end + 20, 355, fields["total_upper"], 28, field="total_upper")
    canvas.text(880, 355, "￥", 30, BLUE)
    canvas.text(920, 355, fields["total"], 30, field="total")
    canvas.text(110, 430, "收款方式", 26, BLUE, "song")
    canvas.text(250, 430, "☑现金  □转账  □其他", 24)
    end = canvas.text(90, 550, "收款单位（盖章）", 24, BLUE, "song")
    canvas.text(end + 14, 550, spec.hospital, 24, field="hospital")
    canvas.pair(900, 550, "经手人", invent_name(rng), 24, BLUE)
    canvas.seal(520, 540, 86, 86, spec.hospital, "财务专用章", True)
    canvas.height = 660
    return Sheet(canvas, fields, "hand_receipt", yuan(spec.total_fen))
