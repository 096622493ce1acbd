"""An old receipt on which the names of charges are printed in rows, and each sum below its name."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import FEES, invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import in_print_order, leave_out
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_BROWN: Ink = (130, 66, 44)


def names_above_sums(rng: Random) -> Sheet:
    """医院门诊收费收据."""
    spec = in_print_order(invent_known(rng, "paper_out", detailed=False))
    printed = print_out(spec)
    leave_out(printed, "other_pay", "account_pay", "pool_pay", "cash_pay")
    fields = printed.fields
    drop = rng.uniform(0, 4)
    canvas = Canvas(1480, 860, (252, 249, 244), "dots", "kai", "song")
    canvas.text(740, 60, "医院门诊收费收据", 42, _BROWN, "kai", "mm")
    canvas.pair(1080, 110, "编号 ", fields["bill_no"], 24, _BROWN, "bill_no")
    canvas.pair(100, 160, "姓　名", fields["payer"], 24, _BROWN, "payer", drop)
    canvas.pair(500, 160, "科　别", printed.extras["department"], 24, _BROWN, drop=drop)
    canvas.pair(1000, 160, "日　期", f"{spec.date:%Y-%m-%d}", 24, _BROWN, "date", drop)
    names = FEES["outpatient"]
    sums = {item["name"]: (i, item["amount"]) for i, item in enumerate(fields["items"])}
    wide = 1320 / 6
    for row in range(2):
        top = 195 + row * 110
        for line in (top, top + 50, top + 110):
            canvas.line(80, line, 1400, line, _BROWN, 1)
        for i, name in enumerate(names[row * 6 : row * 6 + 6]):
            middle = 80 + (i + 0.5) * wide
            canvas.line(80 + i * wide, top, 80 + i * wide, top + 110, _BROWN, 1)
            found = sums.get(name)
            field = f"items.{found[0]}" if found else None
            size = 22 if len(name) < 7 else 18
            canvas.text(middle, top + 26, name, size, _BROWN, "kai", "mm", f"{field}.name" if field else None)
            if found:
                canvas.text(middle, top + 80 + drop, found[1], 23, anchor="mm", field=f"{field}.amount")
    canvas.line(1400, 195, 1400, 415, _BROWN, 1)
    canvas.pair(100, 465, "合计金额（大写）", fields["total_upper"], 25, _BROWN, "total_upper", drop)
    canvas.pair(1000, 465, "￥", fields["total"], 26, _BROWN, "total", drop)
    canvas.pair(100, 525, "收费单位", spec.hospital, 24, _BROWN, "hospital", drop)
    canvas.pair(800, 525, "收费员", invent_name(rng), 24, _BROWN, drop=drop)
    canvas.text(1140, 525, "（盖章有效）", 22, _BROWN, "kai")
    canvas.seal(rng.randrange(420, 560), 530, 86, 86, spec.hospital, "收费专用章", True)
    canvas.height = 640
    return Sheet(canvas, fields, "names_above_sums", yuan(spec.total_fen))
