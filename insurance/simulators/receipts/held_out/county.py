"""门诊收费收据 of a county hospital: pink paper of half a page, one narrow list at the left and the sums in a block at the right."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.invention import CITIES
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK = (150, 40, 84)
_COUNTIES = ("青溪县", "石桥县", "云岭县", "白沙县", "长坪县")


def county_receipt(rng: Random) -> Sheet:
    spec = invent_known(rng, "paper_out")
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    hospital = (
        rng.choice(CITIES[spec.province]) + rng.choice(_COUNTIES) + rng.choice(("人民医院", "中医院", "第二人民医院"))
    )
    fields["hospital"] = hospital
    rows = len(fields["items"])
    height = max(860, 420 + rows * 46)
    canvas = Canvas(
        1240, height, (255, 244, 247), rng.choice(("dots", "laser")), "hei", rng.choice(("zen", "ming", "song"))
    )
    canvas.text(620, 66, hospital, 34, _INK, "song-bold", "mm", "hospital")
    canvas.text(620, 116, "门 诊 收 费 收 据", 30, _INK, "song", "mm")
    canvas.pair(900, 158, "收据号：", fields["bill_no"], 22, (190, 30, 40), "bill_no")
    canvas.pair(60, 158, "患者姓名：", fields["payer"], 22, _INK, "payer")
    canvas.pair(360, 158, "性别：", extras["gender"], 22, _INK)
    canvas.pair(520, 158, "就诊科室：", extras["department"], 22, _INK)
    canvas.box(60, 190, 1180, height - 110, _INK, 2)
    canvas.line(690, 190, 690, height - 110, _INK)
    canvas.text(220, 214, "收费项目", 22, _INK, "hei", "mm")
    canvas.text(560, 214, "应收（元）", 22, _INK, "hei", "mm")
    canvas.line(60, 240, 690, 240, _INK)
    for i, item in enumerate(fields["items"]):
        y = 270 + i * 46
        canvas.text(84, y, item["name"], 23, field=f"items.{i}.name")
        canvas.text(640, y, item["amount"], 23, anchor="rm", field=f"items.{i}.amount")
        canvas.dashes(72, 680, y + 23, (214, 150, 176), 10)
    _block(canvas, fields, spec.insurance_type)
    canvas.pair(60, height - 72, "收费员：", extras["clerk"], 22, _INK)
    day = spec.date
    shown = (
        f"{day.year}.{day.month:02d}.{day.day:02d}" if rng.random() < 0.5 else f"{day.year}年{day.month}月{day.day}日"
    )
    canvas.pair(780, height - 72, "收费日期：", shown, 22, _INK, "date")
    canvas.seal(430, height - 96, 88, 88, hospital, "收费专用章", True)
    return Sheet(canvas, fields, "county_receipt", yuan(spec.total_fen))


def _block(canvas: Canvas, fields: dict[str, str], kind: str) -> None:
    """Label above value, all down the right side."""
    y = 222.0
    canvas.pair(712, y, "费别：", kind, 22, _INK)
    y += 50
    canvas.text(712, y, "合计金额（大写）", 22, _INK, "hei")
    canvas.text(726, y + 36, fields["total_upper"], 24, field="total_upper")
    y += 92
    for label, name in (
        ("合计金额（小写）", "total"),
        ("统筹支付", "pool_pay"),
        ("其他支付", "other_pay"),
        ("个人账户", "account_pay"),
        ("现金支付", "cash_pay"),
    ):
        canvas.text(712, y, label, 22, _INK, "hei")
        canvas.text(1160, y, ("￥" if name == "total" else "") + fields[name], 24, anchor="rm", field=name)
        y += 46
