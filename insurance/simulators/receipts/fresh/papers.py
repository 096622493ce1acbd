"""Three papers: charges as `name: sum` in a line, labels down one ruled column, and heads with what they head below them."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_GREEN: Ink = (30, 96, 60)
_GREY: Ink = (60, 60, 66)
_BROWN: Ink = (120, 70, 40)


def in_one_line(rng: Random) -> Sheet:
    """职工医院门诊医药费专用收据: no table, every charge is `西药费：12.00`, three in a line."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 4)
    canvas = Canvas(1400, 900, (247, 251, 246), "dots", "kai", rng.choice(("song", "ming")))
    canvas.text(700, 70, "门诊医药费专用收据", 40, _GREEN, "kai", "mm")
    canvas.pair(980, 130, "NO：", fields["bill_no"], 26, _GREEN, "bill_no")
    canvas.pair(80, 190, "病员姓名：", fields["payer"], 24, _GREEN, "payer", drop)
    canvas.pair(420, 190, "身份：", extras["gender"] + "/学生", 24, _GREEN, drop=drop)
    canvas.pair(900, 190, "收费日期：", f"{spec.date:%Y.%m.%d}", 24, _GREEN, "date", drop)
    canvas.line(70, 225, 1330, 225, _GREEN)
    for i, item in enumerate(fields["items"]):
        x, y = 90 + i % 3 * 420, 270 + i // 3 * 56
        end = canvas.text(x, y, item["name"] + "：", 24, _GREEN, "kai", field=f"items.{i}.name")
        canvas.text(end + 6, y + drop, item["amount"], 24, field=f"items.{i}.amount")
    y = 290 + -(-len(fields["items"]) // 3) * 56
    canvas.line(70, y, 1330, y, _GREEN)
    canvas.pair(80, y + 45, "总计人民币（大写）：", fields["total_upper"], 26, _GREEN, "total_upper", drop)
    canvas.pair(960, y + 45, "￥：", fields["total"], 28, _GREEN, "total", drop)
    paid = (("统筹记账", "pool_pay"), ("附加记账", "other_pay"), ("账户记账", "account_pay"), ("现金收款", "cash_pay"))
    for i, (label, name) in enumerate(paid):
        canvas.pair(80 + i * 315, y + 105, f"{label}：", fields[name], 24, _GREEN, name, drop)
    canvas.pair(80, y + 170, "收款单位：", spec.hospital, 24, _GREEN, "hospital", drop)
    canvas.pair(760, y + 170, "复核：", invent_name(rng), 24, _GREEN, drop=drop)
    canvas.pair(1060, y + 170, "收款人：", invent_name(rng), 24, _GREEN, drop=drop)
    canvas.seal(rng.randrange(420, 560), y + 150, 90, 90, spec.hospital, "财务专用章", True)
    canvas.height = round(y + 260)
    return Sheet(canvas, fields, "in_one_line", yuan(spec.total_fen))


def label_column(rng: Random) -> Sheet:
    """医疗费用结算凭据: a ruled page with labels in one column and what they say at the right edge of the next."""
    spec = invent_known(rng, "paper_in", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    canvas = Canvas(1240, 1900, (252, 252, 252), "laser", "hei", rng.choice(("song", "hei")))
    canvas.text(620, 80, spec.hospital, 38, _GREY, "hei", "mm", "hospital")
    canvas.text(620, 138, "医疗费用结算凭据", 32, _GREY, "hei", "mm")
    head = (
        ("凭据编号", fields["bill_no"], "bill_no"),
        ("患者", fields["payer"], "payer"),
        ("住院号码", extras["record_no"], None),
        ("住院科室", extras["department"], None),
        ("结账日期", f"{spec.date.year}年{spec.date.month}月{spec.date.day}日", "date"),
    )
    y = _rows(canvas, 200, head)
    canvas.text(620, y + 40, "费用明细", 26, _GREY, "hei", "mm")
    charges = [(item["name"], item["amount"], f"items.{i}.amount") for i, item in enumerate(fields["items"])]
    y = _rows(canvas, y + 70, (("费用类别", "金额", None), *charges))
    sums = (
        ("费用总计", fields["total"], "total"),
        ("金额大写", fields["total_upper"], "total_upper"),
        ("基本医疗基金支付", fields["pool_pay"], "pool_pay"),
        ("其他基金支付", fields["other_pay"], "other_pay"),
        ("个人账户支付", fields["account_pay"], "account_pay"),
        ("个人现金支付", fields["cash_pay"], "cash_pay"),
        ("已收押金", extras["prepaid"], None),
    )
    y = _rows(canvas, y + 30, sums)
    canvas.pair(110, y + 50, "结算人：", invent_name(rng), 24, _GREY)
    canvas.text(760, y + 50, "（结算专用章）", 24, _GREY, "hei")
    canvas.seal(860, y + 20, 90, 90, spec.hospital, "结算专用章", True)
    canvas.height = round(y + 140)
    return Sheet(canvas, fields, "label_column", yuan(spec.total_fen))


def _rows(canvas: Canvas, top: float, rows: tuple[tuple[str, str, str | None], ...]) -> float:
    for i, (label, value, field) in enumerate(rows):
        y = top + i * 52
        canvas.line(90, y, 1150, y, _GREY, 1)
        named = field.replace("amount", "name") if field and field.startswith("items") else None
        canvas.text(110, y + 26, label, 25, _GREY, "hei", field=named)
        canvas.text(1130, y + 26, value, 25, anchor="rm", field=field)
    end = top + len(rows) * 52
    canvas.line(90, end, 1150, end, _GREY, 1)
    canvas.line(560, top, 560, end, _GREY, 1)
    return end


def values_below(rng: Random) -> Sheet:
    """校医院收费票据: heads in a ruled row and under each what was filled in, for facts and for sums."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 4)
    canvas = Canvas(1500, 1000, (252, 249, 243), "dots", "song", rng.choice(("kai", "song")))
    canvas.text(750, 66, spec.hospital, 36, _BROWN, "song-bold", "mm", "hospital")
    canvas.text(750, 118, "门诊收费票据", 32, _BROWN, "song", "mm")
    facts = (
        ("票据号码", fields["bill_no"], "bill_no"),
        ("患者姓名", fields["payer"], "payer"),
        ("性别", extras["gender"], None),
        ("科室", extras["department"], None),
        ("收费日期", spec.date.isoformat(), "date"),
    )
    _heads(canvas, 160, facts, drop)
    canvas.text(300, 320, "收费项目", 24, _BROWN, "song", "mm")
    canvas.text(640, 320, "金额（元）", 24, _BROWN, "song", "mm")
    canvas.text(940, 320, "收费项目", 24, _BROWN, "song", "mm")
    canvas.text(1290, 320, "金额（元）", 24, _BROWN, "song", "mm")
    for i, item in enumerate(fields["items"]):
        x, y = (110, 760)[i % 2], 370 + i // 2 * 46
        canvas.text(x, y + drop, item["name"], 24, field=f"items.{i}.name")
        canvas.text(x + 600, y + drop, item["amount"], 24, anchor="rm", field=f"items.{i}.amount")
    y = 380 + -(-len(fields["items"]) // 2) * 46
    canvas.line(80, y, 1420, y, _BROWN)
    canvas.pair(100, y + 36, "合计金额大写：", fields["total_upper"], 26, _BROWN, "total_upper", drop)
    canvas.pair(1000, y + 36, "小写：￥", fields["total"], 26, _BROWN, "total", drop)
    sums = (
        ("医保统筹支付", fields["pool_pay"], "pool_pay"),
        ("医保其他支付", fields["other_pay"], "other_pay"),
        ("个人账户支付", fields["account_pay"], "account_pay"),
        ("个人自付现金", fields["cash_pay"], "cash_pay"),
    )
    _heads(canvas, y + 76, sums, drop)
    canvas.pair(100, y + 240, "收费员：", invent_name(rng), 24, _BROWN, drop=drop)
    canvas.seal(1150, y + 200, 88, 88, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 330)
    return Sheet(canvas, fields, "values_below", yuan(spec.total_fen))


def _heads(canvas: Canvas, top: float, cells: tuple[tuple[str, str, str | None], ...], drop: float) -> None:
    wide = 1340 / len(cells)
    for y in (top, top + 52, top + 110):
        canvas.line(80, y, 1420, y, _BROWN)
    for i, (head, value, field) in enumerate(cells):
        middle = 80 + (i + 0.5) * wide
        canvas.line(80 + i * wide, top, 80 + i * wide, top + 110, _BROWN, 1)
        canvas.text(middle, top + 27, head, 24, _BROWN, "song", "mm")
        canvas.text(middle, top + 82 + drop, value, 25, anchor="mm", field=field)
